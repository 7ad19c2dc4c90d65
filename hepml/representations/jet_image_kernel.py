"""From the particles of many jets to sparse images, in one compiled pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.representations.jet_frame import place_particles

NORMALISE_NONE, NORMALISE_SUM, NORMALISE_L2 = 0, 1, 2
"""Codes of the normalisation in compiled code."""


@njit(cache=True)
def fill_images(
    offsets: NDArray[np.int64],
    pt: NDArray[np.float32],
    eta: NDArray[np.float32],
    phi: NDArray[np.float32],
    charged: NDArray[np.bool_],
    n_x: int,
    n_y: int,
    half_width: float,
    centre: bool,
    rotate: bool,
    flip: bool,
    normalise: int,
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.float32], NDArray[np.float32]]:
    """Return the images of all jets as lists of their non-empty pixels.

    Sums are float64 throughout and each jet stands alone, so that neither the input's precision nor its division into
    chunks is seen in the result.

    Returns
    -------
    image_offsets : array of int64, shape (n_jets + 1,)
    pixel : array of uint32, shape (n_filled,)
        ``ix * n_y + iy``, each once per jet, in the order in which particles first reach them.
    value : array of float32, shape (3, n_filled)
        pT, pT of charged particles, number of particles.
    outside : array of float32, shape (n_jets,)
        Fraction of ΣpT that fell outside the grid.
    """
    n_jets = len(offsets) - 1
    capacity = offsets[n_jets] - offsets[0]
    image_offsets = np.zeros(n_jets + 1, np.int64)
    pixel = np.empty(capacity, np.uint32)
    value = np.empty((3, capacity), np.float32)
    outside = np.zeros(n_jets, np.float32)
    longest = 0
    for jet in range(n_jets):
        longest = max(longest, offsets[jet + 1] - offsets[jet])
    x, y = np.empty(longest), np.empty(longest)
    filled = np.empty(longest, np.uint32)
    grid = np.zeros((n_x * n_y, 3))
    end = 0
    for jet in range(n_jets):
        first, last = offsets[jet], offsets[jet + 1]
        if last > first:
            jet_pt = pt[first:last]
            total = place_particles(jet_pt, eta[first:last], phi[first:last], centre, rotate, flip, x, y)
            n_filled, inside = _fill_grid(jet_pt, charged[first:last], x, y, half_width, n_x, n_y, grid, filled)
            if total > 0:
                outside[jet] = max(0.0, 1.0 - inside / total)
            factor = _factor(normalise, total, grid, filled[:n_filled])
            _take(grid, filled[:n_filled], factor, pixel[end:], value[:, end:])
            end += n_filled
        image_offsets[jet + 1] = end
    return image_offsets, pixel[:end], value[:, :end], outside


@njit(cache=True)
def _fill_grid(
    pt: NDArray[np.float32],
    charged: NDArray[np.bool_],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    half_width: float,
    n_x: int,
    n_y: int,
    grid: NDArray[np.float64],
    filled: NDArray[np.uint32],
) -> tuple[int, float]:
    """Add one jet to the empty `grid`, list its pixels in `filled`, and return their number and the pT inside."""
    scale_x, scale_y = n_x / (2 * half_width), n_y / (2 * half_width)
    n_filled = 0
    inside = 0.0
    for i in range(len(pt)):
        place_x, place_y = (x[i] + half_width) * scale_x, (y[i] + half_width) * scale_y
        # Tested as real numbers, so that NaN and rounding at the upper edge stay outside too.
        if not (0 <= place_x < n_x and 0 <= place_y < n_y):
            continue
        cell = int(place_x) * n_y + int(place_y)
        if grid[cell, 2] == 0:
            filled[n_filled] = cell
            n_filled += 1
        momentum = np.float64(pt[i])
        inside += momentum
        grid[cell, 0] += momentum
        grid[cell, 1] += momentum * charged[i]
        grid[cell, 2] += 1
    return n_filled, inside


@njit(cache=True)
def _factor(normalise: int, total: float, grid: NDArray[np.float64], filled: NDArray[np.uint32]) -> float:
    """Return what the pT channels are multiplied by."""
    norm = 1.0
    if normalise == NORMALISE_SUM:
        norm = total
    elif normalise == NORMALISE_L2:
        squares = 0.0
        for cell in filled:
            squares += grid[cell, 0] ** 2
        norm = np.sqrt(squares)
    return 1 / norm if norm > 0 else 0.0


@njit(cache=True)
def _take(
    grid: NDArray[np.float64],
    filled: NDArray[np.uint32],
    factor: float,
    pixel: NDArray[np.uint32],
    value: NDArray[Any],
) -> None:
    """Move the non-empty pixels of `grid` to the output, and leave it empty for the next jet."""
    for k, cell in enumerate(filled):
        pixel[k] = cell
        value[0, k] = grid[cell, 0] * factor
        value[1, k] = grid[cell, 1] * factor
        value[2, k] = grid[cell, 2]
        grid[cell, 0] = 0
        grid[cell, 1] = 0
        grid[cell, 2] = 0
