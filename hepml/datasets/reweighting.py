"""Kinematic reweighting: each class flat in given spectators, or distributed as another class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.errors import DatasetError

LARGEST_FACTOR = 100.0
"""No bin is raised by more than this, so that a handful of events does not rule the training."""


@dataclass(frozen=True)
class Binning:
    """Rectangular bins in some spectators; without any there is one bin for all.

    Attributes
    ----------
    edges : mapping of str to array of float64
        Spectator → increasing edges; bins are ``[low, high)``.
    """

    edges: Mapping[str, NDArray[np.float64]]

    @property
    def n_bins(self) -> int:
        """Number of bins."""
        return int(np.prod([len(edges) - 1 for edges in self.edges.values()], dtype=np.int64))

    @property
    def volumes(self) -> NDArray[np.float64]:
        """Product of the widths of each bin, shape (n_bins,)."""
        volumes = np.ones(1)
        for edges in self.edges.values():
            volumes = np.multiply.outer(volumes, np.diff(edges)).ravel()
        return volumes

    def number(self, spectators: Mapping[str, NDArray[np.float64]], *, n: int) -> NDArray[np.int64]:
        """Return the bin of each of n rows; ``n_bins`` for rows outside all bins and for NaN.

        Examples
        --------
        >>> binning = Binning({"pt": np.array([200.0, 250.0, 400.0])})
        >>> binning.number({"pt": np.array([200.0, 250.0, 400.0, np.nan])}, n=4).tolist()
        [0, 1, 2, 2]
        """
        number = np.zeros(n, dtype=np.int64)
        inside = np.ones(n, dtype=np.bool_)
        for name, edges in self.edges.items():
            place = np.searchsorted(edges, spectators[name], side="right") - 1
            inside &= (place >= 0) & (place < len(edges) - 1)
            number = number * (len(edges) - 1) + place
        return np.where(inside, number, self.n_bins)


def reweighting_factors(
    histogram: NDArray[np.float64], binning: Binning, *, reference: int | None = None
) -> NDArray[np.float64]:
    """Return the factor of each class and bin that makes a class flat, or distributed as `reference`.

    Flat means a constant density: the content of a bin becomes proportional to its volume.  The Σw of each class inside
    the bins stays as it is.  Rows outside the bins, and bins in which a class has no positive Σw, get the factor 1;
    where the reference is empty the factor is 0.  A bin is raised by `LARGEST_FACTOR` at most, and what the class then
    lacks of its Σw is given to all its bins in proportion.

    Parameters
    ----------
    histogram : array of float64, shape (n_classes, n_bins + 1)
        Σw of each class and bin in the training part; the last column has the rows outside.
    binning : Binning
        What the bins are.
    reference : int, optional
        The class to match; None: flat.

    Returns
    -------
    array of float64, shape (n_classes, n_bins + 1)

    Raises
    ------
    DatasetError
        The reference, or all of it that overlaps with a class, is empty.

    Examples
    --------
    >>> reweighting_factors(np.array([[3.0, 1.0, 5.0]]), Binning({"pt": np.array([0.0, 1.0, 2.0])})).round(3).tolist()
    [[0.667, 2.0, 1.0]]
    """
    inside = histogram[:, :-1]
    filled = inside > 0
    wanted = binning.volumes if reference is None else np.clip(inside[reference], 0.0, None)
    target = np.where(filled, wanted, 0.0)
    content = np.where(filled, inside, 0.0)
    if bool(np.any(filled.any(axis=1) & (target.sum(axis=1) <= 0))):
        msg = (
            "weights.reweight: the class to match has no events in the bins that another class fills: "
            "choose bins that both fill"
        )
        raise DatasetError(msg)
    ratio = np.divide(_unit_rows(target), _unit_rows(content), out=np.ones_like(content), where=filled)
    ratio = np.minimum(ratio, LARGEST_FACTOR)
    kept = np.sum(_unit_rows(content) * ratio, axis=1, keepdims=True)
    ratio = np.divide(ratio, kept, out=ratio.copy(), where=filled & (kept > 0))
    return np.concatenate([ratio, np.ones((len(ratio), 1))], axis=1)


def _unit_rows(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each row divided by its sum; rows without one stay as they are."""
    total = values.sum(axis=1, keepdims=True)
    return np.divide(values, total, out=values.copy(), where=total > 0)
