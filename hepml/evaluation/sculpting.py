"""How a cut on the score changes the distribution of another variable in the background."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.binned_efficiency import MovingCut, moving_cut
from hepml.evaluation.binning import bin_index, bin_sums
from hepml.evaluation.checks import check_binary, check_lengths
from hepml.evaluation.cut import cut_at_signal_efficiency
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.roc import roc_curve

_NATS_IN_A_BIT = math.log(2)


@dataclass(frozen=True)
class Sculpting:
    """The background's distribution before and after a cut, and how far they are apart.

    Attributes
    ----------
    low, high : array of float64, shape (k,)
        Edges of the bins.
    before, before_error, after, after_error : array of float64, shape (k,)
        Densities of unit area, of all background and of what passes; NaN where nothing passes.
    divergence : Estimate
        Jensen–Shannon divergence in bits, less what finite samples alone would give.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    before: NDArray[np.float64]
    before_error: NDArray[np.float64]
    after: NDArray[np.float64]
    after_error: NDArray[np.float64]
    divergence: Estimate

    @property
    def distance(self) -> Estimate:
        """Jensen–Shannon distance, in [0, 1]: the square root of the divergence, 0 where that is not positive."""
        value, error = self.divergence.value, self.divergence.error
        if math.isnan(value):
            return self.divergence
        root = math.sqrt(max(value, 0.0))
        # Near 0 the root is not linear: an upward fluctuation of the divergence by σ is then one of √σ.
        return Estimate(root, math.sqrt(max(value, 0.0) + error) - root, f"root of: {self.divergence.method}")


def jensen_shannon_divergence(one: ArrayLike, other: ArrayLike) -> float:
    """Return the Jensen–Shannon divergence of two histograms in bits (J. Lin, IEEE Trans. Inf. Theory 37 (1991) 145).

    It is in [0, 1]: 0 for equal shapes, 1 where no bin is common.  The Jensen–Shannon *distance* is its square root.

    Parameters
    ----------
    one, other : array of float, shape (k,)
        Contents of the bins in any normalisation; negative ones count as 0.

    Examples
    --------
    >>> jensen_shannon_divergence([1, 1], [2, 2]), jensen_shannon_divergence([1, 0], [0, 1])
    (0.0, 1.0)
    """
    p, q = (np.maximum(np.asarray(each, dtype=np.float64), 0.0) for each in (one, other))
    p, q = p / p.sum(), q / q.sum()
    return max(0.0, float((p * _log_ratio(p, q) + q * _log_ratio(q, p)).sum()) / (2 * _NATS_IN_A_BIT))


def sculpting_at_signal_efficiency(
    truth: ArrayLike,
    score: ArrayLike,
    values: ArrayLike,
    edges: ArrayLike,
    *,
    signal_efficiency: float,
    sample_weight: ArrayLike | None = None,
) -> Sculpting:
    """Compare the background's distribution of `values` before and after the cut at a signal efficiency.

    Two samples of one distribution have a Jensen–Shannon divergence above 0: without weights by (k − 1)(1/A − 1/N) /
    (8 ln 2) for k bins and A of N events that pass.  That bias (to second order, from Σw², sculpted or not) is
    subtracted and said in `method`, so that the divergence can be slightly negative where nothing is sculpted.  The
    error has the first-order term, that of the second order, and the fluctuation of the cut.

    Parameters
    ----------
    truth : array of bool or 0/1, shape (n,)
        Whether the event is signal.
    score : array of float, shape (n,)
        Higher is more like signal.
    values : array of float, shape (n,)
        The variable; NaN and what is outside the edges is left out.
    edges : array of float, shape (k + 1,)
        Increasing.
    signal_efficiency : float
        In (0, 1).
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError, DatasetError, RecipeError
        As for `roc_auc_score` and `binned_efficiency`.
    """
    sample = check_binary(truth, score, sample_weight)
    check_lengths({"truth": sample.truth, "values": np.asarray(values)})
    curve = roc_curve(sample.truth, sample.score, sample_weight=sample.weight)
    cut = cut_at_signal_efficiency(curve, signal_efficiency)
    return sculpting_of(moving_cut(cut, sample.truth, sample.score, sample.weight), bin_index(values, edges), edges)


