"""Items and the normal distributions that were predicted for them (arXiv:1810.06111)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from hepml.evaluation.items import ItemSample

_ROUNDING = 1e-6
"""What variances grow by: rounded to single precision, a covariance of nearly the same twice may have none left."""


@dataclass(frozen=True)
class GaussianItems:
    """Of m items with d features.

    Attributes
    ----------
    residual, pull : array of float64, shape (m, d)
        Prediction − truth, and that over the predicted σ.
    chi2 : array of float64, shape (m,)
        Square of the residual in units of the predicted covariance.
    log_likelihood : array of float64, shape (m,)
        ln of the predicted density at the truth, in the units of the target.
    """

    residual: NDArray[np.float64]
    pull: NDArray[np.float64]
    chi2: NDArray[np.float64]
    log_likelihood: NDArray[np.float64]

    def inside(self, fraction: float) -> NDArray[np.bool_]:
        """Return whether the truth is inside the ellipse that holds so much of the predicted distribution."""
        return np.asarray(self.chi2 < chi2.ppf(fraction, self.residual.shape[1]))


def gaussian_items(sample: ItemSample, chosen: NDArray[np.bool_], member: str | None) -> GaussianItems:
    """Return the chosen items, shape (n, length), of a sample in order."""
    truth, predicted = sample.truth[chosen], sample.predicted[member][chosen].astype(np.float64)
    n_features = truth.shape[1]
    residual = predicted[:, :n_features] - truth
    covariance = full_covariance(predicted[:, n_features:], n_features=n_features)
    width = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    pull = residual / width
    correlation = covariance / (width[:, :, None] * width[:, None, :]) + _ROUNDING * np.eye(n_features)
    squares = np.einsum("ni,ni->n", pull, np.linalg.solve(correlation, pull[..., None])[..., 0])
    log_volume = 0.5 * np.linalg.slogdet(correlation)[1] + np.log(width).sum(axis=1)
    likelihood = -0.5 * squares - log_volume - 0.5 * n_features * math.log(2 * math.pi)
    return GaussianItems(residual, pull, squares, likelihood)


def full_covariance(triangle: NDArray[np.float64], *, n_features: int) -> NDArray[np.float64]:
    """Return covariance matrices, shape (…, d, d), from their lower triangles row by row.

    Examples
    --------
    >>> full_covariance(np.array([4.0, 1.0, 9.0]), n_features=2).tolist()
    [[4.0, 1.0], [1.0, 9.0]]
    """
    row, column = np.tril_indices(n_features)
    full = np.empty((*triangle.shape[:-1], n_features, n_features))
    full[..., row, column] = triangle
    full[..., column, row] = triangle
    return full
