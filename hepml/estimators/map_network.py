"""Networks that reconstruct maps of counts as estimators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import BatchSource
from hepml.estimators.map_inputs import fit_responses, map_inputs
from hepml.estimators.network import Network
from hepml.networks.backbone import Backbone
from hepml.networks.map_autoencoder import MAP_AUTOENCODER, MapAutoencoderOptions, VariationalOptions, deviation_name


class MapNetwork(Network):
    """A network on the response of the cells, which is fitted first and kept in the model."""

    tasks: ClassVar[frozenset[str]] = frozenset({"reconstruction"})
    losses: ClassVar[frozenset[str]] = frozenset({"poisson"})
    roles: ClassVar[frozenset[str]] = frozenset({"map", "table"})
    negative_weights: ClassVar[bool] = False
    backbone: ClassVar[Backbone] = MAP_AUTOENCODER

    def normalise(self, train: BatchSource) -> None:
        """Fit the response of the cells, and put it into the model.

        Raises
        ------
        DatasetError
            A map is empty in all of the training part.
        """
        for name, response in fit_responses(train, map_inputs(self.spec)).items():
            self.model.get_layer(deviation_name(name)).set_response(response.rate, response.exposure)

    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return the expected counts of each map, shape (n, rows, columns, 1); NaN in cells that were never hit.

        Raises
        ------
        RunError
            The inputs are not those it was built for.
        """
        found = super().predict(inputs)
        for name, values in found.items():
            rate = np.asarray(self.model.get_layer(deviation_name(name)).rate.numpy())
            values[:, rate <= 0] = np.nan
        return found


class MapAutoencoder(MapNetwork):
    """An autoencoder, dense or convolutional."""

    Options = MapAutoencoderOptions


class VariationalMapAutoencoder(MapNetwork):
    """A variational autoencoder."""

    Options = VariationalOptions
