"""One pass over the scalar columns of a part: what its weights add up to, by class and bin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.datasets.reweighting import Binning
from hepml.datasets.weights import kept_rows, policy_weight, sized


@dataclass(frozen=True)
class WeightedRows:
    """Some rows of a part: class index (−1: none), signed physics weight, and spectators; all shape (n,)."""

    label: NDArray[np.int32]
    physics_weight: NDArray[np.float64]
    spectators: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Survey:
    """Counts and sums of a part.

    Attributes
    ----------
    n : array of int64, shape (n_classes + 1,)
        Rows that the negative-weight policy keeps, by class; the last entry has the rows without a label.
    sum_signed : array of float64, shape (n_classes + 1,)
        Σ of physics weights (with ``training="none"`` of their signs), of rows kept or not.
    sum_w2 : float
        Σ of the squares of these, of the rows kept.
    histogram : array of float64, shape (n_classes + 1, n_bins + 1)
        Σ of the weights after the policy, by class and bin; the last bin has the rows outside.
    """

    n: NDArray[np.int64]
    sum_signed: NDArray[np.float64]
    sum_w2: float
    histogram: NDArray[np.float64]

    def __add__(self, other: Survey) -> Survey:
        """Return the survey of both together."""
        return Survey(
            self.n + other.n,
            self.sum_signed + other.sum_signed,
            self.sum_w2 + other.sum_w2,
            self.histogram + other.histogram,
        )


def survey(
    pieces: Iterable[WeightedRows], *, binning: Binning, negative: str, n_classes: int, training: str = "physics"
) -> Survey:
    """Return the survey of all pieces, read one at a time.

    Parameters
    ----------
    pieces : iterable of WeightedRows
        All rows of the part.
    binning : Binning
        Of the kinematic reweighting.
    negative : str
        The negative-weight policy.
    n_classes : int
        Number of classes.
    training : str
        Whether training begins with the physics weights, or with their signs.
    """
    size = n_classes + 1
    zeros = np.zeros(size)
    result = Survey(np.zeros(size, dtype=np.int64), zeros, 0.0, np.zeros((size, binning.n_bins + 1)))
    for rows in pieces:
        result += _survey(rows, sized(rows.physics_weight, training), binning, negative, n_classes)
    return result


def _survey(rows: WeightedRows, given: NDArray[np.float64], binning: Binning, negative: str, n_classes: int) -> Survey:
    # A row without a label has −1, and is counted last.
    group = np.where(rows.label < 0, n_classes, rows.label).astype(np.int64)
    signed = np.bincount(group, weights=given, minlength=n_classes + 1)
    kept = kept_rows(given, negative)
    n_columns = binning.n_bins + 1
    cell = group * n_columns + binning.number(rows.spectators, n=len(group))
    weight = policy_weight(given[kept], negative)
    histogram = np.bincount(cell[kept], weights=weight, minlength=(n_classes + 1) * n_columns)
    return Survey(
        np.bincount(group[kept], minlength=n_classes + 1).astype(np.int64),
        signed.astype(np.float64),
        float(np.square(weight).sum()),
        histogram.astype(np.float64).reshape(n_classes + 1, n_columns),
    )
