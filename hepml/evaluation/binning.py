"""Bins of a variable: edges of equal population, and which event is in which."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import DatasetError, RecipeError
from hepml.evaluation.checks import check_weight
from hepml.evaluation.quantile import distribution


def equal_population_edges(
    values: ArrayLike, n_bins: int, *, sample_weight: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Return the edges of bins that hold the same Σw, as nearly as equal values allow.

    Each inner edge is one of the values and belongs to the bin above it.  Where there are no more different values than
    bins (numbers of jets), each value has its own bin, with edges half way between.

    Parameters
    ----------
    values : array of float, shape (n,)
        What is not finite is left out.
    n_bins : int
        How many bins at most.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    DatasetError
        There is no finite value, or Σw is not positive.

    Examples
    --------
    >>> equal_population_edges([1.0, 2.0, 3.0, 4.0, 5.0, 9.0], 3).tolist()
    [1.0, 3.0, 5.0, 9.0]
    >>> equal_population_edges([0, 1, 1, 2, 2, 2], 8).tolist()
    [-0.5, 0.5, 1.5, 2.5]
    """
    array = np.asarray(values, dtype=np.float64)
    weight = check_weight(sample_weight, n=len(array))
    finite = np.isfinite(array)
    if not finite.any():
        msg = f"bins of equal population need values, but none of {len(array)} is finite: give bin edges"
        raise DatasetError(msg)
    all_finite = distribution(array[finite], sample_weight=weight[finite])
    value = all_finite.value
    if len(value) == 1:
        return np.array([value[0] - 0.5, value[0] + 0.5])
    if len(value) <= n_bins:
        middle = (value[1:] + value[:-1]) / 2
        return np.concatenate([[2 * value[0] - middle[0]], middle, [2 * value[-1] - middle[-1]]])
    inner = all_finite.index(np.arange(1, n_bins) / n_bins)
    kept = np.unique(inner[(inner > 0) & (inner < len(value) - 1)])  # the largest value shares the last bin
    return np.concatenate([value[:1], value[kept], value[-1:]])


def bin_index(values: ArrayLike, edges: ArrayLike) -> NDArray[np.int64]:
    """Return the bin of each value: ``[low, high)``, the last one with its upper edge; −1 outside and for NaN.

    Raises
    ------
    RecipeError
        The edges are not two or more increasing numbers.

    Examples
    --------
    >>> bin_index([0.0, 1.0, 2.0, 2.1, float("nan")], [0.0, 1.0, 2.0]).tolist()
    [0, 1, 1, -1, -1]
    """
    limits = np.asarray(edges, dtype=np.float64)
    if limits.ndim != 1 or len(limits) < 2 or not (np.diff(limits) > 0).all():
        msg = f"bin edges must be two or more increasing numbers, found {limits.tolist()}"
        raise RecipeError(msg)
    array = np.asarray(values, dtype=np.float64)
    index = np.searchsorted(limits, array, side="right") - 1
    index[array == limits[-1]] = len(limits) - 2
    index[~(array <= limits[-1])] = -1  # NaN too
    return index


def bin_sums(index: NDArray[np.int64], contents: NDArray[np.float64], n_bins: int) -> NDArray[np.float64]:
    """Return the sum of `contents` in each bin; −1 is no bin."""
    return np.bincount(index + 1, weights=contents, minlength=n_bins + 1)[1:].astype(np.float64)
