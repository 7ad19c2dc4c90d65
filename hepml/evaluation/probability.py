"""Scores judged as probabilities: Brier score and log loss."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import DatasetError, ShapeError
from hepml.evaluation.checks import check_finite, check_flags, check_indices, check_lengths
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.mean import weighted_mean

SMALLEST_PROBABILITY = float(np.finfo(np.float32).eps)
"""Models work in float32: a probability nearer to 0 or 1 than this is rounding, and its logarithm says nothing."""

_ROUNDING = 1e-4  # a softmax in float32, averaged over members, sums to 1 but for this


def brier_score_loss(
    truth: ArrayLike,
    probability: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    balanced_by: ArrayLike | None = None,
) -> Estimate:
    """Return the mean of (probability − truth)², with its error (G. W. Brier, Mon. Weather Rev. 78 (1950) 1).

    Parameters
    ----------
    truth : array of bool or 0/1, shape (n,)
        Whether the event is signal.
    probability : array of float, shape (n,)
        Of being signal, in [0, 1].
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.
    balanced_by : array of int, shape (n,), optional
        Class of each event: classes count the same, as they do for a model trained with balanced classes.

    Raises
    ------
    ShapeError
        The arrays differ in length.
    DatasetError
        A probability is NaN or outside [0, 1], or Σw is not positive.

    Examples
    --------
    >>> brier_score_loss([1, 1, 0, 0], [1.0, 0.5, 0.5, 0.0]).value
    0.125
    """
    signal = check_flags("truth", truth)
    score = check_probability(probability)
    check_lengths({"truth": signal, "probability": score})
    return weighted_mean(np.square(score - signal), sample_weight=sample_weight, balanced_by=balanced_by)


def log_loss(
    label: ArrayLike,
    probability: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    balanced_by: ArrayLike | None = None,
) -> Estimate:
    """Return the mean of −ln(probability of the true class), with its error.

    Probabilities are kept 1.2e-7 away from 0 and 1, the resolution of float32.

    Parameters
    ----------
    label : array of int, shape (n,)
        Class index; with two classes 1 is signal.
    probability : array of float, shape (n,) or (n, n_classes)
        Of being signal, or of each class.
    sample_weight, balanced_by
        As for `brier_score_loss`.

    Examples
    --------
    >>> round(log_loss([1, 0], [0.5, 0.5]).value, 4)
    0.6931
    """
    log_odds = log_odds_against_truth(label, probability)
    return weighted_mean(np.log1p(np.exp(log_odds).sum(axis=1)), sample_weight=sample_weight, balanced_by=balanced_by)


def log_odds_against_truth(label: ArrayLike, probability: ArrayLike) -> NDArray[np.float64]:
    """Return ln(p_k/p_true) of each class k that is not the true one, shape ``(n, n_classes − 1)``.

    −ln p_true = ln(1 + Σ_k p_k/p_true), where the probabilities of an event sum to 1.
    """
    columns = probability_columns(probability)
    true_class = check_indices("label", label, n_classes=columns.shape[1])
    check_lengths({"label": true_class, "probability": columns})
    logarithm = np.log(np.clip(columns, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY))
    others = np.ones(columns.shape, dtype=np.bool_)
    others[np.arange(len(columns)), true_class] = False
    of_truth = logarithm[~others][:, None]
    return np.asarray(logarithm[others].reshape(len(columns), -1) - of_truth)


def probability_columns(probability: ArrayLike) -> NDArray[np.float64]:
    """Return one column per class; a single probability is that of the second of two classes.

    Raises
    ------
    ShapeError, DatasetError
        What is given is neither.
    """
    array = np.asarray(probability, dtype=np.float64)
    if array.ndim == 1:
        signal = check_probability(array)
        return np.column_stack([1 - signal, signal])
    if array.ndim != 2 or array.shape[1] < 2:
        msg = f"probabilities must have shape (n,) or (n, n_classes), found {array.shape}: give one per class"
        raise ShapeError(msg)
    check_probability(array.reshape(-1))
    off = int((np.abs(array.sum(axis=1) - 1) > _ROUNDING).sum())
    if off:
        msg = f"probabilities of an event must sum to 1, but those of {off} of {len(array)} do not: apply a softmax"
        raise DatasetError(msg)
    return array


def check_probability(probability: ArrayLike) -> NDArray[np.float64]:
    """Return the probabilities as float64 of shape ``(n,)``, each in [0, 1], or raise."""
    array = check_finite("probability", probability)
    outside = int(((array < 0) | (array > 1)).sum())
    if outside:
        msg = f"probability must be in [0, 1], but {outside} of {len(array)} are not: apply a sigmoid to the score"
        raise DatasetError(msg)
    return array
