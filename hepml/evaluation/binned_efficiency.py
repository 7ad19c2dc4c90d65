"""The efficiency of a cut on the score in bins of another variable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.binning import bin_index, bin_sums
from hepml.evaluation.checks import check_binary, check_finite, check_lengths, check_weight
from hepml.evaluation.cut import SignalEfficiencyCut, cut_at_signal_efficiency
from hepml.evaluation.roc import roc_curve


@dataclass(frozen=True)
class BinnedEfficiency:
    """Efficiencies with errors in k bins; NaN where a bin's Σw is not positive.

    Attributes
    ----------
    low, high, efficiency, error : array of float64, shape (k,)
        Edges, weighted fraction that passes, and its error.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    efficiency: NDArray[np.float64]
    error: NDArray[np.float64]


def binned_efficiency(
    passed: ArrayLike, values: ArrayLike, edges: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> BinnedEfficiency:
    """Return the weighted fraction of events that pass in bins of `values`, with its error at a fixed cut.

    Parameters
    ----------
    passed : array of bool or float in [0, 1], shape (n,)
        Which events pass, or which part of each.
    values : array of float, shape (n,)
        The variable; NaN and what is outside the edges is in no bin.
    edges : array of float, shape (k + 1,)
        Increasing; the last bin includes its upper edge.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError
        The arrays differ in length.
    RecipeError
        The edges are not increasing.

    Examples
    --------
    >>> binned_efficiency([True, False, True, True], [1.0, 1.0, 3.0, 4.0], [0.0, 2.0, 4.0]).efficiency.tolist()
    [0.5, 1.0]
    """
    part = check_finite("passed", passed)
    weight = check_weight(sample_weight, n=len(part))
    check_lengths({"passed": part, "values": np.asarray(values), "sample_weight": weight})
    sums = _sums(part, bin_index(values, edges), weight, len(np.asarray(edges)) - 1)
    return _result(edges, sums.efficiency, sums.variance)


def binned_efficiency_at_signal_efficiency(
    truth: ArrayLike,
    score: ArrayLike,
    values: ArrayLike,
    edges: ArrayLike,
    *,
    signal_efficiency: float,
    sample_weight: ArrayLike | None = None,
) -> tuple[BinnedEfficiency, BinnedEfficiency]:
    """Return the efficiencies of signal and of background in bins, at the cut of a given overall signal efficiency.

    The errors include the fluctuation of the cut, which moves all bins together; for signal it is correlated with that
    of the bin, and a bin that holds all signal has no error.

    Parameters
    ----------
    truth : array of bool or 0/1, shape (n,)
        Whether the event is signal.
    score : array of float, shape (n,)
        Higher is more like signal.
    values, edges, sample_weight
        As for `binned_efficiency`.
    signal_efficiency : float
        In (0, 1).

    Raises
    ------
    ShapeError, DatasetError, RecipeError
        As for `roc_auc_score` and `binned_efficiency`.
    """
    sample = check_binary(truth, score, sample_weight)
    check_lengths({"truth": sample.truth, "values": np.asarray(values)})
    index = bin_index(values, edges)
    curve = roc_curve(sample.truth, sample.score, sample_weight=sample.weight)
    cut = cut_at_signal_efficiency(curve, signal_efficiency)
    moving = moving_cut(cut, sample.truth, sample.score, sample.weight)
    return (
        efficiency_in_bins(moving, index, edges, sample.truth),
        efficiency_in_bins(moving, index, edges, ~sample.truth),
    )


@dataclass(frozen=True)
class MovingCut:
    """What passes a cut and the cuts beside it, event by event; arrays of shape ``(n,)``."""

    cut: SignalEfficiencyCut
    at: NDArray[np.float64]
    tighter: NDArray[np.float64]
    looser: NDArray[np.float64]
    truth: NDArray[np.bool_]
    weight: NDArray[np.float64]
    signal_variance: float


def moving_cut(
    cut: SignalEfficiencyCut, truth: NDArray[np.bool_], score: NDArray[np.float64], weight: NDArray[np.float64]
) -> MovingCut:
    """Apply a cut to events, for `efficiency_in_bins`."""
    at = cut.at.passing(score)
    squares = np.square(weight[truth] * (at[truth] - cut.signal_efficiency))
    variance = float(squares.sum() / weight[truth].sum() ** 2)
    return MovingCut(cut, at, cut.tighter.passing(score), cut.looser.passing(score), truth, weight, variance)


def efficiency_in_bins(
    moving: MovingCut, index: NDArray[np.int64], edges: ArrayLike, chosen: NDArray[np.bool_]
) -> BinnedEfficiency:
    """Return the efficiencies of the events that are chosen, in the bins of `index` (−1: none).

    var(ε) = var(ε | cut) + (dε/dε_S)² var(ε_S | cut) − 2 (dε/dε_S) cov(ε, ε_S | cut), the last for signal only.
    """
    n_bins, weight, where = len(np.asarray(edges)) - 1, moving.weight[chosen], index[chosen]
    at, tighter, looser = (
        _sums(part[chosen], where, weight, n_bins) for part in (moving.at, moving.tighter, moving.looser)
    )
    slope = (looser.efficiency - tighter.efficiency) / (2 * moving.cut.half_chord)
    variance = at.variance + slope**2 * moving.signal_variance
    if (chosen & moving.truth).any():
        variance -= 2 * slope * _covariance(moving, index, chosen & moving.truth, at)
    return _result(edges, at.efficiency, variance)


@dataclass(frozen=True)
class _Sums:
    """Σw, efficiency and its variance at a fixed cut; shape ``(k,)``."""

    total: NDArray[np.float64]
    efficiency: NDArray[np.float64]
    variance: NDArray[np.float64]


def _sums(part: NDArray[np.float64], index: NDArray[np.int64], weight: NDArray[np.float64], n_bins: int) -> _Sums:
    total = bin_sums(index, weight, n_bins)
    whole = np.where(total > 0, total, np.nan)
    efficiency = bin_sums(index, weight * part, n_bins) / whole
    squares = np.square(weight)
    all_w2, passed_w2, both_w2 = (bin_sums(index, squares * part**power, n_bins) for power in (0, 2, 1))
    variance = (passed_w2 - 2 * efficiency * both_w2 + efficiency**2 * all_w2) / whole**2
    exact = (passed_w2 == 0) | (passed_w2 == all_w2)  # none or all: the error is that of one event
    return _Sums(whole, efficiency, np.where(exact, (all_w2 / whole**2) ** 2, variance))


def _covariance(
    moving: MovingCut, index: NDArray[np.int64], signal: NDArray[np.bool_], at: _Sums
) -> NDArray[np.float64]:
    """Return the covariance of the efficiency in each bin with ε_S, both at a fixed cut."""
    where, part = index[signal], moving.at[signal]
    own = np.append(at.efficiency, np.nan)[where]  # −1 reads the last
    squares = np.square(moving.weight[signal]) * (part - own) * (part - moving.cut.signal_efficiency)
    inside = where >= 0
    sums = bin_sums(where[inside], squares[inside], len(at.total))
    return sums / (at.total * float(moving.weight[moving.truth].sum()))


def _result(edges: ArrayLike, efficiency: NDArray[np.float64], variance: NDArray[np.float64]) -> BinnedEfficiency:
    limits = np.asarray(edges, dtype=np.float64)
    return BinnedEfficiency(limits[:-1], limits[1:], efficiency, np.sqrt(np.maximum(variance, 0.0)))
