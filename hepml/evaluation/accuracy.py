"""The fraction of events whose class is predicted rightly."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from hepml.evaluation.checks import check_lengths
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.fraction import weighted_fraction


def accuracy_score(truth: ArrayLike, predicted: ArrayLike, *, sample_weight: ArrayLike | None = None) -> Estimate:
    """Return the weighted fraction of events with ``predicted == truth``, with its binomial error.

    Parameters
    ----------
    truth, predicted : array of int or bool, shape (n,)
        True and predicted class; for two classes ``predicted`` is ``score >= threshold``.
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
    >>> accuracy_score([0, 1, 2, 2], [0, 1, 2, 1]).value
    0.75
    """
    true_class, predicted_class = np.asarray(truth), np.asarray(predicted)
    check_lengths({"truth": true_class, "predicted": predicted_class})
    return weighted_fraction(true_class == predicted_class, sample_weight=sample_weight)
