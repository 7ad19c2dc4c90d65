"""How often a track's hit is found on a layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def hit_accuracy(true_pixel: ArrayLike, found_pixel: ArrayLike, *, seed_layers: int = 0) -> float:
    """Return the share of (track, layer) with the right pixel, leaving out the first `seed_layers` layers.

    "Hit accuracy" in the papers of HEP.TrkX counts the clean seed layers, where nothing can go wrong.

    Parameters
    ----------
    true_pixel, found_pixel : array of int, shape (n, n_layers)
        The track's pixel on each layer.
    seed_layers : int
        How many of the first layers do not count.

    Examples
    --------
    >>> hit_accuracy([[3, 4, 5, 6]], [[3, 4, 5, 7]]), hit_accuracy([[3, 4, 5, 6]], [[3, 4, 5, 7]], seed_layers=2)
    (0.75, 0.5)
    """
    return float(np.mean(np.equal(true_pixel, found_pixel)[:, seed_layers:]))
