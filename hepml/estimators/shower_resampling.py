"""Fast simulation by showing training showers again, scaled in energy: only a test for copies catches it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.errors import DatasetError
from hepml.representations import Shower

_CLOSE = 0.01


class ShowerResampling:
    """Generate by drawing training showers of the nearest energies, every cell scaled to the energy that is asked for.

    Parameters
    ----------
    shower : Shower
        The representation of the batches.
    n_nearest : int
        Training showers, next to one another in energy, among which one is drawn; more where more are within 1%.

    Examples
    --------
    >>> from hepml.representations import ShowerOptions
    >>> shower = Shower(ShowerOptions(layers=[(1, 2)]))
    >>> batch = shower.batch_of({"layer0": np.array([[3.0, 6.0]]).reshape(1, 1, 2, 1)}, np.array([10.0]))
    >>> made = ShowerResampling(shower).fit(batch).generate(np.array([20.0]), rng=np.random.default_rng(1))
    >>> shower.in_gev(made)["layer0"].ravel().tolist()
    [6.0, 12.0]
    """

    def __init__(self, shower: Shower, *, n_nearest: int = 50) -> None:
        self.shower, self.n_nearest = shower, n_nearest
        self._cells: dict[str, NDArray[np.float32]] = {}
        self._energy: NDArray[np.float64] = np.zeros(0)
        self._kind: NDArray[np.int64] = np.zeros(0, np.int64)

    def fit(self, batch: Mapping[str, NDArray[Any]], *, kind: NDArray[np.int64] | None = None) -> ShowerResampling:
        """Keep training showers.

        Parameters
        ----------
        batch : mapping of str to array
            Arrays of the representation.
        kind : array of int, shape (n,), optional
            Particle of each shower; showers are drawn among those of the same one.
        """
        energy = np.asarray(batch["energies"][:, 0], np.float64)
        order = np.argsort(energy, kind="stable")
        self._cells = {
            suffix: np.asarray(cells[order] / energy[order].reshape(-1, *[1] * (cells.ndim - 1)), np.float32)
            for suffix, cells in self.shower.in_gev(batch).items()
        }
        self._energy = energy[order]
        self._kind = np.zeros(len(order), np.int64) if kind is None else np.asarray(kind)[order]
        return self

    def generate(
        self, energy_gev: NDArray[Any], *, rng: np.random.Generator, kind: NDArray[np.int64] | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """Return the arrays of a batch of showers of these true energies, shape (n,), and kinds.

        Raises
        ------
        DatasetError
            There is no training shower of a kind.
        """
        energy = np.asarray(energy_gev, np.float64)
        wanted = np.zeros(len(energy), np.int64) if kind is None else np.asarray(kind)
        row = np.empty(len(energy), np.int64)
        for each in np.unique(wanted):
            known, mine = np.flatnonzero(self._kind == each), wanted == each
            if not len(known):
                msg = f"no training shower is of kind {each}: fit with showers of all particles that are asked for"
                raise DatasetError(msg)
            first, number = self._choice(self._energy[known], energy[mine])
            row[mine] = known[first + rng.integers(0, number)]
        cells = {
            suffix: values[row] * energy.reshape(-1, *[1] * (values.ndim - 1)) for suffix, values in self._cells.items()
        }
        return self.shower.batch_of(cells, energy)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the kept showers as arrays by name; empty before the fit."""
        if not self._cells:
            return {}
        return {"energy": self._energy, "kind": self._kind, **self._cells}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `state` returned.

        Raises
        ------
        ShapeError
            Arrays are missing, or of other layers.
        """
        energy, kind = state["energy"], state["kind"]
        self._cells = {suffix: state[suffix] for suffix, spec in self.shower.arrays.items() if spec.role != "table"}
        self.shower.batch_of(self._cells, energy)  # refuses other shapes
        self._energy, self._kind = energy, kind

    def _choice(
        self, known: NDArray[np.float64], wanted: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return, for each energy, the first and the number of the training showers that may be drawn."""
        nearest = min(self.n_nearest, len(known))
        first = (np.searchsorted(known, wanted) - nearest // 2).clip(0, len(known) - nearest)
        low, high = (np.searchsorted(known, wanted * factor) for factor in (1 - _CLOSE, 1 + _CLOSE))
        enough = high - low > nearest
        return np.where(enough, low, first), np.where(enough, high - low, nearest)
