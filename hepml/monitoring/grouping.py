"""Flags that are probably one fault: neighbours in time whose marked cells overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Incident, LumiFlag

OVERLAP = 0.5
"""Of the smaller set of cells that two flags must share."""


def group_flags(flags: Sequence[LumiFlag], *, gap: int = 2) -> tuple[list[LumiFlag], list[Incident]]:
    """Find the incidents among the flags that are bad or masked.

    Two flags belong to one incident where they are of the same run, at most `gap` lumisections lie between them, and
    they share half of the cells of the smaller one; histograms are only compared where their maps have one shape.
    Flags without cells belong together by time and histogram.

    Parameters
    ----------
    flags : sequence of LumiFlag
        In any order.
    gap : int
        Lumisections between two flags of one incident, at most.

    Returns
    -------
    flags : list of LumiFlag
        Ordered by run, lumisection and histogram, with the number of their incident.
    incidents : list of Incident
        In the order of their numbers.
    """
    ordered = sorted(flags, key=lambda flag: flag.key)
    places = [index for index, flag in enumerate(ordered) if flag.status in ("bad", "masked")]
    groups = _groups([ordered[index] for index in places], gap)
    incidents = []
    for number, group in enumerate(groups, start=1):
        members = [places[index] for index in group]
        for index in members:
            ordered[index] = replace(ordered[index], incident=number)
        incidents.append(_incident(number, [ordered[index] for index in members]))
    return ordered, incidents


def _groups(flagged: Sequence[LumiFlag], gap: int) -> list[list[int]]:
    """Return the connected groups, in the order of their first flags."""
    root = list(range(len(flagged)))

    def find(index: int) -> int:
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    cells = [frozenset(flag.cells.tolist()) for flag in flagged]
    start = 0  # the first flag that may still be a neighbour
    for index, flag in enumerate(flagged):
        while (flagged[start].run, flagged[start].lumi + gap + 1) < (flag.run, flag.lumi):
            start += 1
        for earlier in range(start, index):
            if _one_fault(flagged[earlier], flag) and _overlap(cells[earlier], cells[index]):
                low, high = sorted((find(earlier), find(index)))
                root[high] = low
    groups: dict[int, list[int]] = {}
    for index in range(len(flagged)):
        groups.setdefault(find(index), []).append(index)
    return list(groups.values())


def _one_fault(one: LumiFlag, other: LumiFlag) -> bool:
    """Return whether cells of both can be compared; without cells, whether the histogram is the same."""
    if not len(one.cells) and not len(other.cells):
        return one.histogram == other.histogram
    return one.histogram == other.histogram or one.shape == other.shape


def _overlap(one: frozenset[int], other: frozenset[int]) -> bool:
    return len(one & other) >= OVERLAP * min(len(one), len(other)) and bool(one) == bool(other)


def _incident(number: int, members: Sequence[LumiFlag]) -> Incident:
    peak = max(members, key=lambda flag: flag.score)
    lumis = [flag.lumi for flag in members]
    return Incident(
        number=number,
        run=peak.run,
        first_lumi=min(lumis),
        last_lumi=max(lumis),
        histograms=tuple(sorted({flag.histogram for flag in members})),
        n_flags=len(members),
        peak_score=peak.score,
        peak=peak.key,
        cells=_common_cells(members),
        status="masked" if all(flag.status == "masked" for flag in members) else "bad",
    )


def _common_cells(members: Iterable[LumiFlag]) -> NDArray[np.int32]:
    marked = [flag.cells for flag in members]
    cells, times = np.unique(np.concatenate(marked), return_counts=True)
    return np.asarray(cells[times >= len(marked) / 2], np.int32)
