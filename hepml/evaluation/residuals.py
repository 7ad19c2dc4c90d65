"""Figures of merit of a regression: bias, resolution and tails, each with its error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.checks import check_finite, check_lengths, check_weight
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.fraction import weighted_fraction
from hepml.evaluation.linearised import (
    Linearised,
    explained_of,
    half_width_of,
    mean_of,
    median_of,
    root_mean_square_of,
)
from hepml.evaluation.mean import class_shares
from hepml.evaluation.quantile import Distribution, distribution

TAIL_BEGINS_AT = 3.0
"""In resolutions from the median; beyond it are 0.27% of a normal distribution."""


@dataclass(frozen=True)
class Residuals:
    """Checked arrays of n events; all shape ``(n,)``.

    Attributes
    ----------
    truth, residual : array of float64
        True value, and prediction − truth.
    share : array of float64
        w/Σw.
    """

    truth: NDArray[np.float64]
    residual: NDArray[np.float64]
    share: NDArray[np.float64]

    @cached_property
    def spread(self) -> Distribution:
        """Distribution of the residuals, sorted once for all figures."""
        return distribution(self.residual, sample_weight=self.share)


def residuals(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> Residuals:
    """Return checked residuals.

    Parameters
    ----------
    truth, prediction : array of float, shape (n,)
        In the same unit.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError
        The arrays differ in length.
    DatasetError
        A number is NaN or infinite, or Σw is not positive.
    """
    true_values, predicted = check_finite("truth", truth), check_finite("prediction", prediction)
    weight = check_weight(sample_weight, n=len(true_values))
    check_lengths({"truth": true_values, "prediction": predicted, "sample_weight": weight})
    return Residuals(true_values, predicted - true_values, class_shares(weight, None))


def bias(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> Estimate:
    """Return the weighted mean of prediction − truth.

    Parameters and errors are those of `residuals`, here and below.

    Examples
    --------
    >>> bias([1.0, 2.0], [1.5, 2.0]).value
    0.25
    """
    return _estimate(bias_of, residuals(truth, prediction, sample_weight=sample_weight))


def resolution(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> Estimate:
    """Return half of the central 68.27% interval of prediction − truth: σ for a normal distribution.

    Examples
    --------
    >>> round(resolution([0.0] * 101, range(101)).value, 2)
    34.48
    """
    return _estimate(resolution_of, residuals(truth, prediction, sample_weight=sample_weight))


def root_mean_squared_error(
    truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> Estimate:
    """Return √(mean of (prediction − truth)²).

    Examples
    --------
    >>> root_mean_squared_error([0.0, 0.0], [1.0, 7.0]).value
    5.0
    """
    return _estimate(rmse_of, residuals(truth, prediction, sample_weight=sample_weight))


def mean_absolute_error(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> Estimate:
    """Return the mean of |prediction − truth|.

    Examples
    --------
    >>> mean_absolute_error([0.0, 0.0], [1.0, -7.0]).value
    4.0
    """
    return _estimate(mae_of, residuals(truth, prediction, sample_weight=sample_weight))


def median_absolute_error(
    truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> Estimate:
    """Return the median of |prediction − truth|: two thirds of σ for a normal distribution without bias.

    Examples
    --------
    >>> median_absolute_error([0.0, 0.0, 0.0], [1.0, -7.0, 2.0]).value
    2.0
    """
    return _estimate(median_absolute_of, residuals(truth, prediction, sample_weight=sample_weight))


def r2_score(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> Estimate:
    """Return R² = 1 − Σw(prediction − truth)²/Σw(truth − mean)²; 0 for the mean itself.

    Examples
    --------
    >>> r2_score([0.0, 2.0], [0.0, 1.0]).value
    0.5
    """
    return _estimate(r2_of, residuals(truth, prediction, sample_weight=sample_weight))


def tail_fraction(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> Estimate:
    """Return the fraction of events with |residual − median| above three resolutions, with its binomial error.

    It is 0.27% for a normal distribution, whatever its width.

    Examples
    --------
    >>> round(tail_fraction([0.0] * 100, [-1.0, 1.0] * 49 + [0.0, 9.0]).value, 4)
    0.01
    """
    return tail_of(residuals(truth, prediction, sample_weight=sample_weight))


def relative(sample: Residuals) -> Residuals | None:
    """Return residuals over truth, of the events whose truth is positive; None where Σw of those is not."""
    chosen = sample.truth > 0
    weight = sample.share[chosen]
    if not weight.sum() > 0:
        return None
    return Residuals(sample.truth[chosen], sample.residual[chosen] / sample.truth[chosen], class_shares(weight, None))


def bias_of(sample: Residuals) -> Linearised:
    """See `bias`."""
    return mean_of(sample.residual, sample.share)


def resolution_of(sample: Residuals) -> Linearised:
    """See `resolution`."""
    return half_width_of(sample.residual, sample.spread)


def rmse_of(sample: Residuals) -> Linearised:
    """See `root_mean_squared_error`."""
    return root_mean_square_of(sample.residual, sample.share)


def mae_of(sample: Residuals) -> Linearised:
    """See `mean_absolute_error`."""
    return mean_of(np.abs(sample.residual), sample.share)


def median_absolute_of(sample: Residuals) -> Linearised:
    """See `median_absolute_error`."""
    absolute = np.abs(sample.residual)
    return median_of(absolute, distribution(absolute, sample_weight=sample.share))


def r2_of(sample: Residuals) -> Linearised:
    """See `r2_score`."""
    return explained_of(sample.truth, sample.residual, sample.share)


def tail_of(sample: Residuals) -> Estimate:
    """See `tail_fraction`."""
    width = resolution_of(sample).value
    if not width > 0:
        return undefined("the resolution is not positive")
    median = sample.spread.quantile(0.5)
    return weighted_fraction(np.abs(sample.residual - median) > TAIL_BEGINS_AT * width, sample_weight=sample.share)


def _estimate(figure: Callable[[Residuals], Linearised], sample: Residuals) -> Estimate:
    return figure(sample).estimate(sample.share)
