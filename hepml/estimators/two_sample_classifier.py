"""Trees that are asked to tell two samples apart, and their scores for rows that they have not seen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from hepml.contracts import TwoSampleScores

_TREES, _RATE, _BINS = 100, 0.1, 63


def tell_apart(
    first: NDArray[Any],
    second: NDArray[Any],
    *,
    weights: tuple[NDArray[np.float64], NDArray[np.float64]],
    most: int,
    seed: int,
) -> TwoSampleScores:
    """Train boosted trees on half of the rows of two samples, and return their scores for the other half.

    The halves depend on the seed and the number of rows alone: for several second samples of one length, row for row
    under the same conditions, the scores can be compared in pairs.  Rows whose weight is not positive are not trained
    on; in the training both samples count the same.

    Parameters
    ----------
    first, second : array of float, shape (n, d) and (m, d)
        The samples.
    weights : (array of float64, array of float64)
        Signed weights of their rows.
    most : int
        Rows of each that are trained on, at most.
    seed : int
        Of the halves and of the trees.
    """
    halves = [_halves(len(each), seed) for each in (first, second)]
    seen = [rows[weight[rows] > 0][:most] for (rows, _), weight in zip(halves, weights, strict=True)]
    judged = [rows for _, rows in halves]
    table = np.concatenate([each[rows] for each, rows in zip((first, second), seen, strict=True)])
    share = [weight[rows] / weight[rows].sum() * len(rows) for weight, rows in zip(weights, seen, strict=True)]
    share[1] = share[1] * len(seen[0]) / len(seen[1])
    label = np.repeat([0, 1], [len(rows) for rows in seen])
    trees = HistGradientBoostingClassifier(
        learning_rate=_RATE, max_iter=_TREES, max_bins=_BINS, early_stopping=False, random_state=seed
    )
    # Threads wait for one another at every node: on cores that others use too, that takes longer than it saves.
    with threadpool_limits(limits=1, user_api="openmp"):
        trees.fit(table, label, sample_weight=np.concatenate(share))
    kept = np.concatenate([each[rows] for each, rows in zip((first, second), judged, strict=True)])
    return TwoSampleScores(
        np.repeat([False, True], [len(rows) for rows in judged]),
        np.asarray(trees.predict_proba(kept)[:, 1], np.float64),
        np.concatenate([weight[rows] for weight, rows in zip(weights, judged, strict=True)]),
    )


def _halves(n: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.random.default_rng([seed, n]).permutation(n)
    return np.sort(order[: n // 2]), np.sort(order[n // 2 :])
