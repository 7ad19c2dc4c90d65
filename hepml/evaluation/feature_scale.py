"""Variables of showers on one scale, for distances between showers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import DatasetError, ShapeError

Floats = NDArray[np.float64]


def check_features(name: str, values: ArrayLike, *, least: int = 2) -> Floats:
    """Return variables as float64 of shape (n, d), d ≥ 1, without NaN, or raise.

    Raises
    ------
    ShapeError
        It is not a table.
    DatasetError
        A value is NaN or infinite, or there are fewer rows than `least`.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or not table.shape[1]:
        msg = f"{name} must have shape (n, d), found {table.shape}: one row per shower, one column per variable"
        raise ShapeError(msg)
    if len(table) < least:
        msg = f"{name} has {len(table)} rows, but {least} or more are needed: give more showers"
        raise DatasetError(msg)
    bad = np.count_nonzero(~np.isfinite(table).all(axis=1))
    if bad:
        msg = f"{name} must be finite, but {bad} of {len(table)} rows are not: leave these showers out"
        raise DatasetError(msg)
    return table


def on_scale_of(truth: Floats, samples: Sequence[Floats]) -> list[Floats]:
    """Return samples with mean 0 and standard deviation 1 where they are the truth; what is constant there stays.

    Raises
    ------
    ShapeError
        A sample has other variables.

    Examples
    --------
    >>> [each.tolist() for each in on_scale_of(np.array([[0.0], [4.0]]), [np.array([[6.0]])])]
    [[[2.0]]]
    """
    widths = {sample.shape[1] for sample in (truth, *samples)}
    if len(widths) > 1:
        msg = f"samples must have the same variables, found {sorted(widths)} of them: choose the same columns"
        raise ShapeError(msg)
    mean, width = truth.mean(axis=0), truth.std(axis=0)
    return [(sample - mean) / np.where(width > 0, width, 1.0) for sample in samples]


def within_one(truth: Floats, samples: Sequence[Floats]) -> list[Floats]:
    """Return samples divided by the largest size of each variable in the truth; what is 0 there stays.

    Examples
    --------
    >>> [each.tolist() for each in within_one(np.array([[1.0], [-4.0]]), [np.array([[6.0]])])]
    [[[1.5]]]
    """
    on_scale_of(truth, samples)  # refuses other variables
    largest = np.abs(truth).max(axis=0)
    return [sample / np.where(largest > 0, largest, 1.0) for sample in samples]
