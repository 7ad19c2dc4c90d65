"""One variable of two samples in common bins, none of which is left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import DatasetError
from hepml.evaluation.binning import bin_index, bin_sums
from hepml.evaluation.checks import check_finite, check_lengths, check_weight


@dataclass(frozen=True)
class Shares:
    """A histogram of a sample over its sum, with what is below and above all bins at its ends; both of shape (k + 2,).

    Attributes
    ----------
    share : array of float64
        Σw of the bin over Σw.
    squares : array of float64
        Σw² of the bin over (Σw)²; they sum to 1/N_eff.
    """

    share: NDArray[np.float64]
    squares: NDArray[np.float64]

    @property
    def variance(self) -> NDArray[np.float64]:
        """Variance of each share: p(1 − p)/N without weights."""
        return (1 - 2 * self.share) * self.squares + self.share**2 * self.squares.sum()


def shares_in_bins(values: ArrayLike, edges: ArrayLike, *, sample_weight: ArrayLike | None = None) -> Shares:
    """Return the shares of a sample in bins, what lies below and above them in two bins of its own.

    Parameters
    ----------
    values : array of float, shape (n,)
        Finite.
    edges : array of float, shape (k + 1,)
        Increasing.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError
        Values and weights differ in length.
    RecipeError
        The edges do not rise.
    DatasetError
        A value is NaN or infinite, or Σw is not positive.

    Examples
    --------
    >>> shares_in_bins([-7.0, 0.5, 1.5, 2.0], [0, 1, 2]).share.tolist()
    [0.25, 0.25, 0.5, 0.0]
    """
    array, limits = check_finite("values", values), np.asarray(edges, dtype=np.float64)
    weight = check_weight(sample_weight, n=len(array))
    check_lengths({"values": array, "sample_weight": weight})
    total = float(weight.sum())
    if total <= 0:
        msg = f"a histogram of unit area needs a positive sum of weights, but {len(array)} weights sum to {total:.6g}"
        raise DatasetError(msg)
    inside = bin_index(array, limits)
    place = np.where(inside >= 0, inside + 1, np.where(array < limits[0], 0, len(limits)))
    contents = (weight / total, np.square(weight / total))
    return Shares(*(bin_sums(place, content, len(limits) + 1) for content in contents))
