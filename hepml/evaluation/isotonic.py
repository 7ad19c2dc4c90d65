"""Isotonic calibration: the monotonic function of the score that is nearest to the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.isotonic import IsotonicRegression

from hepml.evaluation.checks import check_binary
from hepml.evaluation.mean import class_shares


@dataclass(frozen=True)
class IsotonicCalibration:
    """A monotonic, piecewise linear function from score to probability.

    Attributes
    ----------
    score, probability : array of float64, shape (k,)
        Its corners; beyond the first and the last it is constant.
    """

    score: NDArray[np.float64]
    probability: NDArray[np.float64]

    def apply(self, score: ArrayLike) -> NDArray[np.float64]:
        """Return the calibrated probabilities of scores, shape ``(n,)``."""
        return np.asarray(np.interp(np.asarray(score, dtype=np.float64), self.score, self.probability))


def fit_isotonic(
    truth: ArrayLike,
    score: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    balanced_by: ArrayLike | None = None,
) -> IsotonicCalibration:
    """Fit an isotonic calibration (B. Zadrozny and C. Elkan, KDD 2002, 694).

    Where there are negative weights, neighbouring scores are merged into the smallest groups of positive Σw first, each
    at its largest score: the fit needs positive weights, and sums over such groups are still right.

    Parameters
    ----------
    truth : array of bool or 0/1, shape (n,)
        Whether the event is signal; of events that are not used to judge the result.
    score : array of float, shape (n,)
        Higher is more like signal.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.
    balanced_by : array of int, shape (n,), optional
        Class of each event: classes count the same.

    Raises
    ------
    ShapeError, DatasetError
        As for `roc_auc_score`.

    Examples
    --------
    >>> fit_isotonic([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4]).apply([0.0, 0.25, 0.4]).tolist()
    [0.0, 0.5, 1.0]
    """
    sample = check_binary(truth, score, sample_weight)
    weight = class_shares(sample.weight, balanced_by) * len(sample.weight)  # scikit-learn's sums are of order 1 then
    order = np.argsort(sample.score)
    place, total, signal = _equal_scores(sample.score[order], weight[order], sample.truth[order])
    if (total <= 0).any():
        place, total, signal = _groups_of_positive_weight(place, total, signal)
    fit = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    fit.fit(place, signal / total, sample_weight=total)
    return IsotonicCalibration(np.asarray(fit.X_thresholds_), np.asarray(fit.y_thresholds_))


_Groups = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Score, Σw and Σw of signal."""


def _equal_scores(score: NDArray[np.float64], weight: NDArray[np.float64], truth: NDArray[np.bool_]) -> _Groups:
    start = np.flatnonzero(np.append(True, score[1:] > score[:-1]))
    return score[start], np.add.reduceat(weight, start), np.add.reduceat(weight * truth, start)


def _groups_of_positive_weight(
    score: NDArray[np.float64], total: NDArray[np.float64], signal: NDArray[np.float64]
) -> _Groups:
    """Merge groups, from the lowest score on, until each has a positive Σw; the rest joins the last one."""
    running = np.cumsum(total)
    before = np.append(0.0, np.maximum(np.maximum.accumulate(running)[:-1], 0.0))
    ends = np.flatnonzero((running > before) & (running < running[-1]))  # where Σw is larger than ever before
    end = np.append(ends, len(total) - 1)
    sums = [np.diff(np.cumsum(values)[end], prepend=0.0) for values in (total, signal)]
    return score[end], sums[0], sums[1]
