"""The cells of showers as they are given, checked and numbered."""

from __future__ import annotations

from collections.abc import Mapping

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError
from hepml.representations.ragged import flat_column, ragged_columns
from hepml.representations.shower_cells import LEFT_OUT, cell_numbers
from hepml.representations.shower_options import ShowerOptions

CELL_UNITS: Mapping[str, str] = {"layer": "1", "row": "1", "column": "1", "energy": "GeV"}
TRUE_ENERGY = "true_energy"


def given_cells(
    columns: ak.Array, options: ShowerOptions
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Return offsets from 0, and the numbers and energies of cells; bad ones, where allowed, are `LEFT_OUT`.

    Raises
    ------
    ShapeError
        A column is absent or of another form, or an energy is bad where that is refused.
    """
    offsets, lists = ragged_columns(columns, list(CELL_UNITS))
    lists = {name: content[offsets[0] : offsets[-1]] for name, content in lists.items()}
    energy = np.ascontiguousarray(lists["energy"], dtype=np.float32)
    number = cell_numbers(lists["layer"], lists["row"], lists["column"], options.sizes)
    bad = ~((energy >= 0) & (energy < np.inf))
    if options.bad_cells == "refuse" and bad.any():
        msg = (
            f"column 'energy' holds {np.count_nonzero(bad)} values that are negative or not finite, the first is "
            f"{energy[np.argmax(bad)]:g}: select cells in the processor file, or set bad_cells: leave_out"
        )
        raise ShapeError(msg)
    number[bad] = LEFT_OUT
    return offsets - offsets[0], number, energy


def given_true_energy(columns: ak.Array) -> NDArray[np.float32]:
    """Return the true energies.

    Raises
    ------
    ShapeError
        The column is absent or not flat, or one is not above 0.
    """
    true = flat_column(columns, TRUE_ENERGY).astype(np.float32)
    wrong = ~((true > 0) & (true < np.inf))
    if wrong.any():
        msg = f"column {TRUE_ENERGY!r} must be above 0, found {true[np.argmax(wrong)]:g}: leave these showers out"
        raise ShapeError(msg)
    return true
