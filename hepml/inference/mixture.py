"""Normal distributions of several seeds as one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def mixture_moments(values: Sequence[NDArray[np.float32]], *, n_features: int) -> NDArray[np.float32]:
    """Return mean and covariance of the equal mixture of the seeds' distributions.

    The covariance is the mean of those of the seeds plus that of their means: where seeds disagree, they know less than
    each of them says.  A mean of covariances alone would not grow there, and the first seed alone would waste the rest.

    Parameters
    ----------
    values : sequence of array, shape (…, d + d(d + 1)/2)
        By seed: the mean, then the lower triangle of the covariance row by row.
    n_features : int
        d.

    Examples
    --------
    Means 1 and 3 with variances 2 and 4:

    >>> mixture_moments([np.array([1.0, 2.0]), np.array([3.0, 4.0])], n_features=1).tolist()
    [2.0, 4.0]
    """
    each = np.asarray(values, np.float64)
    mean = each.mean(axis=0)
    off = each[..., :n_features] - mean[..., :n_features]
    row, column = np.tril_indices(n_features)
    mean[..., n_features:] += (off[..., row] * off[..., column]).mean(axis=0)
    return mean.astype(np.float32)
