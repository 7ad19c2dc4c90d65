"""Weighted means with errors, and the error of any figure from what each event contributes to it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import DatasetError
from hepml.evaluation.checks import check_finite, check_indices, check_lengths, check_weight
from hepml.evaluation.estimate import Estimate

_ONE_EVENT = 1e-9  # what is left of a variance: 0 with one event but for rounding, 1/2 with two equal ones


def weighted_mean(
    values: ArrayLike, *, sample_weight: ArrayLike | None = None, balanced_by: ArrayLike | None = None
) -> Estimate:
    """Return Σwx/Σw with its error, or the mean of the means of all classes.

    Parameters
    ----------
    values : array of float, shape (n,)
        What is averaged.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.
    balanced_by : array of int, shape (n,), optional
        Class of each event: every class that occurs counts the same, whatever its Σw.

    Raises
    ------
    ShapeError
        The arrays differ in length.
    DatasetError
        A value is NaN, or Σw (of a class) is not positive.

    Examples
    --------
    >>> weighted_mean([1.0, 3.0, 7.0, 9.0]).value, weighted_mean([1.0, 3.0, 8.0], balanced_by=[0, 0, 1]).value
    (5.0, 5.0)
    """
    array = check_finite("values", values)
    weight = check_weight(sample_weight, n=len(array))
    check_lengths({"values": array, "sample_weight": weight})
    share = class_shares(weight, balanced_by)
    return Estimate(float(share @ array), standard_error(array, share, balanced_by=balanced_by), "variance of the mean")


def class_shares(weight: NDArray[np.float64], balanced_by: ArrayLike | None) -> NDArray[np.float64]:
    """Return the weights scaled to a sum of 1, with `balanced_by` to the same sum in every class that occurs.

    Raises
    ------
    DatasetError
        Σw (of a class) is not positive.
    """
    if balanced_by is None:
        return weight / _positive(float(weight.sum()), len(weight), "")
    classes = _classes(balanced_by, n=len(weight))
    totals, counts = np.bincount(classes, weights=weight), np.bincount(classes)
    present = np.flatnonzero(counts)
    factor = np.zeros(len(totals))
    for index in present:
        factor[index] = 1 / (len(present) * _positive(float(totals[index]), int(counts[index]), f" of class {index}"))
    return weight * factor[classes]


def standard_error(
    influence: NDArray[np.float64], share: NDArray[np.float64], *, balanced_by: ArrayLike | None = None
) -> float:
    """Return the error of a figure that moves by Σ(w/Σw) × influence where the sample fluctuates.

    The variance Σ(w/Σw)² (influence − mean)² is made unbiased by the factor N/(N − 1) or, for unequal shares s = w/Σw,
    1/(1 − 2Σs³/Σs² + Σs²).  It is NaN with one event.

    Parameters
    ----------
    influence : array of float, shape (n,)
        What each event adds, per share; a constant does not matter.
    share : array of float, shape (n,)
        From `class_shares`.
    balanced_by : array of int, shape (n,), optional
        Classes whose Σw is fixed.
    """
    classes = np.zeros(len(share), np.int64) if balanced_by is None else _classes(balanced_by, n=len(share))
    squares = np.square(share)
    first, second, third = (np.bincount(classes, weights=powers) for powers in (share, squares, squares * share))
    present = second > 0
    mean = np.bincount(classes, weights=share * influence) / np.where(present, first, np.nan)
    spread = np.bincount(classes, weights=squares * np.square(influence - mean[classes]))[present]
    kept = (1 - 2 * third[present] / (first * second)[present]) + (second / np.where(present, first, 1) ** 2)[present]
    return math.sqrt(float((spread / np.where(kept > _ONE_EVENT, kept, np.nan)).sum()))


def _classes(balanced_by: ArrayLike, *, n: int) -> NDArray[np.int64]:
    classes = np.asarray(balanced_by)
    check_lengths({"balanced_by": classes, "sample_weight": np.empty(n)})
    return check_indices("balanced_by", classes, n_classes=int(classes.max(initial=0)) + 1)


def _positive(total: float, n: int, which: str) -> float:
    if total <= 0:
        msg = f"a mean needs a positive sum of weights, but the {n} weights{which} sum to {total:.6g}"
        raise DatasetError(msg)
    return total
