"""Principal components of good maps: what is expected moves along the few directions in which they have moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import BatchSource
from hepml.estimators.map_baseline import MapBaseline
from hepml.estimators.map_inputs import MapInput, Maps, Response, counts_of, exposure_of, read_maps
from hepml.options import Options

_RIDGE = 1e-3


class MapComponentsOptions(Options):
    """Options of the principal components of maps."""

    components: int = pydantic.Field(2, ge=1, le=64, description="Directions in which good maps may move")
    max_maps: int = pydantic.Field(
        5_000, gt=1, description="Training maps from which they are found, in memory at once"
    )


class MapComponents(MapBaseline):
    """Counts per expected count, less 1, as a sum of components.

    A cell's deviation is divided by its Poisson error at the mean exposure, and a map counts by its exposure, so that
    noise is alike in all cells and maps.  Cells that are left out of a map do not count: the others say where it is.
    """

    Options: ClassVar[type[MapComponentsOptions]] = MapComponentsOptions

    def learn(self, train: BatchSource, responses: Mapping[str, Response]) -> dict[str, NDArray[Any]]:
        """Return the components of each map, shape (components, rows, columns), and its mean exposure."""
        from sklearn.utils.extmath import randomized_svd

        options = self.spec.options
        assert isinstance(options, MapComponentsOptions)
        inputs, state = read_maps(train, self.maps, most=options.max_maps), {}
        for one in self.maps:
            rate, mean = responses[one.output].rate, responses[one.output].exposure
            exposure = exposure_of(inputs, one, rate)
            deviation = _deviations(counts_of(inputs, one), exposure, rate, mean)
            scaled = (deviation * np.sqrt(exposure / mean)[:, None, None]).reshape(len(exposure), -1)
            n_components = min(options.components, *scaled.shape)
            components = randomized_svd(scaled, n_components, random_state=self.spec.seed)[2]
            state[f"{one.output}_components"] = components.reshape(n_components, *one.shape)
            state[f"{one.output}_exposure"] = np.array(mean)
        return state

    def expect(self, inputs: Mapping[str, NDArray[Any]], one: MapInput, rate: Maps) -> Maps:
        """Return the reference, moved along the components to where the live cells of a map fit best."""
        counts, exposure = counts_of(inputs, one), exposure_of(inputs, one, rate)
        components = self.state[f"{one.output}_components"].reshape(-1, rate.size)
        mean = float(self.state[f"{one.output}_exposure"])
        deviation = _deviations(counts, exposure, rate, mean).reshape(len(counts), rate.size)
        live = (np.isfinite(counts) & np.isfinite(rate)).reshape(len(counts), rate.size)
        k = len(components)
        products = (components[:, None] * components[None]).reshape(k * k, -1)
        gram = (live @ products.T).reshape(-1, k, k) + _RIDGE * np.eye(k)
        place = np.linalg.solve(gram, (deviation @ components.T)[..., None])[..., 0]
        moved = (place @ components).reshape(counts.shape) / np.sqrt(mean * rate)
        return np.asarray(exposure[:, None, None] * rate * np.clip(1 + moved, 0.1, 10.0))


def _deviations(counts: Maps, exposure: Maps, rate: Maps, mean: float) -> Maps:
    """Return (counts / expected − 1) over the Poisson error at the mean exposure; 0 in cells that are left out."""
    expected = exposure[:, None, None] * rate
    live = np.isfinite(counts) & (expected > 0)
    return np.where(live, (counts / np.where(live, expected, 1.0) - 1) * np.sqrt(mean * rate), 0.0)
