"""The values of one column of a table: as given ↔ as stored, and from parts to wholes."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError
from hepml.representations.parts import combine_values, differing_groups
from hepml.representations.ragged import flat_column
from hepml.representations.table_columns import Column

LARGEST_EXACT_INTEGER = 2**24
"""Whole numbers up to here are exact in float32."""


def encode_values(column: Column, columns: ak.Array) -> NDArray[np.float32]:
    """Return what is stored of a column: numbers, the codes of categories, NaN where missing.

    Raises
    ------
    ShapeError
        The column is absent or not flat, or a value does not fit what the column declares.
    """
    given = flat_column(columns, column.name, fill=None if column.missing is None else np.nan)
    with np.errstate(over="ignore"):
        values = given.astype(np.float32)
    if column.kind == "continuous" and column.missing is None and np.isfinite(values).all():
        return values  # most columns of most tables: nothing else can be wrong with them
    missing = np.isnan(values)
    if column.missing is not None and column.missing != "nan":
        # Compared as float32 on both sides: a float64 sentinel like −999.9 has no exact float32.
        missing |= values == np.float32(column.missing)
    if column.categories:
        return _codes(column, given, missing)
    values[missing] = np.nan
    beyond = np.isinf(values) & np.isfinite(given)
    if beyond.any():
        msg = f"column {column.name!r} holds {given[beyond][0]:g}, beyond float32: give it in a larger unit"
        raise ShapeError(msg)
    if column.kind != "continuous":
        _require_whole(column, values)
    return values


def combine_values_of(
    column: Column, values: NDArray[Any], group: NDArray[np.int64], *, n_groups: int
) -> NDArray[np.float32]:
    """Return one stored value per group, by the rule of the column.

    Raises
    ------
    ShapeError
        A column that must be the same differs, or a sum is beyond what float32 holds exactly.
    """
    if column.combine == "same" and len(differing_groups(values, group, n_groups=n_groups)):
        msg = f"column {column.name!r} differs between parts of one example: make it the same, or set its `combine`"
        raise ShapeError(msg)
    whole = combine_values(values.astype(np.float64), group, n_groups=n_groups, rule=column.combine)
    if column.combine == "sum" and (np.abs(whole) > LARGEST_EXACT_INTEGER).any():
        msg = (
            f"column {column.name!r} sums to {whole[np.nanargmax(np.abs(whole))]:.0f}: must be at most "
            f"{LARGEST_EXACT_INTEGER} in size; else count in larger units"
        )
        raise ShapeError(msg)
    return whole.astype(np.float32)


def _codes(column: Column, given: NDArray[Any], missing: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the place of each value in the list of categories; compared as given, since float32 has not all integers.

    Undeclared NaN stays for the caller to refuse.
    """
    listed = np.asarray(column.categories)
    order = np.argsort(listed)
    place = order[np.searchsorted(listed, given, sorter=order).clip(max=len(listed) - 1)]
    unknown = (listed[place] != given) & ~missing
    if unknown.any():
        remedy = "add it to them" if column.missing is not None else "add it to them, or declare it `missing`"
        msg = (
            f"column {column.name!r} holds {given[unknown][0]:g}, which is none of its categories "
            f"{list(column.categories)}: {remedy}"
        )
        raise ShapeError(msg)
    return np.where(missing, np.nan, place).astype(np.float32)


def _require_whole(column: Column, values: NDArray[np.float32]) -> None:
    present = values[np.isfinite(values)]
    wrong = present[(present != np.rint(present)) | (np.abs(present) > LARGEST_EXACT_INTEGER)]
    if len(wrong):
        msg = (
            f"column {column.name!r} is declared {column.kind} but holds {wrong[0]:g}: must be whole and at most "
            f"{LARGEST_EXACT_INTEGER} in size; else declare it continuous"
        )
        raise ShapeError(msg)
