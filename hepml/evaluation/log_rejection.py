"""The logarithm of a rejection with the influence of each event, for ratios of rejections on the same events."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.cut import cut_at_signal_efficiency
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.ranking import RankedSample, rank
from hepml.evaluation.roc import roc_of
from hepml.evaluation.working_point import background_slope, working_points


def delta_log_rejection(
    truth: ArrayLike,
    score: ArrayLike,
    other_score: ArrayLike,
    signal_efficiency: float,
    *,
    sample_weight: ArrayLike | None = None,
) -> Estimate:
    """Return ln(1/ε_B) of a score minus that of another at one signal efficiency, with the paired error.

    The exponential of it is the ratio of the rejections.  The error is that of the sum over events of their influences
    (delta method), with the fluctuation of both cuts; what both scores reject alike cancels.

    Parameters
    ----------
    truth, score, sample_weight
        As for `rejection_at_signal_efficiency`.
    other_score : array of float, shape (n,)
        For the same events in the same order.
    signal_efficiency : float
        ε_S, in (0, 1).

    Raises
    ------
    ShapeError, DatasetError, RecipeError
        As for `rejection_at_signal_efficiency`.

    Examples
    --------
    >>> truth, other = [1, 1, 0, 0, 0, 0], [0.9, 0.3, 0.5, 0.4, 0.2, 0.1]
    >>> round(delta_log_rejection(truth, [0.9, 0.6, 0.7, 0.4, 0.2, 0.1], other, 0.9).value, 3)
    0.693
    """
    one, other = (
        log_efficiency(rank(truth, each, sample_weight=sample_weight), signal_efficiency)
        for each in (score, other_score)
    )
    return log_ratio_of_rejections(one, other)


@dataclass(frozen=True)
class LogEfficiency:
    """ln ε_B, NaN where that is not above 0, and the influence of each event on it, shape ``(n,)``."""

    value: float
    influence: NDArray[np.float64]


def log_efficiency(ranked: RankedSample, signal_efficiency: float) -> LogEfficiency:
    """Return ln ε_B at a signal efficiency.

    A background event moves ε_B by w (passed − ε_B)/Σw; a signal event moves the cut, and so ε_B by
    −(dε_B/dε_S) w (passed − ε_S)/Σw, with the sums of their classes.
    """
    truth, weight, score = ranked.sample.truth, ranked.sample.weight, ranked.sample.score
    curve = roc_of(ranked)
    passed = cut_at_signal_efficiency(curve, signal_efficiency).at.passing(score)
    points = working_points(curve, [signal_efficiency])
    efficiency = float(points.background_efficiency[0])
    if not efficiency > 0:
        return LogEfficiency(math.nan, np.full(len(score), math.nan))
    slope = float(background_slope(curve, np.array([signal_efficiency]))[0])
    of_signal = -slope * (passed - signal_efficiency) / weight[truth].sum()
    of_background = (passed - efficiency) / weight[~truth].sum()
    influence = weight * np.where(truth, of_signal, of_background) / efficiency
    return LogEfficiency(math.log(efficiency), influence)


def log_ratio_of_rejections(one: LogEfficiency, other: LogEfficiency) -> Estimate:
    """Return the difference of ln(1/ε_B) of two scores of the same events; see `delta_log_rejection`."""
    if math.isnan(one.value) or math.isnan(other.value):
        return undefined("no background passes one of the cuts")
    difference = other.influence - one.influence
    return Estimate(other.value - one.value, math.sqrt(float(difference @ difference)), "delta method, paired")
