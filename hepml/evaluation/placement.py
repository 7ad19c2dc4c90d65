"""How each event is placed among those of the other class: what AUCs and their errors are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from hepml.evaluation.ranking import RankedSample

_ONE_EVENT = 1e-9  # what is left of a variance: 0 with one event but for rounding, 1/2 with two equal ones


@dataclass(frozen=True)
class Placements:
    """Placement values of n events; all shape ``(n,)``, in the caller's order.

    Attributes
    ----------
    truth, weight
        As in the sample.
    value : array of float64
        For signal the weighted fraction of background with a lower score, for background that of signal with a higher
        one; equal scores count one half.  The weighted mean over either class is the AUC.
    """

    truth: NDArray[np.bool_]
    weight: NDArray[np.float64]
    value: NDArray[np.float64]


def place(ranked: RankedSample) -> Placements:
    """Return the placement value of each event."""
    of_signal, of_background = group_values(ranked.signal, ranked.background)
    truth = ranked.sample.truth
    value = _per_event(ranked.order, ranked.end, truth, of_signal, of_background)
    return Placements(truth, ranked.sample.weight, value)


def group_values(
    signal: NDArray[np.float64], background: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the placement values of signal and of background, group by group, from Σw by descending score."""
    above, signal_above = np.cumsum(background), np.cumsum(signal)
    of_signal = 1 - (above - 0.5 * background) / above[-1]
    of_background = (signal_above - 0.5 * signal) / signal_above[-1]
    return of_signal, of_background


@numba.njit(cache=True)
def _per_event(
    order: NDArray[np.int64],
    end: NDArray[np.int64],
    truth: NDArray[np.bool_],
    of_signal: NDArray[np.float64],
    of_background: NDArray[np.float64],
) -> NDArray[np.float64]:
    value = np.empty(len(order))
    position = 0
    for group in range(len(end)):
        while position < end[group]:
            i = order[position]
            value[i] = of_signal[group] if truth[i] else of_background[group]
            position += 1
    return value


def mean_over_classes(placements: Placements, values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the weighted mean of `values` over signal, and the variance of it: the sum of those of both classes.

    `values` are placement values or differences of them, so that the mean over background is the same number.
    """
    truth, weight = placements.truth, placements.weight
    mean, signal_variance = _of_class(values[truth], weight[truth])
    _, background_variance = _of_class(values[~truth], weight[~truth])
    return mean, signal_variance + background_variance


def mean_and_variance(
    values: NDArray[np.float64], sum_w: NDArray[np.float64], sum_w2: NDArray[np.float64], *, all_w3: float
) -> tuple[float, float]:
    """Return Σwx/Σw and its variance Σw²(x − mean)²/(Σw)², made unbiased; the variance of one event is NaN.

    The sum's expectation is too small by the factor 1 − 2Σw³/(Σw Σw²) + Σw²/(Σw)²: (N − 1)/N for equal weights.

    Parameters
    ----------
    values, sum_w, sum_w2 : array of float64, shape (k,)
        x, Σw and Σw² of groups of events that have x in common.
    all_w3 : float
        Σw³ of all events.
    """
    total = float(sum_w.sum())
    share = float(sum_w2.sum()) / total**2
    mean = float(sum_w @ values) / total
    spread = float(sum_w2 @ np.square(values - mean)) / total**2
    kept = 1 - 2 * all_w3 / (share * total**3) + share
    return mean, spread / kept if kept > _ONE_EVENT else math.nan


def _of_class(values: NDArray[np.float64], weight: NDArray[np.float64]) -> tuple[float, float]:
    squares = np.square(weight)
    return mean_and_variance(values, weight, squares, all_w3=float(squares @ weight))
