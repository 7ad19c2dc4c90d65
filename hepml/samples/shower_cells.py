"""The layers of cells of a calorimeter, and which cell a point is in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.samples.shower_medium import Medium, medium_of
from hepml.samples.shower_options import ShowerSampleOptions

OUTSIDE = -1

_CALOGAN_DEPTHS_CM = (9.0, 34.7, 4.3)
_CALOGAN_CELLS = ((3, 96), (12, 12), (12, 6))
_CALOGAN_HALF_CM = 24.0


class Calorimeter(NamedTuple):
    """Layers one behind the other, of one face; a named tuple, which compiled code takes.

    Attributes
    ----------
    medium : Medium
        Of all layers.
    edges_cm : array, shape (n_layers + 1,)
        Where layers begin and end along the depth, from 0.
    n_rows, n_columns, first : array of int, shape (n_layers,)
        Cells of each layer along y and x, and the number of its first cell: cells are numbered by layer, row, column.
    half_x_cm, half_y_cm : float
        The face reaches from −this to +this.
    """

    medium: Medium
    edges_cm: NDArray[np.float64]
    n_rows: NDArray[np.int64]
    n_columns: NDArray[np.int64]
    first: NDArray[np.int64]
    half_x_cm: float
    half_y_cm: float

    @property
    def n_cells(self) -> int:
        """Number of cells of all layers."""
        return int((self.n_rows * self.n_columns).sum())


def build_calorimeter(options: ShowerSampleOptions) -> Calorimeter:
    """Return the calorimeter that the options describe.

    Examples
    --------
    >>> build_calorimeter(ShowerSampleOptions()).n_cells
    504
    """
    medium = medium_of(options.medium)
    if options.geometry == "calogan":
        return _built(medium, _CALOGAN_DEPTHS_CM, _CALOGAN_CELLS, _CALOGAN_HALF_CM, _CALOGAN_HALF_CM)
    depths = (options.layer_x0 * medium.x0_cm,) * options.layers
    cells = ((options.rows, options.columns),) * options.layers
    half = 0.5 * options.cell_rm * medium.moliere_cm
    return _built(medium, depths, cells, half * options.columns, half * options.rows)


def _built(
    medium: Medium, depths: tuple[float, ...], cells: tuple[tuple[int, int], ...], half_x: float, half_y: float
) -> Calorimeter:
    rows, columns = (np.array(numbers, np.int64) for numbers in zip(*cells, strict=True))
    ends = np.cumsum(rows * columns)
    return Calorimeter(medium, np.cumsum((0.0, *depths)), rows, columns, ends - rows * columns, half_x, half_y)


@njit(cache=True)
def cell_of(calorimeter: Calorimeter, x: float, y: float, z: float) -> int:
    """Return the number of the cell that a point (cm) is in, or `OUTSIDE`."""
    half_x, half_y, edges = calorimeter.half_x_cm, calorimeter.half_y_cm, calorimeter.edges_cm
    if not (-half_x <= x < half_x and -half_y <= y < half_y and 0.0 <= z < edges[-1]):
        return OUTSIDE
    layer = 0
    while z >= edges[layer + 1]:
        layer += 1
    n_rows, n_columns = calorimeter.n_rows[layer], calorimeter.n_columns[layer]
    row = min(int((y + half_y) / (2 * half_y) * n_rows), n_rows - 1)
    column = min(int((x + half_x) / (2 * half_x) * n_columns), n_columns - 1)
    return int(calorimeter.first[layer] + row * n_columns + column)
