"""The ROC curve of signed, weighted events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.fraction import fraction_variance
from hepml.evaluation.ranking import RankedSample, rank


@dataclass(frozen=True)
class RocCurve:
    """Efficiencies of both classes at each cut ``score ≥ threshold``; arrays of shape ``(k + 1,)``, k distinct scores.

    Attributes
    ----------
    threshold : array of float64
        Decreasing; the first is infinite (nothing passes).
    signal_efficiency, background_efficiency : array of float64
        From 0 to 1; not monotonic, and outside [0, 1] in places, where there are negative weights.
    signal_variance, background_variance : array of float64
        Of the efficiencies at a fixed threshold (see `weighted_fraction`).
    signal_n_eff, background_n_eff : float
        Effective number of events, (Σw)²/Σw².
    """

    threshold: NDArray[np.float64]
    signal_efficiency: NDArray[np.float64]
    background_efficiency: NDArray[np.float64]
    signal_variance: NDArray[np.float64]
    background_variance: NDArray[np.float64]
    signal_n_eff: float
    background_n_eff: float


def roc_curve(truth: ArrayLike, score: ArrayLike, *, sample_weight: ArrayLike | None = None) -> RocCurve:
    """Return the efficiencies of signal and background at every cut.

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
    >>> curve = roc_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
    >>> curve.signal_efficiency.tolist()
    [0.0, 0.5, 0.5, 1.0, 1.0]
    >>> curve.background_efficiency.tolist()
    [0.0, 0.0, 0.5, 0.5, 1.0]
    """
    return roc_of(rank(truth, score, sample_weight=sample_weight))


def roc_of(ranked: RankedSample) -> RocCurve:
    """Return the ROC curve of events that are ranked already."""
    signal, signal_variance, signal_n_eff = _efficiency(ranked.signal, ranked.signal_w2)
    background, background_variance, background_n_eff = _efficiency(ranked.background, ranked.background_w2)
    threshold = np.concatenate([[np.inf], ranked.threshold])
    return RocCurve(threshold, signal, background, signal_variance, background_variance, signal_n_eff, background_n_eff)


def _efficiency(
    weight: NDArray[np.float64], weight_w2: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Return efficiency, its variance and N_eff from Σw and Σw² by group, groups by descending score."""
    efficiency, passed_w2 = efficiency_of(weight), _running_sum(weight_w2)
    total, total_w2 = float(weight.sum()), float(passed_w2[-1])
    variance = fraction_variance(efficiency, passed_w2, all_w2=total_w2, all_w=total)
    return efficiency, variance, total**2 / total_w2


def efficiency_of(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the efficiency at each cut from Σw by group, by descending score; shape ``(k + 1,)``, from 0 to 1."""
    passed = _running_sum(weight)
    return np.divide(passed, passed[-1], out=passed)  # in place: new memory costs more than the division


def _running_sum(values: NDArray[np.float64]) -> NDArray[np.float64]:
    sums = np.zeros(len(values) + 1)
    np.cumsum(values, out=sums[1:])
    return sums
