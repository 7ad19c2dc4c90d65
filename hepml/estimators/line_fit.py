"""A straight track in layers of pixels without learning: fit a line to what was found, take the nearest hit, go on."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


def follow_line(on: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the pixel of the track on each layer, shape (n, n_layers), which depends on the layers up to it alone.

    While each layer has one pixel that is on, as the seed layers have, that is the track's.  Then the line of least
    squares through the middles of the pixels so far points to the next layer, and the pixel nearest to it that is on is
    the track's.  On a layer without any, the line's own pixel is returned and not fitted.

    Parameters
    ----------
    on : array of bool, shape (n, n_layers, n_pixels)
        Pixels that are on.

    Examples
    --------
    Two seed layers; the line points to 2.5, the middle of pixel 2:

    >>> layers = [[1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 1, 1], [0, 0, 0, 0]]
    >>> follow_line(np.array([layers], bool))
    array([[0, 1, 2, 3]])
    """
    return _follow(np.ascontiguousarray(on, dtype=np.bool_))


@njit(cache=True)
def _follow(on: NDArray[np.bool_]) -> NDArray[np.int64]:
    n, n_layers, n_pixels = on.shape
    found = np.empty((n, n_layers), np.int64)
    for i in range(n):
        sums = np.zeros(5)  # 1, layer, layer², place, layer · place
        for layer in range(n_layers):
            place = _line_at(sums, layer, 0.5 * n_pixels)
            pixel = _nearest(on[i, layer], place)
            if pixel < 0:
                found[i, layer] = min(max(int(np.floor(place)), 0), n_pixels - 1)
                continue
            found[i, layer] = pixel
            middle = pixel + 0.5
            sums += np.array([1.0, layer, layer * layer, middle, layer * middle])
    return found


@njit(cache=True)
def _line_at(sums: NDArray[np.float64], layer: float, start: float) -> float:
    """Return the place of the fitted line; `start` before the first point."""
    count, x, xx, y, xy = sums
    if count == 0.0:
        return start
    spread = count * xx - x * x
    slope = (count * xy - x * y) / spread if spread > 0.0 else 0.0
    return y / count + slope * (layer - x / count)


@njit(cache=True)
def _nearest(on: NDArray[np.bool_], place: float) -> int:
    best, distance = -1, np.inf
    for pixel in range(len(on)):
        if on[pixel] and abs(pixel + 0.5 - place) < distance:
            best, distance = pixel, abs(pixel + 0.5 - place)
    return best
