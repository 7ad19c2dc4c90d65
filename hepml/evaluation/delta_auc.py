"""The difference of the AUCs of two classifiers on the same events."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hepml.errors import ShapeError
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.placement import Placements, mean_over_classes, place
from hepml.evaluation.ranking import rank


@dataclass(frozen=True)
class AucDifference:
    """AUC of one classifier minus that of another, and the two-sided p-value of there being no difference."""

    estimate: Estimate
    p_value: float


def delta_auc(
    truth: ArrayLike, score: ArrayLike, other_score: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> AucDifference:
    """Return AUC(score) − AUC(other_score) on the same events, with DeLong's error of the paired difference.

    What both classifiers get wrong on the same events cancels, so the error is smaller than that of two independent
    AUCs.  The p-value takes the difference over its error as standard normal.

    Parameters
    ----------
    truth, score, sample_weight
        As for `roc_auc_score`.
    other_score : array of float, shape (n,)
        Of the classifier compared with, for the same events in the same order.

    Raises
    ------
    ShapeError, DatasetError
        As for `roc_auc_score`.

    Examples
    --------
    >>> delta_auc([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1], [0.9, 0.8, 0.2, 0.1]).estimate.value
    -0.125
    """
    one = place(rank(truth, score, sample_weight=sample_weight))
    return delta_auc_of(one, place(rank(truth, other_score, sample_weight=sample_weight)))


def delta_auc_of(one: Placements, other: Placements) -> AucDifference:
    """Return the AUC of `one` minus that of `other`; both are placements of the same events.

    Raises
    ------
    ShapeError
        Truth or weights differ.
    """
    if not (np.array_equal(one.truth, other.truth) and np.array_equal(one.weight, other.weight)):
        msg = "a paired difference needs the same events in the same order, but truth or weights differ: use one part"
        raise ShapeError(msg)
    value, variance = mean_over_classes(one, one.value - other.value)
    error = math.sqrt(variance)
    return AucDifference(Estimate(value, error, "delong paired"), two_sided_p_value(value, error))


def two_sided_p_value(value: float, error: float) -> float:
    """Return the probability of a normal deviation as large as `value` or larger; NaN without an error.

    Examples
    --------
    >>> round(two_sided_p_value(-1.96, 1.0), 3)
    0.05
    """
    if value == 0:
        return 1.0
    return math.erfc(abs(value / error) / math.sqrt(2)) if error > 0 else math.nan
