"""Which of several candidates that share hits are the tracks."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.contracts import NO_HIT

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def choose_tracks(hits: Ints, chi2: Floats, *, max_shared: int, used: NDArray[np.bool_]) -> Ints:
    """Return the candidates that stay, the best first.

    More hits win, then the lower χ²; a candidate stays if it shares at most `max_shared` hits with those that stay
    before it.

    Parameters
    ----------
    hits : array of int, shape (n, n_layers)
        Hits of each candidate, −1 for none.
    chi2 : array, shape (n,)
        Of each.
    max_shared : int
        Hits that may be shared.
    used : array of bool, shape (n_hits,)
        Which hits belong to tracks; those of what stays are added.

    Examples
    --------
    >>> used = np.zeros(6, np.bool_)
    >>> choose_tracks(np.array([[0, 1, -1], [0, 1, 2], [3, 4, 2]]), np.ones(3), max_shared=1, used=used).tolist()
    [1, 2]
    """
    order = np.lexsort((chi2, -np.count_nonzero(hits != NO_HIT, axis=1)))
    kept: Ints = order[_keep(hits[order], max_shared, used)]
    return kept


@njit(cache=True)
def _keep(hits: Ints, max_shared: int, used: NDArray[np.bool_]) -> NDArray[np.bool_]:
    kept = np.zeros(len(hits), np.bool_)
    for i in range(len(hits)):
        shared = 0
        for hit in hits[i]:
            shared += hit >= 0 and used[hit]
        if shared <= max_shared:
            kept[i] = True
            for hit in hits[i]:
                if hit >= 0:
                    used[hit] = True
    return kept
