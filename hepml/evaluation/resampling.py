"""Poisson replicas of ranked events: the sort is done once, each replica is a few passes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError
from hepml.evaluation.ranking import RankedSample

_LARGEST = 15  # more than that has a probability of 2·10⁻¹⁴
_CUMULATIVE = np.cumsum([math.exp(-1) / math.factorial(count) for count in range(_LARGEST)] + [1.0])
_FIRST_GUESS = np.searchsorted(_CUMULATIVE, np.arange(256) / 256, side="right").astype(np.uint8)


@dataclass(frozen=True)
class ClassSums:
    """Signed Σw of both classes in k groups of equal score, by descending score; all shape ``(k,)``.

    Groups are those of the whole sample, so that some are empty in a replica.
    """

    threshold: NDArray[np.float64]
    signal: NDArray[np.float64]
    background: NDArray[np.float64]


def poisson_counts(n: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return how often each of n events counts: independent Poisson numbers of mean 1, shape ``(n,)``."""
    return _counts(n, rng, _CUMULATIVE, _FIRST_GUESS)


def replicas(
    ranked: Sequence[RankedSample], *, rng: np.random.Generator, n_replicas: int
) -> Iterator[tuple[ClassSums, ...]]:
    """Yield the sums of one replica after the other, of the same events ranked by one score or by several.

    An event counts as often in each of the rankings, so differences between them are paired.  Memory is that of one
    replica.

    Raises
    ------
    ShapeError
        The rankings are not of the same events.
    """
    first = ranked[0].sample
    for other in ranked[1:]:
        if not (np.array_equal(first.truth, other.sample.truth) and np.array_equal(first.weight, other.sample.weight)):
            msg = (
                "a paired bootstrap needs the same events in the same order, but truth or weights differ: use one part"
            )
            raise ShapeError(msg)
    sorted_ = [(each.order, each.end, first.weight[each.order], first.truth[each.order]) for each in ranked]
    for _ in range(n_replicas):
        counts = poisson_counts(len(first.truth), rng)
        yield tuple(
            ClassSums(each.threshold, *_sum_groups(counts, *columns))
            for each, columns in zip(ranked, sorted_, strict=True)
        )


@numba.njit(cache=True)
def _counts(
    n: int, rng: np.random.Generator, cumulative: NDArray[np.float64], first_guess: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Invert the cumulative distribution; the guess by 256ths is right but for a few of them, hence hardly a search."""
    counts = np.empty(n, np.uint8)
    for i in range(n):
        uniform = rng.random()
        count = first_guess[int(256 * uniform)]
        while uniform >= cumulative[count]:
            count += 1
        counts[i] = count
    return counts


@numba.njit(cache=True)
def _sum_groups(
    counts: NDArray[np.uint8],
    order: NDArray[np.int64],
    end: NDArray[np.int64],
    weight: NDArray[np.float64],
    truth: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Σw of signal and background by group; `weight` and `truth` are in the order of the ranking."""
    signal, background = np.empty(len(end)), np.empty(len(end))
    position = 0
    for group in range(len(end)):
        of_signal = of_background = 0.0
        while position < end[group]:
            counted = weight[position] * counts[order[position]]
            of_signal += counted * truth[position]
            of_background += counted * (not truth[position])
            position += 1
        signal[group], background[group] = of_signal, of_background
    return signal, background
