"""Cells that a network has made, scaled so that each layer has the energy that was drawn for it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 2


def scaled_to_layers(
    x: NDArray[np.float32], layers_gev: NDArray[np.float64], *, least_gev: float, starts: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return cells in GeV, shape (n, n_cells), whose sums over layers are the energies of these.

    What scaling takes below the least energy becomes empty, and what is left is scaled again; the largest cell stays.

    Parameters
    ----------
    x : array of float32, shape (n, n_cells)
        ln(energy / least energy), 0 where a cell is empty; at least one cell of each layer is not.
    layers_gev : array of float64, shape (n, n_layers)
        Layers with less than the least energy get none.
    least_gev : float
        Least energy of a cell.
    starts : array of int64, shape (n_layers,)
        The number of the first cell of each layer.

    Examples
    --------
    >>> x = np.log([[2.0, 4.0, 3.0]])
    >>> scaled_to_layers(x, np.array([[9.0, 0.0]]), least_gev=1.0, starts=np.array([0, 2])).round(4).tolist()
    [[3.0, 6.0, 0.0]]
    >>> scaled_to_layers(x, np.array([[1.25, 1.5]]), least_gev=1.0, starts=np.array([0, 2])).round(4).tolist()
    [[0.0, 1.25, 1.5]]
    """
    cells = np.where(x > 0, least_gev * np.exp(x.astype(np.float64)), 0.0)
    wanted = np.where(layers_gev >= least_gev, layers_gev, 0.0)
    size = np.diff([*starts, x.shape[1]])
    for _ in range(_ROUNDS):
        cells *= _per_cell(wanted, cells, starts, size)
        largest = np.repeat(np.maximum.reduceat(cells, starts, axis=1), size, axis=1)
        cells = np.where((cells >= least_gev) | (cells == largest), cells, 0.0)
    return np.asarray(cells * _per_cell(wanted, cells, starts, size), np.float32)


def _per_cell(
    wanted: NDArray[np.float64], cells: NDArray[np.float64], starts: NDArray[np.int64], size: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the factor of each cell: that of its layer."""
    found = np.add.reduceat(cells, starts, axis=1)
    return np.repeat(np.divide(wanted, found, out=np.zeros_like(wanted), where=found > 0), size, axis=1)
