"""The difference of the accuracies of two classifiers on the same events."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from hepml.errors import DatasetError
from hepml.evaluation.checks import check_lengths, check_weight
from hepml.evaluation.estimate import Estimate


def delta_accuracy(
    truth: ArrayLike, predicted: ArrayLike, other_predicted: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> Estimate:
    """Return accuracy(predicted) − accuracy(other_predicted) on the same events, with its paired error.

    Only events that one of them gets right and the other wrong count, as in McNemar's test (Psychometrika 12, 153):
    with d = 1 where the first is right alone, −1 where the other is and 0 elsewhere, δ = Σ w d / Σw and its variance is
    Σ w² (d − δ)² / (Σw)².

    Parameters
    ----------
    truth, predicted, other_predicted : array of int or bool, shape (n,)
        True class, and the class predicted by either, for the same events in the same order.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError
        The arrays differ in length.
    DatasetError
        Σw is not positive.

    Examples
    --------
    >>> change = delta_accuracy([0, 0, 1, 1], [0, 0, 1, 0], [0, 1, 0, 1])
    >>> change.value, round(change.error, 3)
    (0.25, 0.415)
    """
    arrays = {"truth": truth, "predicted": predicted, "other_predicted": other_predicted}
    true_class, one, other = (np.asarray(values) for values in arrays.values())
    weight = check_weight(sample_weight, n=len(true_class))
    check_lengths({"truth": true_class, "predicted": one, "other_predicted": other})
    total = float(weight.sum())
    if total <= 0:
        msg = f"a fraction needs a positive sum of weights, but the {len(weight)} weights sum to {total:.6g}"
        raise DatasetError(msg)
    difference = (one == true_class).astype(np.float64) - (other == true_class)
    value = float(weight @ difference) / total
    return Estimate(value, math.sqrt(np.square(weight) @ np.square(difference - value)) / total, "paired")
