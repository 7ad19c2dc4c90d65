"""Quantiles of signed, weighted values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import DatasetError
from hepml.evaluation.checks import check_finite, check_lengths, check_weight


@dataclass(frozen=True)
class Distribution:
    """The cumulative distribution of k distinct values whose Σw is not 0.

    Attributes
    ----------
    value : array of float64, shape (k,)
        Increasing.
    below, above : array of float64, shape (k,)
        Σw of lower values and half of that at the value, over Σw of all; where negative weights make that fall, `below`
        is the largest so far and `above` the smallest to come.
    n_eff : float
        (Σw)²/Σw².
    """

    value: NDArray[np.float64]
    below: NDArray[np.float64]
    above: NDArray[np.float64]
    n_eff: float

    def quantile(self, fraction: ArrayLike) -> NDArray[np.float64]:
        """Return the values that a fraction of the weight is below, interpolated.

        Where negative weights give several, the first and the last are averaged: either alone is biased.
        """
        wanted = np.asarray(fraction, dtype=np.float64)
        first, last = np.interp(wanted, self.below, self.value), np.interp(wanted, self.above, self.value)
        return np.asarray((first + last) / 2)

    def index(self, fraction: ArrayLike) -> NDArray[np.int64]:
        """Return the number of the first value above each quantile."""
        first, last = np.searchsorted(self.below, fraction), np.searchsorted(self.above, fraction)
        return np.asarray((first + last) // 2)

    def slope(self, fraction: ArrayLike) -> NDArray[np.float64]:
        """Return d(quantile)/d(fraction), one over the density, along a chord.

        The chord reaches one fifth of the way to the nearer end, more where that holds fewer than ten effective events.
        """
        wanted = np.asarray(fraction, dtype=np.float64)
        distance = np.minimum(wanted, 1 - wanted)
        half = np.minimum(0.9 * distance, np.maximum(0.2 * distance, 5 / self.n_eff))
        return np.asarray((self.quantile(wanted + half) - self.quantile(wanted - half)) / (2 * half))


def distribution(values: ArrayLike, *, sample_weight: ArrayLike | None = None) -> Distribution:
    """Return the cumulative distribution of weighted values.

    Parameters
    ----------
    values : array of float, shape (n,)
        Finite.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError
        The arrays differ in length.
    DatasetError
        A value is NaN, or Σw is not positive.

    Examples
    --------
    >>> distribution([1.0, 2.0, 3.0, 4.0]).quantile([0.5, 0.125]).tolist()
    [2.5, 1.0]
    """
    array = check_finite("values", values)
    weight = check_weight(sample_weight, n=len(array))
    check_lengths({"values": array, "sample_weight": weight})
    total, squares = float(weight.sum()), float(weight @ weight)
    if total <= 0:
        msg = f"a quantile needs a positive sum of weights, but the {len(array)} weights sum to {total:.6g}"
        raise DatasetError(msg)
    order = np.argsort(array)
    ordered = array[order]
    start = np.flatnonzero(np.append(True, ordered[1:] > ordered[:-1]))
    at_value = np.add.reduceat(weight[order], start) / total
    start, at_value = start[at_value != 0], at_value[at_value != 0]  # events that cancel are no events
    middle = np.cumsum(at_value) - at_value / 2
    below, above = np.maximum.accumulate(middle), np.minimum.accumulate(middle[::-1])[::-1]
    return Distribution(ordered[start], below, above, total**2 / squares)


def one_sigma_fractions() -> tuple[float, float]:
    """Return the fractions of a normal distribution below −1σ and +1σ: 0.1587 and 0.8413."""
    outside = math.erfc(1 / math.sqrt(2)) / 2
    return outside, 1 - outside
