"""What a figure of two samples is where both are of the same truth: the floor beside which a generator is judged."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hepml.errors import DatasetError
from hepml.evaluation.estimate import Estimate

Rows = NDArray[np.int64]


def truth_floor(
    figure: Callable[[Rows, Rows], float], n: int, *, rng: np.random.Generator, n_splits: int = 10
) -> Estimate:
    """Return the mean of a figure over random splits of the truth into halves.

    Its error is the standard deviation over the splits: how much one such figure fluctuates.  Halves are smaller than
    the samples that are judged, so that a figure that falls with their size has a floor that is a little too high.

    Parameters
    ----------
    figure : function of two arrays of row numbers
        The figure of these rows of the truth against those.
    n : int
        Number of rows.
    rng : numpy.random.Generator
        Draws the splits.
    n_splits : int
        How many.

    Raises
    ------
    DatasetError
        There are fewer than four rows.

    Examples
    --------
    >>> values = np.arange(100.0)
    >>> floor = truth_floor(lambda a, b: values[a].mean() - values[b].mean(), 100, rng=np.random.default_rng(1))
    >>> abs(floor.value) < 3 * floor.error, floor.method
    (True, 'spread of 10 splits')
    """
    if n < 4:
        msg = f"halves of the truth need two rows or more each, found {n} in all: give more showers"
        raise DatasetError(msg)
    found = []
    for _ in range(n_splits):
        order = rng.permutation(n)
        found.append(figure(np.sort(order[: n // 2]), np.sort(order[n // 2 :])))
    return Estimate(float(np.mean(found)), float(np.std(found, ddof=1)), f"spread of {n_splits} splits")
