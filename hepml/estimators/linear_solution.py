"""Exact weighted solutions of linear models: logistic regression and ridge."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.errors import RunError

_MAX_STEPS = 2000


@dataclass(frozen=True)
class LinearSolution:
    """Coefficients, shape (k, n_columns), and constants, shape (k,), of k outputs."""

    coefficients: NDArray[np.float64]
    constant: NDArray[np.float64]

    def values(self, columns: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the linear outputs, shape (n, k)."""
        # Not a matrix product: BLAS rounds a row differently among other rows.
        sums = [(columns * coefficients).sum(axis=1) for coefficients in self.coefficients]
        return np.stack(sums, axis=1) + self.constant

    def in_units(self, scaling: Sequence[tuple[float, float]]) -> LinearSolution:
        """Return the solution for targets that were standardised with these offsets and scales."""
        offset, scale = np.array(scaling).T
        return LinearSolution(self.coefficients * scale[:, None], self.constant * scale + offset)


def solve_logistic(
    columns: NDArray[np.float64], target: NDArray[np.int64], weight: NDArray[np.float64], *, l2: float
) -> LinearSolution:
    """Return the minimum of Σ w·(cross-entropy) / Σ w + l2/2 · |coefficients|², by scikit-learn.

    Raises
    ------
    RunError
        No minimum was found.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    strength = 1.0 / (l2 * float(weight.sum())) if l2 else np.inf
    model = LogisticRegression(C=strength, solver="lbfgs", max_iter=_MAX_STEPS, tol=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            model.fit(columns, target, sample_weight=weight)
        except ConvergenceWarning:
            raise RunError(_no_minimum(weight)) from None
    return LinearSolution(model.coef_.astype(np.float64), model.intercept_.astype(np.float64))


def solve_ridge(
    columns: NDArray[np.float64], target: NDArray[np.float64], weight: NDArray[np.float64], *, l2: float
) -> LinearSolution:
    """Return the minimum of Σ w·(error)² / (2 Σ w) + l2/2 · |coefficients|², from the normal equations.

    They hold for signed weights too, for which a least-squares routine would need √w.

    Raises
    ------
    RunError
        There is no minimum: columns depend on one another and l2 is 0, or negative weights turn the parabola over.
    """
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    share = weight / weight.sum()
    mean, level = share @ columns, float(share @ target)
    centred = columns - mean
    curvature = (centred * share[:, None]).T @ centred + l2 * np.eye(columns.shape[1])
    try:
        solution = cho_solve(cho_factor(curvature), (centred * share[:, None]).T @ (target - level))
    except LinAlgError:
        raise RunError(_no_minimum(weight)) from None
    return LinearSolution(solution[None, :], np.array([level - mean @ solution]))


def _no_minimum(weight: NDArray[np.float64]) -> str:
    negative = weight < 0
    if not negative.any():
        return "the linear fit has no minimum: raise its option l2, or leave out columns that say the same"
    return (
        f"the linear fit has no minimum with {negative.mean():.0%} negative weights: set weights.negative to drop, abs "
        "or rebalance, or raise its option l2"
    )
