"""Counts per cell as they are given, checked and brought to one binning."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError
from hepml.representations.ragged import column, flat_column

COUNTS, EXPOSURE = "counts", "exposure"
MOST_COUNT = 2**32 - 1


def given_counts(columns: ak.Array, shape: tuple[int, int]) -> NDArray[np.uint32]:
    """Return the column ``counts``, one list of rows per example, in the wanted binning.

    Raises
    ------
    ShapeError
        It is absent or has another form, a count is no whole number from 0 on, or the binning does not fit.
    """
    given = column(columns, COUNTS)
    try:
        values = np.asarray(ak.to_numpy(ak.to_regular(given, axis=None), allow_missing=False))
    except (ValueError, TypeError):
        values = np.zeros(0)
    if values.ndim != 3 or values.dtype.kind not in "biuf":
        found = given.layout.form.type
        msg = f"column {COUNTS!r} must hold one map of numbers per example, rows of equal lengths, found {found}"
        raise ShapeError(msg)
    return whole_counts(rebinned(values, shape))


def whole_counts(values: NDArray[Any]) -> NDArray[np.uint32]:
    """Return counts as whole numbers.

    Raises
    ------
    ShapeError
        One is NaN, negative, too large or not whole: what is no count has no Poisson error.
    """
    values = values.astype(np.float64) if values.dtype.kind == "f" else values
    with np.errstate(invalid="ignore"):
        bad = ~((values >= 0) & (values <= MOST_COUNT) & (values == np.floor(values)))
    if bad.any():
        place = np.unravel_index(int(np.argmax(bad)), values.shape)
        where = ", ".join(map(str, place[-2:]))
        msg = (
            f"a map has {np.count_nonzero(bad)} cells without a count, the first is {values[place]:g} in cell [{where}]"
            ": counts are whole numbers from 0 on; weighted sums and averages are no occupancy"
        )
        raise ShapeError(msg)
    return values.astype(np.uint32)


def rebinned(values: NDArray[Any], shape: tuple[int, int]) -> NDArray[Any]:
    """Return maps in a coarser binning: each cell is the sum of the cells in it.

    Parameters
    ----------
    values : array, shape (n, rows, columns)
        Finer maps, or such of the wanted shape.
    shape : (int, int)
        Wanted rows and columns.

    Raises
    ------
    ShapeError
        The cells of the one are not whole numbers of cells of the other.

    Examples
    --------
    >>> rebinned(np.arange(8).reshape(1, 2, 4), (1, 2)).tolist()
    [[[10, 18]]]
    """
    n, *found = values.shape
    if tuple(found) == shape:
        return values
    if any(size == 0 or size % wanted for size, wanted in zip(found, shape, strict=True)):
        msg = (
            f"a map of {found[0]} × {found[1]} bins cannot be summed to {shape[0]} × {shape[1]} cells exactly: give "
            "maps of this binning, or of one that it divides"
        )
        raise ShapeError(msg)
    blocks = values.reshape(n, shape[0], found[0] // shape[0], shape[1], found[1] // shape[1])
    whole = blocks.astype(np.int64) if values.dtype.kind in "biu" else blocks
    return np.asarray(whole.sum(axis=(2, 4)))


def given_exposure(columns: ak.Array) -> NDArray[np.float32]:
    """Return the column ``exposure``; NaN where it is not known.

    Raises
    ------
    ShapeError
        It is absent, of another form, negative or infinite.
    """
    exposure = flat_column(columns, EXPOSURE, fill=float("nan")).astype(np.float32)
    bad = (exposure < 0) | np.isinf(exposure)
    if bad.any():
        msg = f"column {EXPOSURE!r} holds {exposure[np.argmax(bad)]:g}: luminosities are 0 or more, NaN where unknown"
        raise ShapeError(msg)
    return exposure
