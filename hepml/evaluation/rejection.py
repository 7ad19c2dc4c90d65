"""Background rejection, 1/ε_B, at a cut or at a signal efficiency."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from hepml.errors import RecipeError
from hepml.evaluation.checks import check_binary
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.fraction import weighted_fraction
from hepml.evaluation.roc import RocCurve, roc_curve
from hepml.evaluation.working_point import working_points


def rejection_at_signal_efficiency(
    truth: ArrayLike, score: ArrayLike, signal_efficiency: float, *, sample_weight: ArrayLike | None = None
) -> Estimate:
    """Return 1/ε_B at the cut that keeps a fraction ε_S of the signal, with an error that includes that of the cut.

    Where no background passes, the rejection is undefined (NaN, never infinite) and `method` states its lower limit at
    95% confidence, N_eff/3; likewise, without a limit, where negative weights make what passes sum to zero or less.
    Where the error is above some 20% (fewer than 25 effective background events pass), 1/ε_B is not linear over it and
    ± one error covers more than 68%: 74% at an error of 24%, where the interval of ε_B covers 68%.

    Parameters
    ----------
    truth : array of bool or 0/1, shape (n,)
        Whether the event is signal.
    score : array of float, shape (n,)
        Higher is more like signal.
    signal_efficiency : float
        ε_S, in (0, 1).
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    RecipeError
        ε_S is not inside (0, 1).
    ShapeError
        The arrays differ in length.
    DatasetError
        A score is NaN, or a class is empty or has Σw ≤ 0.

    Examples
    --------
    >>> rejection_at_signal_efficiency([1, 1, 0, 0], [0.9, 0.3, 0.5, 0.1], 0.75).value
    2.0
    """
    return rejection_of(roc_curve(truth, score, sample_weight=sample_weight), signal_efficiency)


def rejection_of(curve: RocCurve, signal_efficiency: float) -> Estimate:
    """Return 1/ε_B at a signal efficiency of a ROC curve; see `rejection_at_signal_efficiency`."""
    check_signal_efficiency(signal_efficiency)
    points = working_points(curve, [signal_efficiency])
    efficiency, error = float(points.background_efficiency[0]), float(points.background_efficiency_error[0])
    estimate = Estimate(efficiency, error, "binomial with the cut's fluctuation")
    signed = bool((np.diff(curve.background_efficiency) < 0).any())
    return _inverse(estimate, n_eff=curve.background_n_eff, signed=signed)


def rejection_at_threshold(
    truth: ArrayLike, score: ArrayLike, threshold: float, *, sample_weight: ArrayLike | None = None
) -> Estimate:
    """Return 1/ε_B of the fixed cut ``score ≥ threshold``.

    Without weights the error is (1/ε_B)^1.5 √((1 − ε_B)/N_B).  Parameters and errors are those of
    `rejection_at_signal_efficiency`.

    Examples
    --------
    >>> rejection_at_threshold([1, 0, 0], [0.9, 0.8, 0.2], 0.5).value
    2.0
    """
    sample = check_binary(truth, score, sample_weight)
    weight = sample.weight[~sample.truth]
    n_eff = float(weight.sum()) ** 2 / float(weight @ weight)
    efficiency = weighted_fraction(sample.score[~sample.truth] >= threshold, sample_weight=weight)
    return _inverse(efficiency, n_eff=n_eff, signed=bool((weight < 0).any()))


def check_signal_efficiency(signal_efficiency: float) -> None:
    """Raise a RecipeError unless a signal efficiency is inside (0, 1)."""
    if not 0 < signal_efficiency < 1:
        msg = f"a working point needs a signal efficiency between 0 and 1, found {signal_efficiency}"
        raise RecipeError(msg)


def _inverse(efficiency: Estimate, *, n_eff: float, signed: bool) -> Estimate:
    if efficiency.value > 0:
        return Estimate(1 / efficiency.value, efficiency.error / efficiency.value**2, efficiency.method)
    if signed:
        return undefined("the weights of the background that passes sum to zero or less")
    limit = n_eff / -math.log(0.05)
    return undefined(f"no background passes; above {limit:.4g} at 95% confidence")
