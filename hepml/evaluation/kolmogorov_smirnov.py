"""The two-sample Kolmogorov–Smirnov test for weighted events."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import DatasetError
from hepml.evaluation.checks import check_finite, check_lengths, check_weight

_ROUNDING = 1e-12  # equal distances must count as equal, whatever the order of their sums


@dataclass(frozen=True)
class KsTest:
    """Result of the test.

    Attributes
    ----------
    distance : float
        Largest difference of the two weighted cumulative distributions.
    p_value : float
        Probability of one as large, were both samples drawn alike; never below 1/(permutations + 1).
    p_value_error : float
        From the finite number of permutations.
    """

    distance: float
    p_value: float
    p_value_error: float


def ks_2samp(
    values: ArrayLike,
    other_values: ArrayLike,
    *,
    rng: np.random.Generator,
    sample_weight: ArrayLike | None = None,
    other_weight: ArrayLike | None = None,
    n_permutations: int = 200,
) -> KsTest:
    """Test whether two weighted samples follow the same distribution.

    The p-value is by permutation: events, each with its weight, are dealt anew to two samples of the original sizes.
    That is exact for any weights, negative ones and ties included, where events with their weights are drawn alike.
    Weights are first divided by their mean in each sample, and distances multiplied by √(N_eff N_eff′/(N_eff + N_eff′))
    before they are compared, so that it also holds for large samples whose weights differ in scale or spread.

    Parameters
    ----------
    values, other_values : array of float, shape (n,) and (m,)
        The samples.
    rng : numpy.random.Generator
        Deals the permutations.
    sample_weight, other_weight : array of float, shape (n,) and (m,), optional
        Signed weights; None: all 1.
    n_permutations : int
        How many.

    Raises
    ------
    ShapeError
        A sample and its weights differ in length.
    DatasetError
        A value is NaN, or a sample is empty or has Σw ≤ 0.

    Examples
    --------
    >>> ks_2samp([1.0, 2.0], [1.0, 3.0], rng=np.random.default_rng(1)).distance
    0.5
    """
    one, one_weight = _check(values, sample_weight)
    other, other_weights = _check(other_values, other_weight)
    pooled, weight = np.concatenate([one, other]), np.concatenate([one_weight, other_weights])
    order = np.argsort(pooled)
    last_of_ties = np.append(np.diff(pooled[order]) > 0, True)
    distance, scaled = _distance(order < len(one), weight[order], last_of_ties)
    larger = _count_larger(weight[order], last_of_ties, len(one), scaled - _ROUNDING, n_permutations, rng)
    p_value = (larger + 1) / (n_permutations + 1)
    return KsTest(distance, p_value, math.sqrt(p_value * (1 - p_value) / n_permutations))


def _check(values: ArrayLike, sample_weight: ArrayLike | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return checked values, and weights of mean 1."""
    array = check_finite("values", values)
    weight = check_weight(sample_weight, n=len(array))
    check_lengths({"values": array, "sample_weight": weight})
    total = float(weight.sum())
    if total <= 0:
        msg = f"a Kolmogorov–Smirnov test needs samples of positive Σw, but {len(array)} weights sum to {total:.6g}"
        raise DatasetError(msg)
    return array, weight * (len(array) / total)


@numba.njit(cache=True)
def _distance(
    chosen: NDArray[np.bool_], weight: NDArray[np.float64], last_of_ties: NDArray[np.bool_]
) -> tuple[float, float]:
    """Return the distance between the events that are chosen and the others, as it is and times √(effective number).

    All arrays are in the order of the values.  Both results are infinite where a sample has no positive weight.
    """
    total, squares = np.zeros(2), np.zeros(2)
    for i in range(len(weight)):
        side = 1 if chosen[i] else 0
        total[side] += weight[i]
        squares[side] += weight[i] ** 2
    if total.min() <= 0:
        return np.inf, np.inf
    largest, difference = 0.0, 0.0
    for i in range(len(weight)):
        difference += weight[i] / total[1] if chosen[i] else -weight[i] / total[0]
        if last_of_ties[i]:
            largest = max(largest, abs(difference))
    return largest, largest / np.sqrt(squares[0] / total[0] ** 2 + squares[1] / total[1] ** 2)


@numba.njit(cache=True)
def _count_larger(
    weight: NDArray[np.float64],
    last_of_ties: NDArray[np.bool_],
    n_chosen: int,
    limit: float,
    n_permutations: int,
    rng: np.random.Generator,
) -> int:
    """Return how many random choices of `n_chosen` events are at a scaled distance of `limit` or more from the rest."""
    n = len(weight)
    chosen = np.empty(n, np.bool_)
    larger = 0
    for _ in range(n_permutations):
        wanted = n_chosen
        for i in range(n):  # selection sampling: every subset of the size is equally likely, in one pass
            chosen[i] = rng.random() * (n - i) < wanted
            wanted -= chosen[i]
        larger += _distance(chosen, weight, last_of_ties)[1] >= limit
    return larger
