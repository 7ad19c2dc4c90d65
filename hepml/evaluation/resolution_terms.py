"""The stochastic and the constant term of a calorimeter's resolution."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.errors import DatasetError
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.shower_response import ShowerResponse


@dataclass(frozen=True)
class ResolutionTerms:
    """σ/E = a/√(E/GeV) ⊕ c: a, c, and the χ² of the fit with its degrees of freedom."""

    stochastic: Estimate
    constant: Estimate
    chi2: float
    n_degrees: int


def resolution_terms(response: ShowerResponse) -> ResolutionTerms:
    """Fit σ²/E² = a²/E + c² to the resolution in bins, by least squares with its errors.

    A term whose square comes out negative is undefined.

    Parameters
    ----------
    response : ShowerResponse
        From `shower_response`, in bins so narrow that 1/E is that of the mean energy.

    Raises
    ------
    DatasetError
        Fewer than two bins have a resolution.
    """
    known = np.isfinite(response.resolution) & (response.resolution_error > 0)
    if known.sum() < 2:
        msg = f"two terms of a resolution need two bins with enough showers, found {known.sum()}: use wider ones"
        raise DatasetError(msg)
    value = response.resolution[known]
    error = 2 * value * response.resolution_error[known]  # of the square
    design = np.stack([1 / response.energy_mean[known], np.ones(known.sum())], axis=1) / error[:, None]
    covariance = np.asarray(np.linalg.inv(design.T @ design), dtype=np.float64)
    squares = np.asarray(covariance @ design.T @ (value**2 / error), dtype=np.float64)
    chi2 = float(np.square(value**2 / error - design @ squares).sum())
    terms = [_term(squares, covariance, place) for place in (0, 1)]
    return ResolutionTerms(terms[0], terms[1], chi2, int(known.sum()) - 2)


def _term(squares: NDArray[np.float64], covariance: NDArray[np.float64], place: int) -> Estimate:
    """Return the root of a fitted square."""
    if squares[place] <= 0:
        return undefined("its square is not positive")
    root = math.sqrt(squares[place])
    return Estimate(root, math.sqrt(covariance[place, place]) / (2 * root), "least squares")
