"""Heat maps by occlusion: what a model's answer loses without a square of pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec
from hepml.errors import RecipeError
from hepml.explain.heat_map import Explained, HeatMap, Inputs, checked_inputs, heat_maps, image_arrays, rows_at_once


def occlusion(
    explained: Explained,
    inputs: Inputs,
    arrays: Mapping[str, ArraySpec],
    which: NDArray[np.int64],
    *,
    patch: int | None = None,
    stride: int | None = None,
) -> list[HeatMap]:
    """Return by how much a class's logit falls when squares of pixels are set to empty, shared among their pixels.

    M. Zeiler and R. Fergus, arXiv:1311.2901.  A pixel has the mean over the squares that cover it of the square's fall
    divided by its number of pixels: so maps of all sizes of squares, and of other methods, have one unit, and where
    pixels add up, a square of one pixel shows what the pixel adds.  Squares without a hit cost nothing.

    Parameters
    ----------
    explained, inputs, arrays, which
        As for `input_gradients`; any model.
    patch : int, optional
        Side of a square, in pixels; by default a twentieth of the view's shorter side.
    stride : int, optional
        From one square to the next, at most `patch`; by default half of it.

    Raises
    ------
    RecipeError
        Squares without pixels, or with gaps between them.
    ShapeError
        Inputs that do not fit, or no image.
    """
    given, n = checked_inputs(inputs, arrays)
    images, event = image_arrays(arrays), np.arange(n)
    before = explained.values(given)[event, which] if n else np.zeros(0)
    maps = {}
    for name, spec in images.items():
        grid = _grid(spec, patch, stride)
        squares = grid.filled(given[name])
        falls = _falls(explained, given, name, grid, squares, which, before, size=rows_at_once(arrays))
        maps[name] = grid.shared(falls, squares, n=n)
    return heat_maps("occlusion", explained, given, images, which, maps)


@dataclass(frozen=True)
class _Grid:
    """Squares of pixels on a view of `shape`; those that reach over its end are smaller."""

    shape: tuple[int, int]
    patch: int
    stride: int

    def ends(self, axis: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return first pixels and ends of the squares along an axis."""
        first = np.arange(0, self.shape[axis], self.stride)
        return first, np.minimum(first + self.patch, self.shape[axis])

    def filled(self, image: NDArray[Any]) -> NDArray[np.int64]:
        """Return the squares with a hit, shape (n_squares, 3): event, and place along both axes."""
        hits = (image != 0).any(axis=-1).astype(np.int64)
        sums = np.pad(hits.cumsum(axis=1).cumsum(axis=2), ((0, 0), (1, 0), (1, 0)))
        (top, bottom), (left, right) = self.ends(0), self.ends(1)
        rows = sums[:, bottom] - sums[:, top]
        return np.argwhere(rows[:, :, right] - rows[:, :, left])

    def slices(self, square: NDArray[np.int64]) -> tuple[slice, slice]:
        """Return the pixels of a square."""
        row, column = int(square[1]) * self.stride, int(square[2]) * self.stride
        return slice(row, row + self.patch), slice(column, column + self.patch)

    def shared(self, falls: NDArray[np.float64], squares: NDArray[np.int64], *, n: int) -> NDArray[np.float64]:
        """Return the maps, shape (n, rows, columns)."""
        maps = np.zeros((n, *self.shape))
        for fall, square in zip(falls, squares, strict=True):
            covered = maps[int(square[0])][self.slices(square)]
            covered += fall / covered.size
        counts = [np.zeros(size) for size in self.shape]
        for axis, count in enumerate(counts):
            for first, end in zip(*self.ends(axis), strict=True):
                count[first:end] += 1
        return maps / np.multiply.outer(*counts)


def _grid(spec: ArraySpec, patch: int | None, stride: int | None) -> _Grid:
    n_rows, n_columns = spec.shape[:2]
    size = max(1, min(n_rows, n_columns) // 20) if patch is None else patch
    step = -(-size // 2) if stride is None else stride
    if not 1 <= step <= size:
        msg = f"squares of {size} pixels at distances of {step} do not cover a view: give 1 ≤ stride ≤ patch"
        raise RecipeError(msg)
    return _Grid((n_rows, n_columns), size, step)


def _falls(
    explained: Explained,
    inputs: Inputs,
    name: str,
    grid: _Grid,
    squares: NDArray[np.int64],
    which: NDArray[np.int64],
    before: NDArray[np.float64],
    *,
    size: int,
) -> NDArray[np.float64]:
    """Return by how much the logit falls without each square; predicted in batches, whatever event they are of."""
    falls = np.zeros(len(squares))
    for start in range(0, len(squares), size):
        piece = squares[start : start + size]
        event = piece[:, 0]
        occluded = {array: values[event] for array, values in inputs.items()}
        for row, square in enumerate(piece):
            occluded[name][row][grid.slices(square)] = 0
        falls[start : start + size] = before[event] - explained.values(occluded)[np.arange(len(piece)), which[event]]
    return falls
