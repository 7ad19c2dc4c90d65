"""Fast simulation layer by layer, without learning: the simplest parametrisation that has the right averages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.errors import DatasetError
from hepml.estimators.shower_layer import EnergyFit, LayerFit, fit_energy, fit_layer
from hepml.representations import Shower

_OF_ENERGY = ("mean", "log_variance")
_OF_CELLS = ("edges", "filled", "on", "log_share", "log_spread")


class ShowerParametrisation:
    """Generate each layer by itself: a log-normal energy, given the true one, and cells independent of one another.

    Each layer's energy has the mean and the width of the training showers at that true energy, and each cell its mean,
    its spread and how often it is empty.  The layers are then scaled to a total that is drawn in the same way, so that
    response and resolution are right.  What is lost are all other relations, between layers and between cells.

    Parameters
    ----------
    shower : Shower
        The representation of the batches.
    n_bins : int
        Bins of the true energy, of equal population, in which cells are averaged.
    """

    def __init__(self, shower: Shower, *, n_bins: int = 10) -> None:
        self.shower, self.n_bins = shower, n_bins
        self._fits: dict[int, tuple[EnergyFit, list[LayerFit]]] = {}

    def fit(self, batch: Mapping[str, NDArray[Any]], *, kind: NDArray[np.int64] | None = None) -> ShowerParametrisation:
        """Fit every layer, for each kind by itself.

        Parameters
        ----------
        batch : mapping of str to array
            Arrays of the representation.
        kind : array of int, shape (n,), optional
            Particle of each shower.
        """
        energy = np.asarray(batch["energies"][:, 0], np.float64)
        which = np.zeros(len(energy), np.int64) if kind is None else np.asarray(kind)
        cells = self.shower.in_gev(batch).values()
        flat = np.concatenate([each.reshape(len(energy), -1) for each in cells], axis=1) / energy[:, None]
        self._fits = {}
        for each in np.unique(which):
            self._fits[int(each)] = self._fit(np.log(energy[which == each]), flat[which == each])
        return self

    def generate(
        self, energy_gev: NDArray[Any], *, rng: np.random.Generator, kind: NDArray[np.int64] | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """Return the arrays of a batch of showers of these true energies, shape (n,), and kinds.

        Raises
        ------
        DatasetError
            A kind was not fitted.
        """
        energy = np.asarray(energy_gev, np.float64)
        which = np.zeros(len(energy), np.int64) if kind is None else np.asarray(kind)
        flat = np.zeros((len(energy), self._ends[-1]))
        for each in np.unique(which):
            if int(each) not in self._fits:
                msg = f"no shower of kind {each} was fitted: fit with showers of all particles that are asked for"
                raise DatasetError(msg)
            rows = np.flatnonzero(which == each)
            total, layers = self._fits[int(each)]
            drawn = np.concatenate([layer.draw(np.log(energy[rows]), rng) for layer in layers], axis=1)
            seen = drawn.sum(axis=1)
            wanted = total.draw(np.log(energy[rows]), rng) * energy[rows]
            flat[rows] = drawn * (wanted / np.where(seen > 0, seen, 1.0))[:, None]
        return self.shower.batch_of(self._arrays(flat), energy)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what was fitted as arrays by name, ``<kind>/<layer>/…``; empty before the fit."""
        found: dict[str, NDArray[Any]] = {}
        for kind, (total, layers) in self._fits.items():
            found |= {f"{kind}/total/{name}": getattr(total, name) for name in _OF_ENERGY}
            for index, layer in enumerate(layers):
                found |= {f"{kind}/{index}/{name}": getattr(layer.energy, name) for name in _OF_ENERGY}
                found |= {f"{kind}/{index}/{name}": getattr(layer, name) for name in _OF_CELLS}
        return found

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `state` returned.

        Raises
        ------
        KeyError
            An array of a layer is missing.
        """
        n_layers = len(self._ends)
        self._fits = {}
        for kind in dict.fromkeys(name.split("/")[0] for name in state):
            total, *energies = (
                EnergyFit(*(state[f"{kind}/{place}/{name}"] for name in _OF_ENERGY))
                for place in ("total", *range(n_layers))
            )
            layers = [
                LayerFit(energies[index], *(state[f"{kind}/{index}/{name}"] for name in _OF_CELLS))
                for index in range(n_layers)
            ]
            self._fits[int(kind)] = total, layers

    def _fit(self, x: NDArray[np.float64], cells: NDArray[np.float64]) -> tuple[EnergyFit, list[LayerFit]]:
        """Return the fits of the total and of each layer; cells are over the true energy, whose logarithm is x."""
        total = cells.sum(axis=1)
        layers = np.split(cells, self._ends[:-1], axis=1)
        return fit_energy(x[total > 0], total[total > 0]), [fit_layer(x, each, n_bins=self.n_bins) for each in layers]

    @property
    def _ends(self) -> NDArray[np.int64]:
        """Number of the cell after the last of each layer."""
        return np.cumsum([rows * columns for rows, columns in self.shower.options.sizes])

    def _arrays(self, flat: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Return the cells of all layers, shape (n, n_cells), as the arrays of the representation."""
        arrays, begin = {}, 0
        for suffix, spec in self.shower.arrays.items():
            if spec.role != "table":
                size = int(np.prod(spec.shape))
                arrays[suffix], begin = flat[:, begin : begin + size].reshape(-1, *spec.shape), begin + size
        return arrays
