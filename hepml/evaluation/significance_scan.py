"""Significances over all cuts on a score, and the best of the cuts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.ranking import RankedSample, rank
from hepml.evaluation.roc import roc_of
from hepml.evaluation.significance import Expected, Significance, ams, over_sqrt_b, over_sqrt_sb

N_CUTS = 200
MINIMUM_BACKGROUND_EVENTS = 10.0
"""Effective background events above a cut that may be called best: its b is then known to 32% or better."""


@dataclass(frozen=True)
class SignificanceScan:
    """Expected events and significances of n cuts ``score ≥ threshold``, by descending threshold; shape ``(n,)``.

    Attributes
    ----------
    threshold, signal_efficiency, background_efficiency : array of float64
        The cuts.
    expected : Expected
        Events that pass, with errors at the fixed cut.
    background_n_eff : array of float64
        Effective number of background events that pass, (Σw)²/Σw²; 0 where their Σw is not positive.
    ams, s_over_sqrt_b, s_over_sqrt_sb : Significance
        See `approximate_median_significance`; NaN where undefined.
    """

    threshold: NDArray[np.float64]
    signal_efficiency: NDArray[np.float64]
    background_efficiency: NDArray[np.float64]
    expected: Expected
    background_n_eff: NDArray[np.float64]
    ams: Significance
    s_over_sqrt_b: Significance
    s_over_sqrt_sb: Significance

    def best(self, *, minimum_background_events: float = MINIMUM_BACKGROUND_EVENTS) -> int | None:
        """Return the cut of the largest AMS among those that leave enough effective background events; None: no such.

        Without this minimum the best of many cuts is often one above which a fluctuation left no background.
        """
        allowed = (self.background_n_eff >= minimum_background_events) & np.isfinite(self.ams.value)
        return int(np.argmax(np.where(allowed, self.ams.value, -np.inf))) if allowed.any() else None


def significance_scan(
    truth: ArrayLike,
    score: ArrayLike,
    *,
    signal_yield: float,
    background_yield: float,
    sample_weight: ArrayLike | None = None,
    thresholds: ArrayLike | None = None,
    background_uncertainty_events: float = 10.0,
) -> SignificanceScan:
    """Return significances over the cuts on a score, each class scaled to its expected yield.

    s and b are efficiencies times yields, so their errors are those of a weighted fraction (`weighted_fraction`) at a
    fixed cut: √Σw² of what passes where that is a small part, 0 where everything passes.  At the cut with the largest
    AMS of many the value is biased upward: choose the cut on other events than those that the result is read from.

    Parameters
    ----------
    truth : array of bool or 0/1, shape (n,)
        Whether the event is signal.
    score : array of float, shape (n,)
        Higher is more like signal.
    signal_yield, background_yield : float
        Expected events without a cut.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.
    thresholds : array of float, shape (k,), optional
        The cuts; None: up to 200 that keep equal steps of the signal.
    background_uncertainty_events : float
        b_r of AMS.

    Raises
    ------
    ShapeError
        The arrays differ in length.
    DatasetError
        A score is NaN, or a class is empty or has Σw ≤ 0.

    Examples
    --------
    >>> scan = significance_scan([1, 1, 0, 0], [0.9, 0.6, 0.7, 0.1], signal_yield=6, background_yield=8)
    >>> scan.threshold.tolist(), scan.expected.background.tolist(), scan.s_over_sqrt_b.value.tolist()
    ([0.9, 0.6], [0.0, 4.0], [nan, 3.0])
    """
    ranked = rank(truth, score, sample_weight=sample_weight)
    curve = roc_of(ranked)
    if thresholds is None:
        index = _equal_steps(curve.signal_efficiency)
    else:
        cuts = np.sort(np.asarray(thresholds, dtype=np.float64))[::-1]
        index = np.searchsorted(-curve.threshold, -cuts, side="right") - 1
    expected = Expected(
        signal_yield * curve.signal_efficiency[index],
        background_yield * curve.background_efficiency[index],
        signal_yield * np.sqrt(curve.signal_variance[index]),
        background_yield * np.sqrt(curve.background_variance[index]),
    )
    return SignificanceScan(
        threshold=curve.threshold[index] if thresholds is None else cuts,
        signal_efficiency=curve.signal_efficiency[index],
        background_efficiency=curve.background_efficiency[index],
        expected=expected,
        background_n_eff=_n_eff(ranked, index),
        ams=ams(expected, background_uncertainty_events=background_uncertainty_events),
        s_over_sqrt_b=over_sqrt_b(expected),
        s_over_sqrt_sb=over_sqrt_sb(expected),
    )


def _equal_steps(efficiency: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the first points of a curve that reach 1/200, 2/200, … of the signal, each once."""
    reached = np.maximum.accumulate(efficiency)  # negative weights make the curve turn back
    targets = np.arange(1, N_CUTS + 1) / N_CUTS - 1e-12  # sums of the same weights in another order: the same cuts
    return np.unique(np.searchsorted(reached, targets))


def _n_eff(ranked: RankedSample, index: NDArray[np.int64]) -> NDArray[np.float64]:
    sums = np.concatenate([[0.0], np.cumsum(ranked.background)])[index]
    squares = np.concatenate([[0.0], np.cumsum(ranked.background_w2)])[index]
    return np.divide(np.square(sums), squares, out=np.zeros(len(index)), where=(sums > 0) & (squares > 0))
