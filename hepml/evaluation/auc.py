"""The area under the ROC curve with DeLong's error, for weighted events."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.estimate import Estimate
from hepml.evaluation.placement import Placements, mean_over_classes, place
from hepml.evaluation.ranking import rank


def roc_auc_score(truth: ArrayLike, score: ArrayLike, *, sample_weight: ArrayLike | None = None) -> Estimate:
    """Return the AUC as the weighted Mann–Whitney statistic, with DeLong's error.

    AUC = Σ_ij w_i w_j [s_i > s_j] / (Σ_i w_i Σ_j w_j) over signal i and background j, equal scores counting one half:
    the probability that signal scores higher.  It is right for negative weights, where the ROC curve is not monotonic.
    The error is that of E. DeLong et al., Biometrics 44 (1988) 837, with the weights squared in the variance of the
    placement values; without weights it is theirs exactly.  An event of weight 2 counts as two events in the value, but
    as one fluctuation in the error.

    Where the classes are perfectly separated DeLong's error is 0, which does not mean that the AUC is exact: the error
    is then that of one misplaced event of each class, √(1/N_eff² + 1/N_eff′²).  It is NaN where a class has one event.

    Parameters
    ----------
    truth : array of bool or 0/1, shape (n,)
        Whether the event is signal.
    score : array of float, shape (n,)
        Higher is more like signal.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError
        The arrays differ in length.
    DatasetError
        A score is NaN, or a class is empty or has Σw ≤ 0.

    Examples
    --------
    >>> roc_auc_score([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1]).value
    0.875
    """
    return auc_of(place(rank(truth, score, sample_weight=sample_weight)))


def auc_of(placements: Placements) -> Estimate:
    """Return the AUC of events that are placed already; see `roc_auc_score`."""
    value, variance = mean_over_classes(placements, placements.value)
    if placements.value.min() == placements.value.max() != 0.5:
        one_event = (_one_over_n_eff(placements.weight[chosen]) for chosen in (placements.truth, ~placements.truth))
        return Estimate(value, math.hypot(*one_event), "one misplaced event")
    return Estimate(value, math.sqrt(variance), "delong")


def _one_over_n_eff(weight: NDArray[np.float64]) -> float:
    return float(weight @ weight) / float(weight.sum()) ** 2
