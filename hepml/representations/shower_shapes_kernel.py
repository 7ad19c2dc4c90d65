"""What the cells of each layer of many showers give, in one compiled pass."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

LAYER_QUANTITIES = ("energy", "row_mean", "column_mean", "row_width", "column_width", "e_ratio", "n_cells")
"""What is computed of each layer, in this order; ``n_cells`` are those above a threshold."""

Floats = NDArray[np.float64]


@njit(cache=True)
def summarise_layers(
    offsets: NDArray[np.int64],
    cell: NDArray[Any],
    energy: NDArray[np.float32],
    first: NDArray[np.int64],
    n_columns: NDArray[np.int64],
    sizes: Floats,
    above_gev: float,
    values: Floats,
) -> None:
    """Fill `values`, shape (n, n_layers, n_quantities), which holds zeros.

    `sizes`, shape (n_layers, 2), are the sizes of cells along rows and columns; places are from a layer's middle.
    """
    for i in range(len(values)):
        k = offsets[i]
        for layer in range(len(n_columns)):
            begin = k
            while k < offsets[i + 1] and cell[k] < first[layer + 1]:
                k += 1
            if k > begin:
                number = cell[begin:k] - first[layer]
                n_rows = (first[layer + 1] - first[layer]) // n_columns[layer]
                y = (number // n_columns[layer] + 0.5 - 0.5 * n_rows) * sizes[layer, 0]
                x = (number % n_columns[layer] + 0.5 - 0.5 * n_columns[layer]) * sizes[layer, 1]
                _of_layer(y, x, energy[begin:k].astype(np.float64), above_gev, values[i, layer])


@njit(cache=True)
def _of_layer(y: Floats, x: Floats, energy: Floats, above_gev: float, row: Floats) -> None:
    """Fill the quantities of one layer, which has energy."""
    total = energy.sum()
    mean_y, mean_x = (energy * y).sum() / total, (energy * x).sum() / total
    row[0], row[1], row[2] = total, mean_y, mean_x
    row[3] = math.sqrt((energy * (y - mean_y) ** 2).sum() / total)
    row[4] = math.sqrt((energy * (x - mean_x) ** 2).sum() / total)
    largest, second = 0.0, 0.0
    for each in energy:
        if each > largest:
            largest, second = each, largest
        elif each > second:
            second = each
        row[6] += each > above_gev
    row[5] = (largest - second) / (largest + second)
