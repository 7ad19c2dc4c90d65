"""Signed significance of each cell of a map."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.evaluation.poisson_tail import log_tail_above, log_tail_below, sigma_of_log_p


@njit(cache=True)
def pull_maps(
    observed: NDArray[np.float64],
    expected: NDArray[np.float64],
    masked: NDArray[np.bool_],
    tolerance: float,
) -> NDArray[np.float32]:
    """Return the pull of each cell: Gaussian standard deviations of the exact Poisson tail, negative for too few.

    A deviation from the expected count by less than the tolerance is none, and of a larger one only what is beyond it
    counts.  Where the tail holds more than half of the probability the pull is 0: what is seen is usual.

    Parameters
    ----------
    observed, expected : array, shape (n, rows, columns)
        Counts.
    masked : array of bool, shape (n, rows, columns)
        Their pull is NaN.
    tolerance : float
        Relative error of the expected counts.

    Examples
    --------
    >>> one = np.ones((1, 1, 1))
    >>> [round(float(pull_maps(n * one, 75 * one, one < 0, 0.0)[0, 0, 0]), 2) for n in (0, 75, 110)]
    [-11.97, 0.0, 3.74]
    """
    pulls = np.empty(observed.shape, np.float32)
    for i in range(observed.shape[0]):
        for row in range(observed.shape[1]):
            for column in range(observed.shape[2]):
                if masked[i, row, column]:
                    pulls[i, row, column] = np.nan
                else:
                    pulls[i, row, column] = pull(observed[i, row, column], expected[i, row, column], tolerance)
    return pulls


@njit(cache=True)
def pull(observed: float, expected: float, tolerance: float) -> float:
    """Return the pull of one count; see `pull_maps`."""
    if observed > expected * (1 + tolerance):
        return max(sigma_of_log_p(log_tail_above(observed, expected * (1 + tolerance))), 0.0)
    if observed < expected * (1 - tolerance):
        return min(-sigma_of_log_p(log_tail_below(observed, expected * (1 - tolerance))), 0.0)
    return 0.0
