"""Whether scores are probabilities: the reliability curve and the expected calibration error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.binned_efficiency import binned_efficiency
from hepml.evaluation.binning import bin_index, bin_sums, equal_population_edges
from hepml.evaluation.checks import check_flags, check_lengths, check_weight
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.mean import class_shares, standard_error
from hepml.evaluation.probability import check_probability


@dataclass(frozen=True)
class ReliabilityCurve:
    """Fraction of signal in bins of the score; arrays of shape ``(k,)``, NaN where a bin's Σw is not positive.

    Attributes
    ----------
    low, high : array of float64
        Edges.
    score_mean : array of float64
        Weighted mean of the score in the bin: where the point belongs.
    fraction, fraction_error : array of float64
        Σw of signal over Σw, with its binomial error.
    n_eff : array of float64
        Effective number of events, (Σw)²/Σw².
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    score_mean: NDArray[np.float64]
    fraction: NDArray[np.float64]
    fraction_error: NDArray[np.float64]
    n_eff: NDArray[np.float64]


def calibration_curve(
    truth: ArrayLike,
    probability: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    balanced_by: ArrayLike | None = None,
    n_bins: int = 10,
) -> ReliabilityCurve:
    """Return the fraction of signal against the score, in bins of equal Σw.

    Parameters
    ----------
    truth, probability, sample_weight, balanced_by
        As for `brier_score_loss`.
    n_bins : int
        How many bins at most; fewer where many scores are equal.

    Raises
    ------
    ShapeError, DatasetError
        As for `brier_score_loss`.

    Examples
    --------
    >>> curve = calibration_curve([0, 1, 1, 1], [0.1, 0.3, 0.7, 0.9], n_bins=2)
    >>> curve.score_mean.tolist(), curve.fraction.tolist()
    ([0.2, 0.8], [0.5, 1.0])
    """
    sample = _binned(truth, probability, sample_weight, balanced_by, n_bins)
    n_bins, index, share = len(sample.edges) - 1, sample.index, sample.share
    points = binned_efficiency(sample.truth, sample.score, sample.edges, sample_weight=share)
    total = bin_sums(index, share, n_bins)
    whole = np.where(total > 0, total, np.nan)
    return ReliabilityCurve(
        low=points.low,
        high=points.high,
        score_mean=bin_sums(index, share * sample.score, n_bins) / whole,
        fraction=points.efficiency,
        fraction_error=points.error,
        n_eff=whole**2 / bin_sums(index, share**2, n_bins),
    )


def expected_calibration_error(
    truth: ArrayLike,
    probability: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    balanced_by: ArrayLike | None = None,
    n_bins: int = 10,
) -> Estimate:
    """Return the mean over bins of |fraction of signal − mean score|, each bin by its Σw (arXiv:1706.04599).

    It is never 0: fluctuations alone give √(2/π) of each bin's error, and `method` says what that sums to.  The error
    is that of the sum with the sign of each bin fixed, which is too large where fluctuations are all there is.

    Parameters
    ----------
    truth, probability, sample_weight, balanced_by, n_bins
        As for `calibration_curve`.

    Examples
    --------
    >>> expected_calibration_error([0, 1, 1, 1], [0.1, 0.4, 0.7, 0.8], n_bins=2).value
    0.25
    """
    sample = _binned(truth, probability, sample_weight, balanced_by, n_bins)
    n_bins = len(sample.edges) - 1
    difference = sample.truth - sample.score
    sign = np.sign(bin_sums(sample.index, sample.share * difference, n_bins))
    signed = sign[sample.index] * difference
    value, error = float(sample.share @ signed), standard_error(signed, sample.share, balanced_by=balanced_by)
    spread = bin_sums(sample.index, sample.share**2 * sample.score * (1 - sample.score), n_bins)
    floor = math.sqrt(2 / math.pi) * float(np.sqrt(spread).sum())
    method = f"{n_bins} bins of equal population; {floor:.2g} expected of a calibrated score"
    return Estimate(value, error, method)


@dataclass(frozen=True)
class _Binned:
    truth: NDArray[np.bool_]
    score: NDArray[np.float64]
    share: NDArray[np.float64]
    edges: NDArray[np.float64]
    index: NDArray[np.int64]


def _binned(
    truth: ArrayLike,
    probability: ArrayLike,
    sample_weight: ArrayLike | None,
    balanced_by: ArrayLike | None,
    n_bins: int,
) -> _Binned:
    signal, score = check_flags("truth", truth), check_probability(probability)
    weight = check_weight(sample_weight, n=len(score))
    check_lengths({"truth": signal, "probability": score, "sample_weight": weight})
    share = class_shares(weight, balanced_by)
    edges = equal_population_edges(score, n_bins, sample_weight=share)
    return _Binned(signal, score, share, edges, bin_index(score, edges))
