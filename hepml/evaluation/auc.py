"""The area under the ROC curve with DeLong's error, for weighted events."""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.estimate import Estimate
from hepml.evaluation.placement import group_values, mean_and_variance
from hepml.evaluation.ranking import RankedSample, rank

_ROUNDING = 1e-20  # a variance below it may be 0: one misplaced event of 10⁹ is 10⁻¹⁸


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
    return auc_of(rank(truth, score, sample_weight=sample_weight))


def auc_of(ranked: RankedSample) -> Estimate:
    """Return the AUC of events that are ranked already; see `roc_auc_score`."""
    of_signal, of_background = group_values(ranked.signal, ranked.background)
    value, variance = mean_and_variance(of_signal, ranked.signal, ranked.signal_w2, all_w3=ranked.signal_w3)
    _, other = mean_and_variance(of_background, ranked.background, ranked.background_w2, all_w3=ranked.background_w3)
    variance += other
    if not variance > _ROUNDING and _separated(ranked, of_signal, of_background):
        one_event = (
            _one_over_n_eff(ranked.signal, ranked.signal_w2),
            _one_over_n_eff(ranked.background, ranked.background_w2),
        )
        return Estimate(value, math.hypot(*one_event), "one misplaced event")
    return Estimate(value, math.sqrt(variance), "delong")


@numba.njit(cache=True)
def auc_of_sums(signal: NDArray[np.float64], background: NDArray[np.float64]) -> float:
    """Return the AUC alone, from Σw of both classes in groups of equal score by descending score, in one pass."""
    signal_above = background_above = misplaced = 0.0
    for group in range(len(signal)):
        misplaced += signal[group] * (background_above + 0.5 * background[group])
        signal_above += signal[group]
        background_above += background[group]
    return 1 - misplaced / (signal_above * background_above)


def _separated(ranked: RankedSample, of_signal: NDArray[np.float64], of_background: NDArray[np.float64]) -> bool:
    """Return whether all events have the same placement value and yet the two classes differ."""
    values = np.concatenate([of_signal[ranked.signal_w2 > 0], of_background[ranked.background_w2 > 0]])
    return bool(values.min() == values.max() != 0.5)


def _one_over_n_eff(sum_w: NDArray[np.float64], sum_w2: NDArray[np.float64]) -> float:
    return float(sum_w2.sum()) / float(sum_w.sum()) ** 2
