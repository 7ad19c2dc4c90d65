"""Dense arrays of showers: from sparse cells, into GeV, and back to sparse cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.representations.ragged import list_column, record
from hepml.representations.shower_cells import first_cells
from hepml.representations.shower_options import ShowerOptions
from hepml.representations.sparse_pixels import scatter_pixels

Shapes = Mapping[str, tuple[int, ...]]


def divisors(energies: NDArray[np.float32], options: ShowerOptions) -> NDArray[np.float32]:
    """Return what the cells of each layer are divided by, shape (n, n_layers); 1 where that would be 0.

    `energies` is the table of a batch: true energy, total, layers.
    """
    n_layers = len(options.sizes)
    if options.normalise == "layer":
        scale = energies[:, 2:]
    elif options.normalise == "energy":
        scale = np.broadcast_to(energies[:, :1], (len(energies), n_layers))
    else:
        scale = np.ones((len(energies), n_layers), np.float32)
    return np.where(scale > 0, scale, np.float32(1))


def dense_cells(
    offsets: NDArray[np.int64], cell: NDArray[Any], value: NDArray[np.float32], shapes: Shapes
) -> dict[str, NDArray[np.float32]]:
    """Return the arrays of cells, C-contiguous; cells are numbered through all of them, in order."""
    n = len(offsets) - 1
    row = np.repeat(np.arange(n), np.diff(offsets))
    dense, begin = {}, 0
    for suffix, shape in shapes.items():
        size = int(np.prod(shape))
        chosen = slice(None) if len(shapes) == 1 else (cell >= begin) & (cell < begin + size)
        own = np.concatenate([[0], np.cumsum(np.bincount(row[chosen], minlength=n))])
        flat = np.zeros((n, size, 1), np.float32)
        scatter_pixels(own, (cell[chosen] - begin).astype(np.uint32), value[chosen, None], flat)
        dense[suffix], begin = flat.reshape(n, *shape), begin + size
    return dense


def cells_in_gev(
    dense: Mapping[str, NDArray[Any]], energies: NDArray[np.float32], shapes: Shapes, options: ShowerOptions
) -> dict[str, NDArray[np.float32]]:
    """Return normalised cells multiplied by what they were divided by."""
    factor = _of_cells(divisors(energies, options), shapes)
    return {suffix: np.asarray(dense[suffix] * factor[suffix], np.float32) for suffix in shapes}


def cells_over(
    cells: Mapping[str, NDArray[Any]], energies: NDArray[np.float32], shapes: Shapes, options: ShowerOptions
) -> dict[str, NDArray[np.float32]]:
    """Return cells in GeV divided as the options say."""
    factor = _of_cells(divisors(energies, options), shapes)
    return {suffix: np.asarray(cells[suffix] / factor[suffix], np.float32) for suffix in shapes}


def energies_of(
    cells: Mapping[str, NDArray[Any]], true_energy: NDArray[Any], options: ShowerOptions
) -> NDArray[np.float32]:
    """Return the table of energies of dense cells in GeV: true, total, layers."""
    axes = (2, 3, 4) if options.grid is not None else (1, 2, 3)
    layers = np.column_stack([np.asarray(values, np.float64).sum(axis=axes) for values in cells.values()])
    return np.column_stack([true_energy, layers.sum(axis=1), layers]).astype(np.float32)


def _of_cells(factor: NDArray[np.float32], shapes: Shapes) -> dict[str, NDArray[np.float32]]:
    """Return the factors of layers, shape (n, n_layers), as they multiply the arrays of cells."""
    if len(shapes) == 1 and len(next(iter(shapes.values()))) == 4:  # a grid: layers are an axis
        return dict.fromkeys(shapes, factor[:, :, None, None, None])
    return {suffix: factor[:, index, None, None, None] for index, suffix in enumerate(shapes)}


def sparse_columns(
    cells: Mapping[str, NDArray[np.float32]],
    options: ShowerOptions,
    true_energy: NDArray[np.float32],
    *,
    least_gev: float,
) -> ak.Array:
    """Return cells above an energy as jagged columns, and the flat true energy."""
    n = len(true_energy)
    flat = np.concatenate([values.reshape(n, int(np.prod(values.shape[1:]))) for values in cells.values()], axis=1)
    shower, cell = np.nonzero(flat > max(least_gev, 0.0))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(shower, minlength=n))])
    first = first_cells(options.sizes)
    layer = np.searchsorted(first, cell, side="right") - 1
    n_columns = np.array([columns for _, columns in options.sizes])[layer]
    inside = cell - first[layer]
    numbers = {"layer": layer, "row": inside // n_columns, "column": inside % n_columns}
    lists = {name: list_column(offsets, values.astype(np.int16)) for name, values in numbers.items()}
    lists["energy"] = list_column(offsets, flat[shower, cell].astype(np.float32))
    return record(lists | {"true_energy": np.asarray(true_energy, np.float32)}, n_rows=n)
