"""How far maps of counts are from what is expected, in one number each, and where."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.evaluation.poisson_tail import log_gaussian_tail, log_tail_above, log_tail_below, sigma_of_log_p
from hepml.evaluation.rectangle_search import best_rectangle, inside, integral_image, log_places

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MapScores:
    """Scores of n maps.

    Attributes
    ----------
    score : array of float64, shape (n,)
        Gaussian standard deviations of the most significant rectangle or of the whole shape, corrected for the number
        of places that were tried: of one meaning for maps of any size and any number of entries.
    marked : array of bool, shape (n, rows, columns)
        Live cells of the rectangles.
    """

    score: Floats
    marked: NDArray[np.bool_]


def score_maps(
    observed: Floats,
    expected: Floats,
    masked: NDArray[np.bool_],
    *,
    tolerance: float = 0.002,
    rectangles: int = 2,
    mark_score: float = 5.0,
) -> MapScores:
    """Scan maps for the rectangle of cells with the most significant excess or deficit of counts.

    The probability of its sum is the exact Poisson tail, times two signs, `log_places` and the number of sizes; a χ² of
    all cells is compared with it, and the smaller probability counts.  Deviations within the tolerance are none.  Then
    its cells are left out and the rest is scanned again.

    Parameters
    ----------
    observed, expected : array, shape (n, rows, columns)
        Counts.
    masked : array of bool, shape (n, rows, columns)
        Cells that are left out.
    tolerance : float
        Relative error of the expected counts.
    rectangles : int
        Most rectangles that are marked in a map.
    mark_score : float
        Score from which on a further rectangle is marked; the first always is.

    Examples
    --------
    >>> expected = np.full((1, 6, 8), 100.0)
    >>> observed = expected.copy()
    >>> observed[0, 2:4, 5:] = 60
    >>> found = score_maps(observed, expected, observed < 0)
    >>> found.score.round(1), np.argwhere(found.marked[0])[[0, -1]].tolist()
    (array([9.6]), [[2, 5], [3, 7]])
    """
    live = ~masked
    score, marked = _scan(
        np.where(live, observed, 0.0), np.where(live, expected, 0.0), live, tolerance, rectangles, mark_score
    )
    return MapScores(score, marked)


@njit(cache=True)
def _scan(
    observed: Floats, expected: Floats, live: NDArray[np.bool_], tolerance: float, rectangles: int, mark_score: float
) -> tuple[Floats, NDArray[np.bool_]]:
    n = len(observed)
    score, marked = np.full(n, np.nan), np.zeros(observed.shape, np.bool_)
    for i in range(n):
        if not live[i].any():
            continue
        counts, means = observed[i].copy(), expected[i].copy()
        score[i] = sigma_of_log_p(_log_p_of_any(_log_p_of_shape(counts, means, live[i], tolerance)))
        for which in range(rectangles):
            sums, of_means = integral_image(counts), integral_image(means)
            edges = best_rectangle(sums, of_means, tolerance)
            found = sigma_of_log_p(_log_p_of_any(_log_p_of_rectangle(edges, sums, of_means, tolerance)))
            if which and found < mark_score:
                break
            score[i] = max(score[i], found)
            for row in range(edges[0], edges[1]):
                for column in range(edges[2], edges[3]):
                    marked[i, row, column] |= live[i, row, column]
                    counts[row, column] = means[row, column] = 0.0
    return score, marked


@njit(cache=True)
def _log_p_of_any(log_expected: float) -> float:
    """Return the logarithm of the probability of one or more, where exp(`log_expected`) are expected."""
    if log_expected < -30:
        return log_expected
    return math.log(-math.expm1(-math.exp(min(log_expected, 5.0))))


@njit(cache=True)
def _log_p_of_rectangle(edges: NDArray[np.int64], observed: Floats, expected: Floats, tolerance: float) -> float:
    """Return the logarithm of how many rectangles that are as bad are expected in a good map."""
    n = inside(observed, edges[0], edges[1], edges[2], edges[3])
    mean = inside(expected, edges[0], edges[1], edges[2], edges[3])
    rows, columns = observed.shape[0] - 1, observed.shape[1] - 1
    if n > mean * (1 + tolerance):
        log_p = log_tail_above(round(n), mean * (1 + tolerance))
    elif n < mean * (1 - tolerance):
        log_p = log_tail_below(round(n), mean * (1 - tolerance))
    else:
        log_p = 0.0
    sizes = (1 + math.log2(rows)) * (1 + math.log2(columns))
    return min(log_p + log_places(rows, columns, edges[1] - edges[0], edges[3] - edges[2]) + math.log(2 * sizes), 5.0)


@njit(cache=True)
def _log_p_of_shape(observed: Floats, expected: Floats, live: NDArray[np.bool_], tolerance: float) -> float:
    """Return the logarithm of the probability of the χ² of all cells, times two.

    Pearson's χ² has a variance of 2 + 1/mean per cell: a χ² distribution of fewer degrees of freedom has the same
    mean and variance when it is scaled.  Its tail is Gaussian in the cubic root (Wilson and Hilferty).
    """
    total, cells, variance = 0.0, 0, 0.0
    for row in range(observed.shape[0]):
        for column in range(observed.shape[1]):
            mean = expected[row, column]
            if live[row, column] and mean > 0:
                error = mean + (tolerance * mean) ** 2
                total += (observed[row, column] - mean) ** 2 / error
                variance += 2 + 1 / mean
                cells += 1
    if cells == 0:
        return 5.0
    freedom = 2.0 * cells * cells / variance
    z = ((total / cells) ** (1 / 3) - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))
    return math.log(2.0) + log_gaussian_tail(z)
