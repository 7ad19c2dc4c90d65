"""Parts of examples: the values of several rows → one value, whatever the order of the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import CombineRule


def combine_values(values: NDArray[Any], group: NDArray[np.int64], *, n_groups: int, rule: CombineRule) -> NDArray[Any]:
    """Return one value per group; NaN if one of its values is NaN.

    Parameters
    ----------
    values : array, shape (n_rows,)
        Numbers; to be summed, whole ones below 2⁵³: such sums are exact.
    group : array of int64, shape (n_rows,)
        In ``[0, n_groups)``; each group has at least one row.
    n_groups : int
        Number of groups.
    rule : {"sum", "min", "max", "same"}
        With "same", the groups must not differ: see `differing_groups`.

    Examples
    --------
    >>> combine_values(np.array([3, 1, 5]), np.array([1, 0, 1]), n_groups=2, rule="sum").tolist()
    [1, 8]
    """
    reduce = {"sum": np.add, "max": np.maximum}.get(rule, np.minimum)
    ordered, first = _by_group(values, group, n_groups)
    return np.asarray(reduce.reduceat(ordered, first), values.dtype) if n_groups else values[:0]


def differing_groups(values: NDArray[Any], group: NDArray[np.int64], *, n_groups: int) -> NDArray[np.int64]:
    """Return the groups whose values are not all the same; NaN is the same as NaN.

    Examples
    --------
    >>> differing_groups(np.array([3.0, 1.0, np.nan, np.nan]), np.array([1, 1, 0, 0]), n_groups=2).tolist()
    [1]
    """
    ordered, first = _by_group(values, group, n_groups)
    of_first = np.repeat(ordered[first], np.diff(first, append=len(ordered)))
    equal = (ordered == of_first) | (np.isnan(ordered) & np.isnan(of_first))
    return np.unique(np.sort(group)[~equal])


def _by_group(values: NDArray[Any], group: NDArray[np.int64], n_groups: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the values in the order of their groups, and where each group begins."""
    order = np.argsort(group, kind="stable")
    return values[order], np.searchsorted(group[order], np.arange(n_groups)).astype(np.int64)
