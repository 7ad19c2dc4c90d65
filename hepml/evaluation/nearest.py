"""Distances to the nearest neighbours among many showers of many cells, in pieces that fit into memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepml.errors import DatasetError

Floats = NDArray[np.float64]

_MOST_DISTANCES = 4_000_000


def nearest_distances(queries: Floats, reference: Floats, *, k: int = 1, skip_self: bool = False) -> Floats:
    """Return the distance of each query to its k-th nearest reference, shape (n,).

    All distances are computed: with the many variables that showers have, trees of neighbours do not save any.  The
    one that is returned is exact, 0 for a copy, where the product of large numbers would leave rounding.

    Parameters
    ----------
    queries, reference : array of float64, shape (n, d) and (m, d)
        Variables on one scale.
    k : int
        Which neighbour, from 1.
    skip_self : bool
        The queries are the reference, and none is its own neighbour.

    Raises
    ------
    DatasetError
        There are fewer than k neighbours.

    Examples
    --------
    >>> points = np.array([[0.0], [1.0], [5.0]])
    >>> nearest_distances(points, points, skip_self=True).tolist()
    [1.0, 1.0, 4.0]
    """
    if len(reference) - skip_self < k:
        msg = f"a {k}-th neighbour needs {k + skip_self} showers or more, found {len(reference)}: give more"
        raise DatasetError(msg)
    found = np.empty(len(queries))
    sizes = np.square(reference).sum(axis=1)
    step = max(1, _MOST_DISTANCES // len(reference))
    for begin in range(0, len(queries), step):
        some = queries[begin : begin + step]
        squares = sizes - 2 * some @ reference.T  # but for |query|², which does not change the order
        if skip_self:
            squares[np.arange(len(some)), np.arange(begin, begin + len(some))] = np.inf
        place = np.argpartition(squares, k - 1, axis=1)[:, k - 1]
        found[begin : begin + step] = np.sqrt(np.square(some - reference[place]).sum(axis=1))
    return found
