"""The kernel physics distance: how far two samples are apart in all moments up to the fourth."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.estimate import Estimate
from hepml.evaluation.feature_scale import check_features, within_one

Floats = NDArray[np.float64]

_LEAST = 100
_POWER = 4


def kernel_physics_distance(
    truth: ArrayLike, generated: ArrayLike, *, rng: np.random.Generator, n_batches: int = 10, most: int = 2000
) -> Estimate:
    """Return the kernel physics distance, unbiased, with its error (arXiv:2211.10295).

    The squared maximum mean discrepancy with the kernel (x·y/d + 1)⁴, on variables divided by their largest size in the
    truth; the mean over batches that have no shower in common, and its standard error.  It may be below 0.

    Parameters
    ----------
    truth, generated : array of float, shape (n, d) and (m, d)
        Shape variables; at least 100 rows each.
    rng : numpy.random.Generator
        Shuffles the showers before they are cut into batches.
    n_batches : int
        How many, two or more.
    most : int
        Showers of a batch at most: the time rises with their square.

    Raises
    ------
    ShapeError
        The arrays do not fit.
    DatasetError
        A value is NaN, or there are too few rows.
    """
    full = check_features("truth", truth, least=_LEAST)
    fast = check_features("generated", generated, least=_LEAST)
    scaled = [table[rng.permutation(len(table))] for table in within_one(full, [full, fast])]
    found = [_discrepancy(*(table[batch::n_batches][:most] for table in scaled)) for batch in range(n_batches)]
    error = float(np.std(found, ddof=1)) / math.sqrt(n_batches)
    return Estimate(float(np.mean(found)), error, f"{full.shape[1]} variables, {n_batches} batches")


def _discrepancy(one: Floats, other: Floats) -> float:
    """Return the unbiased squared maximum mean discrepancy."""
    within = sum(_mean_of_pairs(_kernel(table, table)) for table in (one, other))
    return within - 2 * float(_kernel(one, other).mean())


def _kernel(one: Floats, other: Floats) -> Floats:
    return np.asarray((one @ other.T / one.shape[1] + 1) ** _POWER)


def _mean_of_pairs(kernel: Floats) -> float:
    """Return the mean over pairs of different showers."""
    n = len(kernel)
    return float((kernel.sum() - np.trace(kernel)) / (n * (n - 1)))
