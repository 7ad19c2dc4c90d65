"""Columns of any nesting as flat NumPy values and the offsets of their rows."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError


def flat_values(column: Any) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return all numbers of a column, row after row, and where each row begins.

    Parameters
    ----------
    column : NumPy or awkward array with n rows
        One number per row, or lists, nested or of fixed size.  None in place of a number becomes NaN.

    Returns
    -------
    values : array, shape (n_values,)
        Numbers or booleans.
    offsets : array of int64, shape (n + 1,)
        Row i holds ``values[offsets[i]:offsets[i + 1]]``; the first offset need not be 0.

    Raises
    ------
    ShapeError
        The column holds records, text, None in place of a list, or anything else that is not a number.

    Examples
    --------
    >>> values, offsets = flat_values(ak.Array([[1.0, 2.0], [], [3.0]]))
    >>> values.tolist(), offsets.tolist()
    ([1.0, 2.0, 3.0], [0, 2, 2, 3])
    """
    if isinstance(column, np.ndarray):
        return column.reshape(-1), _even(len(column), column.size)
    array = ak.materialize(column)
    layout = ak.to_layout(array)
    if "?" in str(layout.form.type):
        layout = ak.to_layout(ak.fill_none(array, np.nan, axis=-1))
    offsets = _even(len(layout), len(layout))
    while not isinstance(layout, ak.contents.NumpyArray):
        if layout.is_list and layout.parameter("__array__") is None:
            lists = layout.to_ListOffsetArray64(False)
            offsets, layout = np.asarray(lists.offsets.data, np.int64)[offsets], lists.content
        elif layout.is_unknown:
            layout = layout.to_NumpyArray(np.float64)
        elif (layout.is_indexed or layout.is_option) and not _any_missing(layout):
            layout = layout.project()
        else:
            msg = f"a column must hold numbers or lists of numbers, none of them missing, found {ak.type(array)}"
            raise ShapeError(msg)
    data = np.asarray(layout.data)
    inner = int(np.prod(data.shape[1:], dtype=np.int64))
    return data.reshape(-1), offsets * inner


def _any_missing(layout: Any) -> bool:
    return bool(layout.is_option and np.asarray(layout.mask_as_bool(valid_when=False)).any())


def _even(n_rows: int, n_values: int) -> NDArray[np.int64]:
    return np.arange(n_rows + 1, dtype=np.int64) * (n_values // n_rows if n_rows else 0)
