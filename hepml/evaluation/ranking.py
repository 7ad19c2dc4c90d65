"""Events ranked by score: sorted once, then every metric of two classes is a running sum."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.checks import BinarySample, check_binary


@dataclass(frozen=True)
class RankedSample:
    """n events in k groups of equal score, by descending score.

    Attributes
    ----------
    sample : BinarySample
        The events, in the caller's order.
    group : array of int64, shape (n,)
        Number of each event's group, in the caller's order.
    threshold : array of float64, shape (k,)
        Score of each group, decreasing.
    signal, background : array of float64, shape (k,)
        Signed Σw of the class in each group.
    signal_w2, background_w2 : array of float64, shape (k,)
        Σw² of the class in each group.
    """

    sample: BinarySample
    group: NDArray[np.int64]
    threshold: NDArray[np.float64]
    signal: NDArray[np.float64]
    background: NDArray[np.float64]
    signal_w2: NDArray[np.float64]
    background_w2: NDArray[np.float64]


def rank(truth: ArrayLike, score: ArrayLike, *, sample_weight: ArrayLike | None = None) -> RankedSample:
    """Sort events by descending score and sum the weights of each class over equal scores.

    Parameters
    ----------
    truth : array of bool or 0/1, shape (n,)
        Whether the event is signal.
    score : array of float, shape (n,)
        Higher is more like signal; finite.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError, DatasetError
        See `check_binary`.

    Examples
    --------
    >>> ranked = rank([1, 0, 1], [0.9, 0.2, 0.2], sample_weight=[2.0, 1.0, 3.0])
    >>> ranked.threshold.tolist(), ranked.signal.tolist(), ranked.background.tolist()
    ([0.9, 0.2], [2.0, 3.0], [0.0, 1.0])
    """
    sample = check_binary(truth, score, sample_weight)
    order = np.argsort(sample.score)
    return RankedSample(sample, *_sum_groups(order, sample.truth, sample.score, sample.weight))


@numba.njit(cache=True)
def _sum_groups(
    ascending: NDArray[np.int64], truth: NDArray[np.bool_], score: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[
    NDArray[np.int64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
]:
    n = len(ascending)
    group = np.empty(n, np.int64)
    threshold = np.empty(n)
    # Σw and Σw² of [background, signal]
    total, squares = np.zeros((2, n)), np.zeros((2, n))
    k = 0
    for position in range(n - 1, -1, -1):
        i = ascending[position]
        if position < n - 1 and score[i] != threshold[k]:
            k += 1
        threshold[k] = score[i]
        group[i] = k
        side = 1 if truth[i] else 0
        total[side, k] += weight[i]
        squares[side, k] += weight[i] ** 2
    end = k + 1
    return group, threshold[:end], total[1, :end], total[0, :end], squares[1, :end], squares[0, :end]
