"""All straight lines that pass through pixels that are on: the best that can be known of a track in noise.

A line is a point (entry, exit) of a square, and uniform there before any pixel is seen.  A pixel of a layer is a strip
of that square: the lines through one pixel on each layer are a convex polygon, its area their probability.  Noise makes
every line through pixels that are on equally probable, so the areas are the posterior; among a few background tracks
they are an approximation.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pixels = NDArray[np.bool_]


def line_shares(on: Pixels, *, causal: bool = True) -> NDArray[np.float32]:
    """Return the share of each pixel among the compatible lines, shape (n, n_layers, n_pixels): 1 in sum on each layer.

    Parameters
    ----------
    on : array of bool, shape (n, n_layers, n_pixels)
        Pixels that are on.
    causal : bool
        A layer's shares are those of the lines through the layers up to it; otherwise, through all layers.

    Returns
    -------
    array
        Zero throughout a layer, and after it, where no line is left.

    Examples
    --------
    Through pixel 0 of the first layer, entries are 0 to 1 and exits 0 to 2: half-way the middle is reached by those
    with entry + exit > 2, a quarter of them.

    >>> line_shares(np.array([[[1, 0], [1, 1]]], bool))
    array([[[1.  , 0.  ],
            [0.75, 0.25]]], dtype=float32)
    """
    square = on.shape[2] * np.array([[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]])
    areas = _areas(np.ascontiguousarray(on, dtype=np.bool_), square, causal)
    total = areas.sum(axis=2, keepdims=True)
    return (areas / np.where(total > 0, total, 1)).astype(np.float32)


@njit(cache=True)
def _areas(on: Pixels, square: Floats, causal: bool) -> Floats:
    n, n_layers, n_pixels = on.shape
    areas = np.zeros((n, n_layers, n_pixels))
    for i in range(n):
        corners, sizes, paths = square, np.array([4]), np.zeros((1, n_layers), np.int64)
        for layer in range(n_layers):
            corners, sizes, paths = _split(corners, sizes, paths, on[i], layer)
            if causal:
                _add_areas(corners, sizes, paths, layer, layer + 1, areas[i])
        if not causal:
            _add_areas(corners, sizes, paths, 0, n_layers, areas[i])
    return areas


@njit(cache=True)
def _add_areas(corners: Floats, sizes: Ints, paths: Ints, start: int, stop: int, areas: Floats) -> None:
    """Add the areas of polygons to the pixels that their lines pass, on the layers from `start` to before `stop`."""
    for k in range(len(sizes)):
        area = _area(corners[k], sizes[k])
        for layer in range(start, stop):
            areas[layer, paths[k, layer]] += area


# Loops over single numbers: expressions of whole arrays would take ten times as long to compile.
@njit(cache=True)
def _split(corners: Floats, sizes: Ints, paths: Ints, on: Pixels, layer: int) -> tuple[Floats, Ints, Ints]:
    """Return the parts of polygons whose lines pass a pixel of a layer that is on, and their pixels so far."""
    share = layer / len(on)
    most, width = _room(corners, sizes, share, on.shape[1])
    new_corners, half = np.empty((most, width, 2)), np.empty((width, 2))
    new_sizes, new_paths = np.empty(most, np.int64), np.empty((most, len(on)), np.int64)
    n = 0
    for k in range(len(sizes)):
        low, high = _pixels(corners[k], sizes[k], share, on.shape[1])
        for pixel in range(low, high):
            if not on[layer, pixel]:
                continue
            size = _cut(corners[k], sizes[k], share, float(pixel), 1.0, half)
            new_sizes[n] = _cut(half, size, share, pixel + 1.0, -1.0, new_corners[n])
            if _area(new_corners[n], new_sizes[n]) > 0.0:
                for before in range(layer):
                    new_paths[n, before] = paths[k, before]
                new_paths[n, layer] = pixel
                n += 1
    return new_corners[:n], new_sizes[:n], new_paths[:n]


@njit(cache=True)
def _room(corners: Floats, sizes: Ints, share: float, n_pixels: int) -> tuple[int, int]:
    """Return the most parts that there can be, and the most corners: a cut makes one more at most."""
    most, width = 0, 4
    for k in range(len(sizes)):
        low, high = _pixels(corners[k], sizes[k], share, n_pixels)
        most, width = most + high - low, max(width, sizes[k] + 2)
    return most, width


@njit(cache=True)
def _place(corner: Floats, share: float) -> float:
    """Return where a line is at a share of the depth."""
    return (1.0 - share) * corner[0] + share * corner[1]


@njit(cache=True)
def _pixels(corners: Floats, size: int, share: float, n_pixels: int) -> tuple[int, int]:
    """Return the first pixel that lines of a polygon pass, and the one behind the last."""
    low, high = float(n_pixels), 0.0
    for k in range(size):
        place = _place(corners[k], share)
        low, high = min(low, place), max(high, place)
    return max(int(low), 0), min(int(high) + 1, n_pixels)


@njit(cache=True)
def _cut(corners: Floats, size: int, share: float, bound: float, sign: float, kept: Floats) -> int:
    """Keep the part of a convex polygon where lines are on the side of `sign` of `bound`; return how many corners."""
    n = 0
    for k in range(size):
        here, after = corners[k], corners[(k + 1) % size]
        one, two = sign * (_place(here, share) - bound), sign * (_place(after, share) - bound)
        if one >= 0.0:
            kept[n, 0], kept[n, 1] = here[0], here[1]
            n += 1
        if one * two < 0.0:
            way = one / (one - two)
            kept[n, 0], kept[n, 1] = here[0] + way * (after[0] - here[0]), here[1] + way * (after[1] - here[1])
            n += 1
    return n


@njit(cache=True)
def _area(corners: Floats, size: int) -> float:
    """Return the area, about the first corner: the polygons are small and far from 0."""
    total, x, y = 0.0, corners[0, 0], corners[0, 1]
    for k in range(1, size - 1):
        total += (corners[k, 0] - x) * (corners[k + 1, 1] - y) - (corners[k, 1] - y) * (corners[k + 1, 0] - x)
    return 0.5 * total
