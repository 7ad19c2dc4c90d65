"""The χ² test of homogeneity: whether two histograms are of one distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

from hepml.evaluation.two_histograms import Shares, shares_in_bins


@dataclass(frozen=True)
class Chi2Test:
    """Result of the test: χ², degrees of freedom, and the probability of a χ² as large where shapes are equal."""

    chi2: float
    n_degrees: int
    p_value: float


def histogram_chi2(
    truth: ArrayLike,
    generated: ArrayLike,
    edges: ArrayLike,
    *,
    truth_weight: ArrayLike | None = None,
    generated_weight: ArrayLike | None = None,
) -> Chi2Test:
    """Test whether a variable of two samples follows one shape.

    Without weights this is the test of homogeneity, Σ (n/N − m/M)² / [p (1/N + 1/M)] with p = (n + m)/(N + M); with
    weights 1/N becomes Σw²/Σw/Σw of each bin.  A bin should hold some ten events of both together.

    Parameters, and what is raised, are those of `separation_power`.

    Examples
    --------
    2 and 2 against 3 and 1: (0.25)² / (5/8 · 1/2) + (0.25)² / (3/8 · 1/2).

    >>> test = histogram_chi2([0.5, 0.5, 1.5, 1.5], [0.5, 0.5, 0.5, 1.5], [0, 1, 2])
    >>> round(test.chi2, 3), test.n_degrees
    (0.533, 1)
    """
    one = shares_in_bins(truth, edges, sample_weight=truth_weight)
    other = shares_in_bins(generated, edges, sample_weight=generated_weight)
    sizes = 1 / one.squares.sum(), 1 / other.squares.sum()
    pooled = (sizes[0] * one.share + sizes[1] * other.share) / sum(sizes)
    variance = pooled * (_per_event(one) + _per_event(other))
    filled = (pooled > 0) & ((one.squares > 0) | (other.squares > 0))
    value = float((np.square(one.share - other.share)[filled] / variance[filled]).sum())
    n_degrees = max(int(filled.sum()) - 1, 0)
    return Chi2Test(value, n_degrees, float(chi2.sf(value, n_degrees)) if n_degrees else 1.0)


def _per_event(shares: Shares) -> NDArray[np.float64]:
    """Return the variance of each share, over the share; of an empty bin that of the whole sample."""
    whole = np.full_like(shares.share, shares.squares.sum())
    return np.divide(shares.squares, shares.share, out=whole, where=shares.share > 0)
