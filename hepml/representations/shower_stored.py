"""The stored columns of showers: their types, and how cells are normalised from them."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError
from hepml.representations.ragged import flat_column, ragged_columns
from hepml.representations.shower_cells import first_cells, layer_sums
from hepml.representations.shower_dense import divisors
from hepml.representations.shower_given import TRUE_ENERGY
from hepml.representations.shower_options import ShowerOptions

_SCALES = ("none", "energy", "layer")


def scale_code(options: ShowerOptions) -> int:
    """Return the code of `normalise`: datasets that differ in it alone are told apart by it."""
    return _SCALES.index(options.normalise)


def cell_type(options: ShowerOptions) -> type[np.unsignedinteger[Any]]:
    """Return the smallest stored type that numbers all cells; fixed by the options, never by the data."""
    return np.uint16 if options.n_cells <= 2**16 else np.uint32


def normalised_cells(
    stored: ak.Array, options: ShowerOptions
) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[np.float32], NDArray[np.float32]]:
    """Return offsets from 0, cells, their normalised energies, and the table of energies: true, total, layers.

    All cells are in a layer: that is checked here, because compiled code does not.

    Raises
    ------
    ShapeError
        The showers were made with other options.
    """
    offsets, lists = ragged_columns(stored, ["cell", "energy"])
    # Of a slice the lists hold what is before and after it, too: the cells of a whole chunk, for each piece of it.
    lists = {name: content[offsets[0] : offsets[-1]] for name, content in lists.items()}
    offsets = offsets - offsets[0]
    other_scale = flat_column(stored, "scale") != scale_code(options)
    if other_scale.any() or int(lists["cell"].max(initial=0)) >= options.n_cells:
        msg = (
            f"stored showers have other cells than the {options.n_cells} of the options, or were to be normalised in "
            "another way: decode with the options they were made with"
        )
        raise ShapeError(msg)
    first = first_cells(options.sizes)
    cell, value = lists["cell"].astype(cell_type(options), copy=False), lists["energy"].astype(np.float32, copy=False)
    sums = layer_sums(offsets, cell, value, first)
    energies = np.column_stack([flat_column(stored, TRUE_ENERGY), sums.sum(axis=1), sums]).astype(np.float32)
    shower = np.repeat(np.arange(len(stored)), np.diff(offsets))
    layer = np.searchsorted(first, cell, side="right") - 1
    return offsets, cell, value / divisors(energies, options)[shower, layer], energies
