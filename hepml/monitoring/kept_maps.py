"""Blocks of scored maps → one line per lumisection, and maps only where a page may show them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from hepml.contracts import Key, LumiMaps, LumiScore, ScoredHistograms, Threshold


def lumi_scores(
    blocks: Iterable[ScoredHistograms], thresholds: Mapping[str, Threshold], *, most_maps: int
) -> list[LumiScore]:
    """Return the score of each lumisection; keep the maps of the worst ones, and of one good one in each run.

    Memory is bounded by the block and by `most_maps`: of each histogram at most that many bad ones keep their maps, and
    at most that many good ones, each the one with the most entries of its run.

    Parameters
    ----------
    blocks : iterable of ScoredHistograms
        Of a file.
    thresholds : mapping of str to Threshold
        By histogram; one that is absent keeps no maps.
    most_maps : int
        See above.
    """
    scores: list[LumiScore] = []
    kept: dict[str, _Kept] = {}
    for block in blocks:
        threshold = thresholds[block.name].value if block.name in thresholds else np.inf
        here = kept.setdefault(block.name, _Kept(most_maps))
        for index, score in enumerate(_plain_scores(block, threshold)):
            scores.append(score)
            if score.enough and score.score > threshold:
                here.add_bad(score, block, index)
            elif score.enough and score.score <= threshold:
                here.add_good(score, block, index)
    maps = {key: maps for here in kept.values() for key, maps in here.maps()}
    return [replace(score, maps=maps.get(score.key), has_maps=score.key in maps) for score in scores]


def _plain_scores(block: ScoredHistograms, threshold: float) -> Iterator[LumiScore]:
    """Yield scores; only of what is above the threshold are the marked cells of interest."""
    n, rows, columns = block.marked.shape
    marked = block.marked.reshape(n, -1) & (block.score > threshold)[:, None]
    for index in range(n):
        yield LumiScore(
            run=int(block.run[index]),
            lumi=int(block.lumi[index]),
            histogram=block.name,
            shape=(rows, columns),
            score=float(block.score[index]),
            enough=bool(block.enough[index]),
            entries=float(block.entries[index]),
            cells=np.flatnonzero(marked[index]).astype(np.int32),
        )


@dataclass
class _Kept:
    """The maps of one histogram that are kept so far; `bad` is a heap by score."""

    most: int
    bad: list[tuple[float, Key, LumiMaps]] = field(default_factory=list)
    good: dict[int, tuple[float, Key, LumiMaps]] = field(default_factory=dict)

    def add_bad(self, score: LumiScore, block: ScoredHistograms, index: int) -> None:
        if self.most and (len(self.bad) < self.most or score.score > self.bad[0][0]):
            push = heapq.heappush if len(self.bad) < self.most else heapq.heapreplace
            push(self.bad, (score.score, score.key, _maps(block, index)))

    def add_good(self, score: LumiScore, block: ScoredHistograms, index: int) -> None:
        before = self.good.get(score.run)
        if before is None and len(self.good) >= self.most:
            return
        if before is None or score.entries > before[0]:
            self.good[score.run] = (score.entries, score.key, _maps(block, index))

    def maps(self) -> Iterator[tuple[Key, LumiMaps]]:
        for _, key, maps in [*self.bad, *self.good.values()]:
            yield key, maps


def _maps(block: ScoredHistograms, index: int) -> LumiMaps:
    """Copy the maps of one lumisection, so that the block can go."""
    hidden = block.masked[index]
    return LumiMaps(
        *(np.where(hidden, np.float32(np.nan), maps[index]) for maps in (block.observed, block.expected, block.pull))
    )
