"""How each event is placed among those of the other class: what AUCs and their errors are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

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
    signal, background = np.cumsum(ranked.signal), np.cumsum(ranked.background)
    of_background = (signal - 0.5 * ranked.signal) / signal[-1]
    of_signal = 1 - (background - 0.5 * ranked.background) / background[-1]
    truth, group = ranked.sample.truth, ranked.group
    return Placements(truth, ranked.sample.weight, np.where(truth, of_signal[group], of_background[group]))


def mean_over_classes(placements: Placements, values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the weighted mean of `values` over signal, and the variance of it: the sum of those of both classes.

    `values` are placement values or differences of them, so that the mean over background is the same number.
    """
    truth, weight = placements.truth, placements.weight
    mean, signal_variance = _mean_and_variance(values[truth], weight[truth])
    _, background_variance = _mean_and_variance(values[~truth], weight[~truth])
    return mean, signal_variance + background_variance


def _mean_and_variance(values: NDArray[np.float64], weight: NDArray[np.float64]) -> tuple[float, float]:
    """Return Σwx/Σw and its variance Σw²(x − mean)²/(Σw)², made unbiased; the variance of one event is NaN.

    The sum's expectation is too small by the factor 1 − 2Σw³/(Σw Σw²) + Σw²/(Σw)²: (N − 1)/N for equal weights.
    """
    total, squares = float(weight.sum()), np.square(weight)
    share = float(squares.sum()) / total**2
    mean = float(weight @ values) / total
    spread = float(squares @ np.square(values - mean)) / total**2
    kept = 1 - 2 * float(squares @ weight) / (share * total**3) + share
    return mean, spread / kept if kept > _ONE_EVENT else math.nan
