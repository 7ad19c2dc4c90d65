"""Figures of residuals with the influence of each event: what their errors and paired differences are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.mean import standard_error
from hepml.evaluation.quantile import Distribution, one_sigma_fractions


@dataclass(frozen=True)
class Linearised:
    """A figure that moves by Σ share × influence where the sample fluctuates, with share = w/Σw.

    Attributes
    ----------
    value : float
        NaN where undefined.
    influence : array of float64, shape (n,)
        Of each event.
    method : str
        As in `Estimate`.
    """

    value: float
    influence: NDArray[np.float64]
    method: str

    def estimate(self, share: NDArray[np.float64]) -> Estimate:
        """Return the figure with its error."""
        if math.isnan(self.value):
            return Estimate(self.value, math.nan, self.method)
        return Estimate(self.value, standard_error(self.influence, share), self.method)

    def minus(self, other: Linearised, share: NDArray[np.float64]) -> Estimate:
        """Return the difference to the figure of other residuals of the same events, with its paired error."""
        for one in (self, other):
            if math.isnan(one.value):
                return Estimate(one.value, math.nan, one.method)
        influence = self.influence - other.influence
        return Estimate(self.value - other.value, standard_error(influence, share), f"{self.method}, paired")


def mean_of(values: NDArray[np.float64], share: NDArray[np.float64]) -> Linearised:
    """Return the weighted mean."""
    return Linearised(float(share @ values), values, "variance of the mean")


def root_mean_square_of(values: NDArray[np.float64], share: NDArray[np.float64]) -> Linearised:
    """Return √(Σwx²/Σw); undefined where negative weights make the mean square negative."""
    squares = np.square(values)
    mean_square = float(share @ squares)
    if mean_square < 0:
        return _undefined(len(values), "negative weights make the mean square negative")
    value = math.sqrt(mean_square)
    influence = squares / (2 * value) if value > 0 else np.zeros_like(squares)
    return Linearised(value, influence, "variance of the mean square")


def half_width_of(values: NDArray[np.float64], spread: Distribution) -> Linearised:
    """Return half of the interval between the quantiles at ±1σ, 15.87% and 84.13%: σ for a normal distribution."""
    low, high = one_sigma_fractions()
    lower, upper = spread.quantile([low, high])
    lower_slope, upper_slope = spread.slope([low, high])
    influence = (lower_slope * (values <= lower) - upper_slope * (values <= upper)) / 2
    return Linearised(float(upper - lower) / 2, influence, "variance of the quantiles")


def median_of(values: NDArray[np.float64], spread: Distribution) -> Linearised:
    """Return the weighted median."""
    [middle], [slope] = spread.quantile([0.5]), spread.slope([0.5])
    return Linearised(float(middle), -slope * (values <= middle), "variance of the quantiles")


def explained_of(truth: NDArray[np.float64], residual: NDArray[np.float64], share: NDArray[np.float64]) -> Linearised:
    """Return R² = 1 − Σwr²/Σw(t − mean)²; undefined where the truth does not vary."""
    squares, deviations = np.square(residual), np.square(truth - float(share @ truth))
    unexplained, variance = float(share @ squares), float(share @ deviations)
    if not variance > 0 or np.ptp(truth[share != 0]) == 0:
        return _undefined(len(truth), "the variance of the truth is not positive")
    influence = -(squares - unexplained / variance * deviations) / variance
    return Linearised(1 - unexplained / variance, influence, "variance of the mean square")


def _undefined(n: int, reason: str) -> Linearised:
    return Linearised(math.nan, np.full(n, math.nan), undefined(reason).method)
