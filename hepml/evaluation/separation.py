"""How far two histograms of one variable are apart: the separation power, beside what chance alone would give."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.estimate import Estimate
from hepml.evaluation.two_histograms import Shares, shares_in_bins


@dataclass(frozen=True)
class Separation:
    """Separation power of two samples.

    Attributes
    ----------
    power : Estimate
        ½ Σ (p − q)²/(p + q), in [0, 1]: 0 for equal shapes, 1 where no bin is common.
    expected : Estimate
        The same for two samples of this size of one distribution, and how much it fluctuates.
    """

    power: Estimate
    expected: Estimate

    @property
    def excess(self) -> Estimate:
        """The power less what is expected of equal distributions: 0 within its error where they are equal."""
        return Estimate(self.power.value - self.expected.value, self.power.error, f"{self.power.method}, less chance")


def separation_power(
    truth: ArrayLike,
    generated: ArrayLike,
    edges: ArrayLike,
    *,
    truth_weight: ArrayLike | None = None,
    generated_weight: ArrayLike | None = None,
) -> Separation:
    """Return the separation power of a variable (arXiv:2410.21611), with its error and what equal shapes would give.

    Without weights, k bins of samples of N and M have an expected power of (k − 1)(1/N + 1/M)/4.  Errors are of first
    order, from Σw², and of the second, which is all that is left where the shapes are equal.

    Parameters
    ----------
    truth, generated : array of float, shape (n,) and (m,)
        The variable.
    edges : array of float, shape (k + 1,)
        Increasing; what is below or above counts in two bins of its own.  Best of equal population in the truth.
    truth_weight, generated_weight : array of float, optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError, RecipeError, DatasetError
        As `shares_in_bins`.

    Examples
    --------
    >>> separation_power([0.5, 0.5, 1.5, 1.5], [0.5, 0.5, 0.5, 1.5], [0, 1, 2]).power.value  # ½ (¼²/1.25 + ¼²/0.75)
    0.06666666666666667
    """
    one = shares_in_bins(truth, edges, sample_weight=truth_weight)
    other = shares_in_bins(generated, edges, sample_weight=generated_weight)
    both = one.share + other.share
    filled = both > 0
    ratio = np.divide(one.share - other.share, both, out=np.zeros_like(both), where=filled)
    value = 0.5 * float((ratio**2 * both).sum())
    # A bin adds a χ² of one degree of freedom times this, where both samples are drawn alike.
    chance = np.divide(one.variance + other.variance, 2 * both, out=np.zeros_like(both), where=filled)
    second_order = 2 * float((chance**2).sum())
    first_order = _variance(one, 0.5 * ratio * (2 - ratio)) + _variance(other, -0.5 * ratio * (2 + ratio))
    error = math.sqrt(max(first_order - 2 * second_order, 0.0) + second_order)
    method = f"{np.count_nonzero(filled)} bins"
    return Separation(
        Estimate(value, error, method), Estimate(float(chance.sum()), math.sqrt(second_order), f"{method}, chance")
    )


def _variance(shares: Shares, slope: NDArray[np.float64]) -> float:
    """Return the variance of Σ slope × share."""
    return float((shares.squares * (slope - shares.share @ slope) ** 2).sum())
