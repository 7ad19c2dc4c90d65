"""The confusion matrix, as yields and as fractions of true and of predicted classes, with errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.checks import check_indices, check_lengths, check_weight
from hepml.evaluation.fraction import fraction_variance


@dataclass(frozen=True)
class Fractions:
    """Fractions and binomial errors, NaN where the whole is not positive; both shape ``(n_classes, n_classes)``."""

    value: NDArray[np.float64]
    error: NDArray[np.float64]


@dataclass(frozen=True)
class ConfusionMatrix:
    """Σw and Σw² by true class (row) and predicted class (column); both shape ``(n_classes, n_classes)``."""

    sum_w: NDArray[np.float64]
    sum_w2: NDArray[np.float64]

    @property
    def efficiency(self) -> Fractions:
        """Share of each predicted class among the events of a true class: rows sum to 1."""
        return _fractions(self.sum_w, self.sum_w2)

    @property
    def purity(self) -> Fractions:
        """Share of each true class among the events of a predicted class: columns sum to 1."""
        columns = _fractions(self.sum_w.T, self.sum_w2.T)
        return Fractions(columns.value.T, columns.error.T)


def confusion_matrix(
    truth: ArrayLike, predicted: ArrayLike, *, n_classes: int, sample_weight: ArrayLike | None = None
) -> ConfusionMatrix:
    """Sum the weights of events by true and predicted class.

    Parameters
    ----------
    truth, predicted : array of int, shape (n,)
        Class indices, in ``[0, n_classes)``.
    n_classes : int
        Number of classes; one without events has a row of zeros.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError
        The arrays differ in length.
    DatasetError
        An index is out of range.

    Examples
    --------
    >>> matrix = confusion_matrix([0, 0, 1, 1], [0, 1, 1, 1], n_classes=2)
    >>> matrix.sum_w.tolist(), matrix.efficiency.value.tolist()
    ([[1.0, 1.0], [0.0, 2.0]], [[0.5, 0.5], [0.0, 1.0]])
    """
    rows = check_indices("truth", truth, n_classes=n_classes)
    columns = check_indices("predicted", predicted, n_classes=n_classes)
    weight = check_weight(sample_weight, n=len(rows))
    check_lengths({"truth": rows, "predicted": columns, "sample_weight": weight})
    cell, n_cells = rows * n_classes + columns, n_classes**2
    sums = [np.bincount(cell, weights=values, minlength=n_cells) for values in (weight, np.square(weight))]
    sum_w, sum_w2 = (np.reshape(values, (n_classes, n_classes)).astype(np.float64) for values in sums)
    return ConfusionMatrix(sum_w, sum_w2)


def _fractions(sum_w: NDArray[np.float64], sum_w2: NDArray[np.float64]) -> Fractions:
    """Normalise rows to 1."""
    value, error = np.full(sum_w.shape, np.nan), np.full(sum_w.shape, np.nan)
    for row in np.flatnonzero(sum_w.sum(axis=1) > 0):
        total = float(sum_w[row].sum())
        value[row] = sum_w[row] / total
        variance = fraction_variance(value[row], sum_w2[row], all_w2=float(sum_w2[row].sum()), all_w=total)
        error[row] = np.sqrt(variance)
    return Fractions(value, error)
