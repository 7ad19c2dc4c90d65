"""From the particles of many jets to sparse images, in one compiled pass."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.representations.jet_frame import place_particles

NORMALISE_NONE, NORMALISE_SUM, NORMALISE_L2 = 0, 1, 2
"""Codes of the normalisation in compiled code."""

_EMPTY = -1


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
    # A map of places and the few sums that it points to stay in the fastest cache; a grid of sums would not.
    place = np.full(n_x * n_y, _EMPTY, np.int32)
    sums = np.empty((longest, 3))
    end = 0
    for jet in range(n_jets):
        first, last = offsets[jet], offsets[jet + 1]
        if last > first:
            jet_pt = pt[first:last]
            total = place_particles(jet_pt, eta[first:last], phi[first:last], centre, rotate, flip, x, y)
            n_filled, inside = _fill(jet_pt, charged[first:last], x, y, half_width, n_x, n_y, place, pixel[end:], sums)
            if total > 0:
                outside[jet] = max(0.0, 1.0 - inside / total)
            factor = _factor(normalise, total, sums[:n_filled])
            for k in range(n_filled):
                place[pixel[end + k]] = _EMPTY
                value[0, end + k] = sums[k, 0] * factor
                value[1, end + k] = sums[k, 1] * factor
                value[2, end + k] = sums[k, 2]
            end += n_filled
        image_offsets[jet + 1] = end
    return image_offsets, pixel[:end], value[:, :end], outside


@njit(cache=True)
def _fill(
    pt: NDArray[np.float32],
    charged: NDArray[np.bool_],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    half_width: float,
    n_x: int,
    n_y: int,
    place: NDArray[np.int32],
    pixel: NDArray[np.uint32],
    sums: NDArray[np.float64],
) -> tuple[int, float]:
    """List the pixels of one jet in `pixel` with their `sums`, and return their number and the pT inside.

    `place` says where in these lists a pixel is; it comes empty, and its entries are the caller's to take out.
    """
    scale_x, scale_y = n_x / (2 * half_width), n_y / (2 * half_width)
    n_filled = 0
    inside = 0.0
    for i in range(len(pt)):
        place_x, place_y = (x[i] + half_width) * scale_x, (y[i] + half_width) * scale_y
        # Tested as real numbers, so that NaN and rounding at the upper edge stay outside too.
        if not (0 <= place_x < n_x and 0 <= place_y < n_y):
            continue
        cell = int(place_x) * n_y + int(place_y)
        k = place[cell]
        if k == _EMPTY:
            k = n_filled
            place[cell] = k
            pixel[k] = cell
            sums[k, 0], sums[k, 1], sums[k, 2] = 0.0, 0.0, 0.0
            n_filled += 1
        momentum = np.float64(pt[i])
        inside += momentum
        sums[k, 0] += momentum
        sums[k, 1] += momentum * charged[i]
        sums[k, 2] += 1
    return n_filled, inside


@njit(cache=True)
def _factor(normalise: int, total: float, sums: NDArray[np.float64]) -> float:
    """Return what the pT channels are multiplied by."""
    norm = 1.0
    if normalise == NORMALISE_SUM:
        norm = total
    elif normalise == NORMALISE_L2:
        squares = 0.0
        for k in range(len(sums)):
            squares += sums[k, 0] ** 2
        norm = np.sqrt(squares)
    return 1 / norm if norm > 0 else 0.0
