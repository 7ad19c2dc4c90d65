"""Awkward columns as NumPy offsets and content, without a copy where the layout allows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError, nearest

_PARAMETERS = re.compile(r"\[parameters=\{[^}]*\}\]")
"""What a file says about a branch, in the text of its type."""

NUMBER_KINDS = "biuf"
"""NumPy's kinds of truth values, integers and reals."""


def ragged_columns(columns: ak.Array, names: Sequence[str]) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    """Return the offsets that all the named columns share, and their contents.

    Parameters
    ----------
    columns : awkward array with one row per example
        A record of lists or a list of records.
    names : sequence of str
        Columns with one list of numbers per row, of equal lengths.

    Returns
    -------
    offsets : array of int64, shape (n_rows + 1,)
        Row i holds ``content[offsets[i]:offsets[i + 1]]``; content may begin before and go on after these.
    contents : dict of str to array, shape (n_items,)

    Raises
    ------
    ShapeError
        A column is absent or not one level of list, or two columns differ in the lengths of their lists.

    Examples
    --------
    >>> offsets, contents = ragged_columns(ak.Array({"pt": [[1.0, 2.0], [], [3.0]]}), ["pt"])
    >>> offsets.tolist(), contents["pt"].tolist()
    ([0, 2, 2, 3], [1.0, 2.0, 3.0])
    """
    parts = {name: _offsets_and_content(column(columns, name), name) for name in names}
    first = names[0]
    offsets = parts[first][0]
    if all(np.array_equal(offsets, other) for other, _ in parts.values()):
        return offsets, {name: content for name, (_, content) in parts.items()}
    counts = np.diff(offsets)
    for name, (other, _) in parts.items():
        unequal = np.flatnonzero(np.diff(other) != counts)
        if len(unequal):
            row = int(unequal[0])
            msg = (
                f"columns {first!r} and {name!r} must have lists of equal lengths, but row {row} holds "
                f"{counts[row]} and {other[row + 1] - other[row]}: select the items of all columns alike"
            )
            raise ShapeError(msg)
    packed = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    return packed, {name: _packed(other, content) for name, (other, content) in parts.items()}


def flat_column(columns: ak.Array, name: str, *, fill: float | None = None) -> NDArray[Any]:
    """Return a column of one number per row as a NumPy array; None becomes `fill`.

    Raises
    ------
    ShapeError
        The column is absent, holds lists, or holds None where there is no `fill`.
    """
    plain = plain_column(columns, name)
    if plain is not None:
        return plain
    values = column(columns, name)
    if values.ndim != 1 or values.fields:
        msg = f"column {name!r} must hold one number per row, found {_shown(values)}: pick one item, as ak.firsts does"
        raise ShapeError(msg)
    layout = ak.to_layout(values)
    if layout.is_option and bool(ak.any(ak.is_none(values))):
        if fill is None:
            msg = (
                f"column {name!r} holds None in row {int(ak.argmax(ak.is_none(values)))}: fill it, or declare `missing`"
            )
            raise ShapeError(msg)
        values = ak.fill_none(values, fill)
    numbers = np.asarray(ak.to_numpy(values, allow_missing=False))
    if numbers.dtype.kind not in NUMBER_KINDS:
        msg = f"column {name!r} must hold numbers, found {_shown(values)}: encode it as numbers, categories from 0 on"
        raise ShapeError(msg)
    return numbers


def plain_column(columns: ak.Array, name: str) -> NDArray[Any] | None:
    """Return a column that is one array of numbers in memory already; None for any other.

    Most columns of a table are, and awkward's own way to find that out takes longer than to read them.
    """
    layout = columns.layout
    if not isinstance(layout, ak.contents.RecordArray) or not layout.has_field(name):
        return None
    content = layout.content(name)
    if not isinstance(content, ak.contents.NumpyArray) or content.parameters:
        return None
    numbers = content.data
    plain = isinstance(numbers, np.ndarray) and numbers.ndim == 1 and numbers.dtype.kind in NUMBER_KINDS
    return numbers if plain else None


def column(columns: ak.Array, name: str) -> ak.Array:
    """Return one column.

    Raises
    ------
    ShapeError
        There is none of this name; the message shows the nearest.
    """
    if name not in columns.fields:
        msg = f"the representation needs a column {name!r}: {nearest(name, columns.fields)}"
        raise ShapeError(msg)
    return ak.materialize(columns[name])


def list_column(offsets: NDArray[np.int64], content: NDArray[Any]) -> ak.contents.ListOffsetArray:
    """Return lists, as a layout for `record`; shares memory with both arguments."""
    return ak.contents.ListOffsetArray(ak.index.Index64(offsets), ak.contents.NumpyArray(content))


def record(columns: Mapping[str, ak.contents.Content | NDArray[Any]], *, n_rows: int) -> ak.Array:
    """Return a record array with `n_rows` rows from layouts and flat NumPy arrays."""
    layouts = [ak.contents.NumpyArray(c) if isinstance(c, np.ndarray) else c for c in columns.values()]
    return ak.Array(ak.contents.RecordArray(layouts, list(columns), length=n_rows))


def _offsets_and_content(values: ak.Array, name: str) -> tuple[NDArray[np.int64], NDArray[Any]]:
    layout = ak.to_layout(values)
    if layout.is_unknown:
        return np.zeros(1, dtype=np.int64), np.zeros(0)
    if layout.is_option or layout.is_indexed:
        layout = ak.to_layout(ak.to_packed(ak.drop_none(values, axis=0)))
    if layout.is_numpy:
        layout = layout.to_RegularArray()
    if len(layout) != len(values) or not layout.is_list or layout.purelist_depth != 2:
        msg = f"column {name!r} must hold one list of numbers per row, found {_shown(values)}"
        raise ShapeError(msg)
    lists = layout.to_ListOffsetArray64(False)
    return np.asarray(lists.offsets.data, dtype=np.int64), _numbers(lists.content, name)


def _numbers(layout: ak.contents.Content, name: str) -> NDArray[Any]:
    if layout.is_unknown:
        return np.zeros(0)
    try:
        numbers = np.asarray(ak.to_numpy(layout, allow_missing=False))
    except (ValueError, TypeError):
        msg = f"column {name!r} must hold numbers in its lists, found {layout.form.type}: drop or fill what is None"
        raise ShapeError(msg) from None
    if numbers.dtype.kind not in NUMBER_KINDS or layout.parameter("__array__"):
        msg = f"column {name!r} must hold numbers in its lists, found text or dates: encode them as numbers"
        raise ShapeError(msg)
    return numbers


def _packed(offsets: NDArray[np.int64], content: NDArray[Any]) -> NDArray[Any]:
    """Return the content in row order without gaps; offsets of a ListOffsetArray are already in order."""
    return content[offsets[0] : offsets[-1]]


def _shown(values: ak.Array) -> str:
    """Return the type of one row, short enough for a message."""
    text = _PARAMETERS.sub("", str(ak.type(values).content))
    return text if len(text) <= 60 else text[:57] + "…"
