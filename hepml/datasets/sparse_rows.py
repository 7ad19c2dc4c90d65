"""Rows as they are stored, flat columns and lists: chosen and joined without being unpacked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
from numba import njit
from numpy.typing import NDArray


@dataclass(frozen=True)
class Lists:
    """One list per row: row i holds ``content[offsets[i]:offsets[i + 1]]``.

    Columns whose lists have equal lengths share one `offsets` array, so that it is worked out once for all of them.
    """

    offsets: NDArray[np.int64]
    content: NDArray[Any]


Column = NDArray[Any] | Lists


@dataclass(frozen=True)
class SparseRows:
    """Columns of equal length by full name.

    Awkward arrays could do the same, but choosing rows of lists costs them an index of every item: 1 µs per jet image
    where the copy of whole lists below takes 0.3.
    """

    columns: Mapping[str, Column]
    n: int

    @classmethod
    def of(cls, rows: ak.Array) -> SparseRows:
        """Return the columns of a record array of flat numbers and one-level lists; shares its memory."""
        columns: dict[str, Column] = {}
        known: list[NDArray[np.int64]] = []
        for name in rows.layout.fields:
            layout = rows.layout.content(name)
            if isinstance(layout, ak.contents.NumpyArray):
                columns[name] = np.asarray(layout.data)
                continue
            offsets = np.asarray(layout.offsets.data)
            shared = next((other for other in known if np.array_equal(other, offsets)), None)
            if shared is None:
                known.append(offsets)
            columns[name] = Lists(offsets if shared is None else shared, np.asarray(layout.content.data))
        return cls(columns, len(rows))

    def flat(self, name: str) -> NDArray[Any]:
        """Return a flat column, shape (n,)."""
        values = self.columns[name]
        assert not isinstance(values, Lists)
        return values

    def take(self, index: NDArray[np.int64]) -> SparseRows:
        """Return a copy of the rows at `index`, in its order."""
        offsets: dict[int, NDArray[np.int64]] = {}
        columns: dict[str, Column] = {}
        for name, values in self.columns.items():
            if isinstance(values, Lists):
                key = id(values.offsets)
                if key not in offsets:
                    offsets[key] = _take_offsets(values.offsets, index)
                columns[name] = Lists(offsets[key], _take_items(values, index, offsets[key]))
            else:
                columns[name] = values[index]
        return SparseRows(columns, len(index))

    def only(self, names: Sequence[str]) -> SparseRows:
        """Return some of the columns."""
        return SparseRows({name: self.columns[name] for name in names}, self.n)

    def with_flat(self, columns: Mapping[str, NDArray[Any]]) -> SparseRows:
        """Return the rows with flat columns added, or replaced."""
        return SparseRows({**self.columns, **columns}, self.n)

    def record(self, fields: Mapping[str, str]) -> ak.Array:
        """Return columns as a record array: field of the record → name of the column."""
        contents = [_layout(self.columns[name]) for name in fields.values()]
        return ak.Array(ak.contents.RecordArray(contents, list(fields), length=self.n))


def joined(pieces: Sequence[SparseRows]) -> SparseRows:
    """Return the rows of all pieces, one after the other; at least one piece, all with the same columns."""
    if len(pieces) == 1:
        return pieces[0]
    offsets: dict[tuple[int, ...], NDArray[np.int64]] = {}
    columns: dict[str, Column] = {}
    for name in pieces[0].columns:
        parts = [piece.columns[name] for piece in pieces]
        lists = [part for part in parts if isinstance(part, Lists)]
        if lists:
            key = tuple(id(part.offsets) for part in lists)
            if key not in offsets:
                offsets[key] = _join_offsets([part.offsets for part in lists])
            columns[name] = Lists(offsets[key], np.concatenate([_items(part) for part in lists]))
        else:
            columns[name] = np.concatenate([part for part in parts if not isinstance(part, Lists)])
    return SparseRows(columns, sum(piece.n for piece in pieces))


def _layout(values: Column) -> ak.contents.Content:
    if isinstance(values, Lists):
        return ak.contents.ListOffsetArray(ak.index.Index64(values.offsets), ak.contents.NumpyArray(values.content))
    return ak.contents.NumpyArray(values)


def _items(lists: Lists) -> NDArray[Any]:
    """Return what the lists hold; their offsets need not begin at 0."""
    return lists.content[lists.offsets[0] : lists.offsets[-1]]


def _join_offsets(offsets: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    counts = [np.zeros(1, dtype=np.int64), *(np.diff(part) for part in offsets)]
    return np.cumsum(np.concatenate(counts))


@njit(cache=True, nogil=True)
def _take_offsets(offsets: NDArray[np.int64], index: NDArray[np.int64]) -> NDArray[np.int64]:
    taken = np.empty(len(index) + 1, np.int64)
    taken[0] = 0
    for i in range(len(index)):
        taken[i + 1] = taken[i] + offsets[index[i] + 1] - offsets[index[i]]
    return taken


def _take_items(lists: Lists, index: NDArray[np.int64], taken: NDArray[np.int64]) -> NDArray[Any]:
    # As unsigned integers of the same width, so that few functions are compiled.
    words = np.ascontiguousarray(lists.content).view(f"u{lists.content.itemsize}")
    return _take_words(lists.offsets, words, index, taken).view(lists.content.dtype)


@njit(cache=True, nogil=True)
def _take_words(
    offsets: NDArray[np.int64],
    words: NDArray[np.unsignedinteger[Any]],
    index: NDArray[np.int64],
    taken: NDArray[np.int64],
) -> NDArray[np.unsignedinteger[Any]]:
    items = np.empty(taken[-1], words.dtype)
    for i in range(len(index)):
        items[taken[i] : taken[i + 1]] = words[offsets[index[i]] : offsets[index[i] + 1]]
    return items