def sculpting_of(moving: MovingCut, index: NDArray[np.int64], edges: ArrayLike) -> Sculpting:
    """Return the sculpting by a cut in the bins of `index` (−1: none); see `sculpting_at_signal_efficiency`."""
    limits = np.asarray(edges, dtype=np.float64)
    chosen = ~moving.truth & (index >= 0)
    weight, where = moving.weight[chosen], index[chosen]
    at = _Thinned.count(weight, moving.at[chosen], where, len(limits) - 1)
    beside = [bin_sums(where, weight * part[chosen], len(limits) - 1) for part in (moving.tighter, moving.looser)]
    slope = math.nan
    if all((sums > 0).any() for sums in beside) and (at.before > 0).any():
        tighter, looser = (jensen_shannon_divergence(at.before, sums) for sums in beside)
        slope = (looser - tighter) / (2 * moving.cut.half_chord)
    before, after = (
        _density(sums, squares, np.diff(limits)) for sums, squares in ((at.before, at.w2), (at.after, at.after_w2))
    )
    divergence = _divergence(at, slope**2 * moving.signal_variance)
    return Sculpting(limits[:-1], limits[1:], *before, *after, divergence)


@dataclass(frozen=True)
class _Thinned:
    """Sums by bin, with f the part of an event that passes: Σw, Σwf, Σw², Σw²f and Σw²f²; shape ``(k,)``."""

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    w2: NDArray[np.float64]
    both_w2: NDArray[np.float64]
    after_w2: NDArray[np.float64]

    @classmethod
    def count(
        cls, weight: NDArray[np.float64], part: NDArray[np.float64], index: NDArray[np.int64], n_bins: int
    ) -> _Thinned:
        squares = np.square(weight)
        contents = (weight, weight * part, squares, squares * part, squares * part**2)
        return cls(*(bin_sums(index, values, n_bins) for values in contents))


def _divergence(at: _Thinned, cut_variance: float) -> Estimate:
    if at.before.sum() <= 0 or at.after.sum() <= 0 or math.isnan(cut_variance):
        return undefined("the weights of the background that passes sum to zero or less")
    p, q = at.before / at.before.sum(), at.after / at.after.sum()
    p_p, q_q, p_q = _covariances(at, p, q)
    # Derivatives of the divergence; an empty bin adds nothing.
    filled = (p > 0) & (q > 0)
    safe_p, safe_q, middle = (np.where(filled, values, 1.0) for values in (p, q, (p + q) / 2))
    curvature = (0.5 / safe_p - 0.25 / middle) * p_p + (0.5 / safe_q - 0.25 / middle) * q_q - 0.5 / middle * p_q
    bias = np.where(filled, curvature, 0.0) / 2
    second_order = 2 * float((bias**2).sum())  # that of a χ², whose own gradient fluctuates twice as much
    first_order = max(0.0, _first_order(at, p, q) - 2 * second_order)
    value = jensen_shannon_divergence(p, q) - float(bias.sum()) / _NATS_IN_A_BIT
    error = math.sqrt((first_order + second_order) / _NATS_IN_A_BIT**2 + cut_variance)
    method = f"bits, {len(p)} bins; {float(bias.sum()) / _NATS_IN_A_BIT:.2g} of finite samples subtracted"
    return Estimate(value, error, method)


def _covariances(
    at: _Thinned, p: NDArray[np.float64], q: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return var(p), var(q) and cov(p, q) bin by bin."""
    total, passed = float(at.before.sum()), float(at.after.sum())
    p_p = ((1 - 2 * p) * at.w2 + p**2 * at.w2.sum()) / total**2
    q_q = ((1 - 2 * q) * at.after_w2 + q**2 * at.after_w2.sum()) / passed**2
    p_q = ((1 - p - q) * at.both_w2 + p * q * at.both_w2.sum()) / (total * passed)
    return p_p, q_q, p_q


def _first_order(at: _Thinned, p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    """Return the variance in nats² from the gradient: Σ over events of (w × what the event adds)²."""
    p, q = np.maximum(p, 0.0), np.maximum(q, 0.0)
    of_p, of_q = _log_ratio(p, q) / 2, _log_ratio(q, p) / 2
    of_p, of_q = (of_p - p @ of_p) / float(at.before.sum()), (of_q - q @ of_q) / float(at.after.sum())
    return float((at.w2 * of_p**2 + 2 * at.both_w2 * of_p * of_q + at.after_w2 * of_q**2).sum())


def _log_ratio(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ln(one / mean of both), 0 where `one` is empty."""
    filled = one > 0
    ratio = np.where(filled, one, 1.0) / np.where(filled, (one + other) / 2, 1.0)
    return np.log(ratio)


def _density(
    sums: NDArray[np.float64], squares: NDArray[np.float64], width: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return content and error per unit of the axis, for an area of 1."""
    total = float(sums.sum())
    area = width * (total if total > 0 else math.nan)
    return sums / area, np.sqrt(squares) / area
