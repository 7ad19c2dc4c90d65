"""The Fréchet physics distance: how far means and covariances of variables are apart, for infinitely many showers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import DatasetError
from hepml.evaluation.checks import check_lengths, check_weight
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.feature_scale import check_features, within_one

Floats = NDArray[np.float64]

PARTS = (1, 2, 3, 4, 5)
"""Into how many parts the samples are cut, for distances of samples of several sizes."""

_GROUPS = 10
_CLASSES = 60  # a multiple of all of these: the sums of some classes of showers are those of any part and group
_LEAST = 100


@dataclass(frozen=True)
class _Sums:
    """Sums of classes of showers: Σw, Σwx and Σwxx; shapes (c,), (c, d) and (c, d, d)."""

    weight: Floats
    first: Floats
    second: Floats

    def of(self, chosen: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Return mean and covariance of the classes that are chosen."""
        total = float(self.weight[chosen].sum())
        if total <= 0:
            msg = f"a mean needs a positive sum of weights, but these sum to {total:.6g}: give more showers"
            raise DatasetError(msg)
        mean = self.first[chosen].sum(axis=0) / total
        return mean, self.second[chosen].sum(axis=0) / total - np.outer(mean, mean)


def frechet_distance(
    one: ArrayLike,
    other: ArrayLike,
    *,
    one_weight: ArrayLike | None = None,
    other_weight: ArrayLike | None = None,
) -> float:
    """Return |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 √(Σ₁Σ₂)): that of two normal distributions, as they are and biased.

    Parameters
    ----------
    one, other : array of float, shape (n, d) and (m, d)
        Variables of the samples.
    one_weight, other_weight : array of float, optional
        Weights; None: all 1.

    Raises
    ------
    ShapeError
        The arrays do not fit.
    DatasetError
        A value is NaN, a sample has fewer than two rows, or Σw is not positive.

    Examples
    --------
    Means 1 apart, standard deviations 1 and 2:

    >>> frechet_distance([[-1.0], [1.0]], [[-1.0], [3.0]])
    2.0
    """
    tables = check_features("one", one), check_features("other", other)
    within_one(tables[0], tables)  # refuses different numbers of variables
    sums = [_sums(t, w, n_classes=1) for t, w in zip(tables, (one_weight, other_weight), strict=True)]
    return _distance(*(each.of(np.ones(1, np.bool_)) for each in sums))


def frechet_physics_distance(
    truth: ArrayLike,
    generated: ArrayLike,
    *,
    rng: np.random.Generator,
    truth_weight: ArrayLike | None = None,
    generated_weight: ArrayLike | None = None,
) -> Estimate:
    """Return the Fréchet physics distance for infinitely many showers, with its error (arXiv:2211.10295).

    Variables are divided by their largest size in the truth.  A distance of finite samples is too large by about c/N;
    so both are cut into 1, 2, … 5 parts, the distances of parts are averaged, and a line in 1/N gives what is left at
    N → ∞.  The parts have no shower in common: drawn with replacement, their line would lead to the distance of the two
    finite samples.  The error is a jackknife over ten groups of showers, up to twice too large where the samples are
    alike.  The value may be below 0.

    Parameters
    ----------
    truth, generated : array of float, shape (n, d) and (m, d)
        Shape variables; at least 100 rows each, more than that for each of many variables.
    rng : numpy.random.Generator
        Shuffles the showers before they are cut.
    truth_weight, generated_weight : array of float, optional
        Weights; None: all 1.

    Raises
    ------
    ShapeError
        The arrays do not fit.
    DatasetError
        A value is NaN, there are too few rows, or a Σw is not positive.
    """
    full = check_features("truth", truth, least=_LEAST)
    fast = check_features("generated", generated, least=_LEAST)
    centre, *scaled = within_one(full, [full.mean(axis=0)[None], full, fast])
    samples = []
    for table, given in zip(scaled, (truth_weight, generated_weight), strict=True):
        weight, order = check_weight(given, n=len(table)), rng.permutation(len(table))
        samples.append(_sums(table[order] - centre, weight[order], n_classes=_CLASSES))
    value = _extrapolated(samples, np.ones(_CLASSES, np.bool_))
    group = np.arange(_CLASSES) % _GROUPS
    left_out = np.array([_extrapolated(samples, group != each) for each in range(_GROUPS)])
    error = math.sqrt((_GROUPS - 1) * float(np.square(left_out - left_out.mean()).mean()))
    return Estimate(value, error, f"{full.shape[1]} variables, N → ∞, jackknife")


def _sums(table: Floats, weight: ArrayLike | None, *, n_classes: int) -> _Sums:
    """Return the sums of classes: shower i is in class i mod `n_classes`."""
    factor = check_weight(weight, n=len(table))
    check_lengths({"variables": table, "weight": factor})
    parts = [(table[i::n_classes], factor[i::n_classes]) for i in range(n_classes)]
    return _Sums(
        np.array([w.sum() for _, w in parts]),
        np.array([w @ t for t, w in parts]),
        np.array([(t * w[:, None]).T @ t for t, w in parts]),
    )


def _extrapolated(samples: list[_Sums], kept: NDArray[np.bool_]) -> float:
    """Return the intercept of the line through the mean distances of parts, over one over their size."""
    means = []
    for n_parts in PARTS:
        part = np.arange(len(kept)) % n_parts
        found = [_distance(*(each.of(kept & (part == i)) for each in samples)) for i in range(n_parts)]
        means.append(float(np.mean(found)))
    return float(np.polynomial.Polynomial.fit(PARTS, means, 1).convert().coef[0])


def _distance(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> float:
    """Return the distance of two normal distributions, each given by mean and covariance."""
    values, vectors = np.linalg.eigh(one[1])
    # What rounding or negative weights make negative counts as 0.
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    overlap = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other[1] @ root), 0.0)).sum()
    return float(np.square(one[0] - other[0]).sum() + np.trace(one[1]) + np.trace(other[1]) - 2 * overlap)
