"""Temperature scaling: one number that makes scores less, or more, sure of themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, softmax

from hepml.evaluation.checks import check_weight
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.mean import class_shares, standard_error
from hepml.evaluation.probability import SMALLEST_PROBABILITY, log_odds_against_truth, probability_columns

LIMITS = (0.01, 100.0)
"""Where a temperature is looked for; a sample that the scores separate perfectly has none and ends at the lower one."""
_NEAR = 0.01  # of ln T: where the last steps begin


@dataclass(frozen=True)
class TemperatureCalibration:
    """Probabilities with their logarithms divided by a temperature and made to sum to 1 again.

    Attributes
    ----------
    temperature : Estimate
        Above 1: the scores were too sure of themselves.
    """

    temperature: Estimate

    def apply(self, probability: ArrayLike) -> NDArray[np.float64]:
        """Return the calibrated probabilities in the shape they have, ``(n,)`` or ``(n, n_classes)``."""
        columns = np.clip(probability_columns(probability), SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
        scaled = softmax(np.log(columns) / self.temperature.value, axis=1)
        return np.asarray(scaled[:, 1] if np.ndim(probability) == 1 else scaled)


def fit_temperature(
    label: ArrayLike,
    probability: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    balanced_by: ArrayLike | None = None,
) -> TemperatureCalibration:
    """Find the temperature with the smallest weighted log loss (arXiv:1706.04599).

    With negative weights it is the smallest signed sum, which is a minimum where the weights of each region sum to
    something positive.  The error is that of a maximum-likelihood estimate with weights, from Σw²(dL/dβ)² and
    Σw d²L/dβ² with β = 1/T (arXiv:1911.01303).

    Parameters
    ----------
    label : array of int, shape (n,)
        Class index, with two classes 1 for signal; of events that are not used to judge the result.
    probability : array of float, shape (n,) or (n, n_classes)
        Of being signal, or of each class.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.
    balanced_by : array of int, shape (n,), optional
        Class of each event: classes count the same.

    Raises
    ------
    ShapeError, DatasetError
        The arrays differ in length, Σw is not positive, or a probability is outside [0, 1].

    Examples
    --------
    >>> sure = [0.9] * 6 + [0.1] * 6  # right in four of six: the logarithm of the odds should be ln 2, not ln 9
    >>> fit = fit_temperature([1, 1, 1, 1, 0, 0] + [0, 0, 0, 0, 1, 1], sure)
    >>> round(fit.temperature.value, 2), fit.apply(sure)[:1].round(2).tolist()
    (3.17, [0.67])
    """
    odds = log_odds_against_truth(label, probability)
    weight = check_weight(sample_weight, n=len(odds))
    share = class_shares(weight, balanced_by)
    value = _minimum(odds, share)
    slope, curvature = _derivatives(1 / value, odds, share)
    error = math.nan
    if curvature > 0:
        error = value**2 * standard_error(slope, share, balanced_by=balanced_by) / curvature
    return TemperatureCalibration(Estimate(value, error, "maximum likelihood"))


def _minimum(odds: NDArray[np.float64], share: NDArray[np.float64]) -> float:
    low, high = (math.log(limit) for limit in LIMITS)
    found = minimize_scalar(
        lambda log_temperature: float(share @ _surprise(odds * math.exp(-log_temperature))),
        bounds=(low, high),
        method="bounded",
        options={"xatol": _NEAR},
    )
    if not low + 2 * _NEAR < found.x < high - 2 * _NEAR:
        return LIMITS[0] if found.x < 0 else LIMITS[1]
    inverse = math.exp(-float(found.x))
    for _ in range(2):  # Newton's steps from there are cheaper than ever smaller intervals
        slope, curvature = _derivatives(inverse, odds, share)
        step = float(share @ slope) / curvature if curvature > 0 else 0.0
        inverse -= step if abs(step) < 5 * _NEAR * inverse else 0.0
    return 1 / inverse


def _surprise(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return −ln p of the true class, shape ``(n,)``."""
    if odds.shape[1] == 1:  # ten times as fast as the general formula
        return np.asarray(np.logaddexp(0.0, odds[:, 0]))
    return np.asarray(np.logaddexp(0.0, logsumexp(odds, axis=1)))


def _derivatives(
    inverse: float, odds: NDArray[np.float64], share: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return the derivative of each event's log loss by 1/T, and the weighted mean of the second one."""
    scaled = odds * inverse
    probability = np.exp(scaled - _surprise(scaled)[:, None])
    slope = (probability * odds).sum(axis=1)
    return slope, float(share @ ((probability * odds**2).sum(axis=1) - slope**2))
