"""The hits of a pixel map as arrays of fixed types, and what is counted of them before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.representations.pixel_map_options import PixelMapOptions
from hepml.representations.ragged import ragged_columns
from hepml.representations.row_blocks import row_blocks

HIT_COLUMNS = ("view", "plane", "cell", "charge")
NOWHERE = np.int32(-1)
"""Plane or cell of a hit that has none; no view has it."""


BLOCK_HITS = 2**16
"""Hits that are brought to fixed types at a time: few enough for the processor's cache, which halves the time."""


@dataclass(frozen=True)
class Hits:
    """Some events in a row: event ``first + i`` has the hits ``offsets[i]:offsets[i + 1]``.

    View code, plane and cell are int32, the charge is float32.
    """

    first: int
    offsets: NDArray[np.int64]
    view: NDArray[np.int32]
    plane: NDArray[np.int32]
    cell: NDArray[np.int32]
    charge: NDArray[np.float32]


@dataclass(frozen=True)
class HitCounts:
    """What an event's hits are, each of shape (n_events,) and int64.

    Attributes
    ----------
    n_inside : array
        Hits in a cell of a view, with a finite charge of 0 or more: those that are drawn.
    n_outside : array
        Hits in no cell of any view.
    n_bad_charge : array
        Hits in a cell, with a charge that is negative or not finite.
    n_views_hit : array
        Views with at least one hit that is drawn.
    """

    n_inside: NDArray[np.int64]
    n_outside: NDArray[np.int64]
    n_bad_charge: NDArray[np.int64]
    n_views_hit: NDArray[np.int64]


@dataclass(frozen=True)
class HitLists:
    """The hits of all events as they are in memory, of whatever types."""

    offsets: NDArray[np.int64]
    contents: Mapping[str, NDArray[Any]]

    @classmethod
    def of(cls, columns: ak.Array) -> HitLists:
        """Return the hits in the columns of `HIT_COLUMNS`, without a copy where their layout allows it.

        Raises
        ------
        ShapeError
            A column is absent, is not one list of numbers per event, or differs from another in the lengths of its
            lists.
        """
        return cls(*ragged_columns(columns, HIT_COLUMNS))

    @property
    def n_hits(self) -> int:
        """Number of hits."""
        return int(self.offsets[-1] - self.offsets[0])

    def blocks(self) -> Iterator[Hits]:
        """Yield the hits of all events in fixed types, some events at a time.

        What is not whole is rounded down to the plane or cell that it lies in.
        """
        for events in row_blocks(self.offsets, most=BLOCK_HITS):
            begin, end = self.offsets[events.start], self.offsets[events.stop]
            lists = {name: content[begin:end] for name, content in self.contents.items()}
            view, plane, cell = (_whole(lists[name]) for name in ("view", "plane", "cell"))
            with np.errstate(over="ignore"):
                charge = np.ascontiguousarray(lists["charge"], dtype=np.float32)
            own = self.offsets[events.start : events.stop + 1] - begin
            yield Hits(events.start, own, view, plane, cell, charge)


def count_hits(lists: HitLists, options: PixelMapOptions) -> HitCounts:
    """Return what each event's hits are."""
    counts = np.zeros((len(lists.offsets) - 1, 4), np.int64)
    codes = view_codes(options)
    for hits in lists.blocks():
        some = counts[hits.first : hits.first + len(hits.offsets) - 1]
        _count(hits.offsets, hits.view, hits.plane, hits.cell, hits.charge, codes, options.shape, some)
    return HitCounts(*np.ascontiguousarray(counts.T))


def view_codes(options: PixelMapOptions) -> NDArray[np.int32]:
    """Return the codes of the views, in their order."""
    return np.array(list(options.views.values()), np.int32)


def _whole(values: NDArray[Any]) -> NDArray[np.int32]:
    """Return values as int32 in this machine's byte order; what int32 cannot hold is nowhere."""
    if np.can_cast(values.dtype, np.int32):
        return np.ascontiguousarray(values, dtype=np.int32)
    if values.dtype.kind == "f":
        values = values.astype(np.float64)  # which holds the limits
    limits = np.iinfo(np.int32)
    fits = (values >= limits.min) & (values <= limits.max)  # false for NaN
    whole = np.full(len(values), NOWHERE)
    np.floor(values, out=whole, where=fits, casting="unsafe")
    return whole


@njit(cache=True)
def view_index(codes: NDArray[np.int32], code: int) -> int:
    """Return which of the views has a code; their number where none has."""
    index = 0
    while index < len(codes) and codes[index] != code:
        index += 1
    return index


@njit(cache=True)
def _count(
    offsets: NDArray[np.int64],
    view: NDArray[np.int32],
    plane: NDArray[np.int32],
    cell: NDArray[np.int32],
    charge: NDArray[np.float32],
    codes: NDArray[np.int32],
    shape: Sequence[int],
    counts: NDArray[np.int64],
) -> None:
    seen = np.empty(len(codes) + 1, np.bool_)
    for event in range(len(counts)):
        seen[:] = False
        n_inside, n_in_cell, i = 0, 0, offsets[event]
        while i < offsets[event + 1]:
            first, index, before = i, view_index(codes, view[i]), n_inside
            while i < offsets[event + 1] and view[i] == view[first]:
                i += 1
            # Sums of truth values, all of them taken: nothing for the processor to guess, and many hits at a time.
            for k in range(first, i if index < len(codes) else first):
                in_cell = (plane[k] >= 0) & (plane[k] < shape[0]) & (cell[k] >= 0) & (cell[k] < shape[1])
                n_in_cell += in_cell
                n_inside += in_cell & (charge[k] >= 0) & (charge[k] < np.inf)
            seen[index] |= n_inside > before
        counts[event, 0] = n_inside
        counts[event, 1] = offsets[event + 1] - offsets[event] - n_in_cell
        counts[event, 2] = n_in_cell - n_inside
        counts[event, 3] = seen.sum()
