"""How many cells of which energy a shower has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import ShapeError
from hepml.evaluation.binning import bin_index
from hepml.evaluation.checks import check_finite, check_lengths, check_weight
from hepml.evaluation.mean import class_shares, standard_error


@dataclass(frozen=True)
class CellSpectrum:
    """Mean number of cells of a shower in bins of their energy, with errors from shower to shower; all shape (k,)."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    cells: NDArray[np.float64]
    error: NDArray[np.float64]


def cell_spectrum(
    energy: ArrayLike, counts: ArrayLike, edges: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> CellSpectrum:
    """Return the spectrum of the energies of cells.

    Cells of a shower are not independent, so that errors are those of means over showers, not of counts of cells.

    Parameters
    ----------
    energy : array of float, shape (n_cells,)
        Of the cells of all showers, one shower after another, in GeV.
    counts : array of int, shape (n,)
        Cells of each shower.
    edges : array of float, shape (k + 1,)
        Increasing; what is outside is left out.
    sample_weight : array of float, shape (n,), optional
        Signed weights of showers; None: all 1.

    Raises
    ------
    ShapeError
        The counts do not sum to the number of cells.
    DatasetError
        An energy is NaN, or Σw is not positive.

    Examples
    --------
    >>> found = cell_spectrum([1.0, 1.5, 3.0, 1.0], [3, 1], [0, 2, 4])
    >>> found.cells.tolist(), found.error.tolist()
    ([1.5, 0.5], [0.5, 0.5])
    """
    values, numbers, limits = check_finite("energy", energy), np.asarray(counts, np.int64), np.asarray(edges, float)
    weight = check_weight(sample_weight, n=len(numbers))
    check_lengths({"counts": numbers, "sample_weight": weight})
    if numbers.sum() != len(values):
        msg = f"counts sum to {numbers.sum()} for {len(values)} cells: give the cells of all showers, and of no other"
        raise ShapeError(msg)
    n_bins = len(limits) - 1
    place, shower = bin_index(values, limits), np.repeat(np.arange(len(numbers)), numbers)
    inside = place >= 0
    flat = np.bincount(shower[inside] * n_bins + place[inside], minlength=len(numbers) * n_bins)
    table, share = flat.reshape(len(numbers), n_bins).astype(np.float64), class_shares(weight, None)
    errors = np.array([standard_error(column, share) for column in table.T])
    return CellSpectrum(limits[:-1], limits[1:], share @ table, errors)
