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
    order : array of int64, shape (n,)
        Row of each event in the caller's order, highest score first.
    end : array of int64, shape (k,)
        Where in `order` each group ends; it starts where the one before ends.
    threshold : array of float64, shape (k,)
        Score of each group, decreasing.
    signal, background : array of float64, shape (k,)
        Signed Σw of the class in each group.
    signal_w2, background_w2 : array of float64, shape (k,)
        Σw² of the class in each group.
    signal_w3, background_w3 : float
        Σw³ of the class.
    """

    sample: BinarySample
    order: NDArray[np.int64]
    end: NDArray[np.int64]
    threshold: NDArray[np.float64]
    signal: NDArray[np.float64]
    background: NDArray[np.float64]
    signal_w2: NDArray[np.float64]
    background_w2: NDArray[np.float64]
    signal_w3: float
    background_w3: float


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
    order = np.argsort(sample.score)[::-1]
    end, threshold, sums, cubes = _sum_groups(order, sample.truth, sample.score, sample.weight)
    return RankedSample(sample, order, end, threshold, *sums, *cubes)


@numba.njit(cache=True)
def _sum_groups(
    order: NDArray[np.int64], truth: NDArray[np.bool_], score: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], tuple[float, float]]:
    """Return end and score of each group, Σw and Σw² of signal and background as rows, and Σw³ of each class."""
    n = len(order)
    end, threshold, sums = np.empty(n, np.int64), np.empty(n), np.zeros((4, n))
    group, signal_w3, background_w3 = 0, 0.0, 0.0
    for position in range(n):
        i = order[position]
        if position > 0 and score[i] != threshold[group]:
            group += 1
        end[group], threshold[group] = position + 1, score[i]
        # No branch on the class: the processor would guess it wrong every other time.
        signal, background = weight[i] * truth[i], weight[i] * (not truth[i])
        sums[0, group] += signal
        sums[1, group] += background
        sums[2, group] += signal**2
        sums[3, group] += background**2
        signal_w3 += signal**3
        background_w3 += background**3
    groups = group + 1
    return end[:groups], threshold[:groups], sums[:, :groups], (signal_w3, background_w3)
