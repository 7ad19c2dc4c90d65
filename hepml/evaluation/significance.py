"""Expected significance of a counting experiment: s/√b, s/√(s + b) and the approximate median significance."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import kl_div

from hepml.evaluation.estimate import Estimate, undefined

_SMALL = 1e-6  # s/b below which the logarithm has lost its digits, and AMS is s/√b to as many


@dataclass(frozen=True)
class Significance:
    """Significances and their errors, NaN where undefined; both shape ``(n,)``."""

    value: NDArray[np.float64]
    error: NDArray[np.float64]


@dataclass(frozen=True)
class Expected:
    """Expected events of n selections, with the errors of their Monte-Carlo estimates; all shape ``(n,)``."""

    signal: NDArray[np.float64]
    background: NDArray[np.float64]
    signal_error: NDArray[np.float64]
    background_error: NDArray[np.float64]


def approximate_median_significance(
    signal: float,
    background: float,
    *,
    signal_error: float = 0.0,
    background_error: float = 0.0,
    background_uncertainty_events: float = 10.0,
) -> Estimate:
    """Return AMS = √(2[(s + b + b_r) ln(1 + s/(b + b_r)) − s]).

    For b_r = 0 it is the median significance with which b alone is excluded, if there is signal (arXiv:1007.1727); b_r
    keeps selections with hardly any background from winning (Adam-Bourdarios et al., JMLR W&CP 42 (2015) 19).

    Parameters
    ----------
    signal, background : float
        Expected events s and b that pass.
    signal_error, background_error : float
        Their statistical errors (see `weighted_fraction`), independent of each other.
    background_uncertainty_events : float
        b_r, in events.

    Returns
    -------
    Estimate
        Undefined for s < 0, b < 0 or b + b_r = 0; `method` then says why.

    Examples
    --------
    >>> round(approximate_median_significance(212.85, 4345.09).value, 4)
    3.1996
    """
    if background == 0 and background_uncertainty_events == 0:
        return undefined("no background passes, and it has no uncertainty")
    if background < 0:
        return undefined(f"a background of {background:.4g} events passes")
    expected = _one(signal, background, signal_error, background_error)
    return _scalar(ams(expected, background_uncertainty_events=background_uncertainty_events), signal)


def s_over_sqrt_b(
    signal: float, background: float, *, signal_error: float = 0.0, background_error: float = 0.0
) -> Estimate:
    """Return s/√b, undefined for s < 0 or b ≤ 0; see `approximate_median_significance`.

    Examples
    --------
    >>> s_over_sqrt_b(6.0, 4.0, signal_error=1.0)
    Estimate(value=3.0, error=0.5, method='linear propagation')
    """
    if background <= 0:
        return undefined(f"a background of {background:.4g} events passes")
    return _scalar(over_sqrt_b(_one(signal, background, signal_error, background_error)), signal)


def s_over_sqrt_sb(
    signal: float, background: float, *, signal_error: float = 0.0, background_error: float = 0.0
) -> Estimate:
    """Return s/√(s + b), undefined for s < 0, b < 0 or s + b = 0; see `approximate_median_significance`.

    Examples
    --------
    >>> s_over_sqrt_sb(6.0, 3.0).value
    2.0
    """
    if background < 0:
        return undefined(f"a background of {background:.4g} events passes")
    if signal == background == 0:
        return undefined("nothing passes")
    return _scalar(over_sqrt_sb(_one(signal, background, signal_error, background_error)), signal)


def ams(expected: Expected, *, background_uncertainty_events: float) -> Significance:
    """Return the approximate median significance of each selection."""

    def slopes(
        s: NDArray[np.float64], b: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        total = b + background_uncertainty_events
        ratio, root = s / total, np.sqrt(total)
        small = ratio < _SMALL
        value = np.where(small, s / root, np.sqrt(2 * kl_div(s + total, total)))
        safe, log = np.where(small, 1.0, value), np.log1p(ratio)
        by_signal = np.where(small, 1 / root, log / safe)
        by_background = np.where(small, -s / (2 * root * total), (log - ratio) / safe)
        return value, by_signal, by_background

    allowed = (expected.background >= 0) & (expected.background + background_uncertainty_events > 0)
    return _propagated(slopes, expected, allowed)


def over_sqrt_b(expected: Expected) -> Significance:
    """Return s/√b of each selection."""
    return _propagated(lambda s, b: (s / np.sqrt(b), b**-0.5, -s / (2 * b**1.5)), expected, expected.background > 0)


def over_sqrt_sb(expected: Expected) -> Significance:
    """Return s/√(s + b) of each selection."""
    return _propagated(
        lambda s, b: (s / np.sqrt(s + b), (s + 2 * b) / (2 * (s + b) ** 1.5), -s / (2 * (s + b) ** 1.5)),
        expected,
        (expected.background >= 0) & (expected.signal + expected.background > 0),
    )


_Slopes = Callable[
    [NDArray[np.float64], NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
]


def _propagated(slopes: _Slopes, expected: Expected, allowed: NDArray[np.bool_]) -> Significance:
    """Return value and error from a function of s and b that gives the value and its derivatives by both."""
    value, error = np.full(len(allowed), np.nan), np.full(len(allowed), np.nan)
    chosen = allowed & (expected.signal >= 0)
    value[chosen], by_signal, by_background = slopes(expected.signal[chosen], expected.background[chosen])
    error[chosen] = np.hypot(
        by_signal * expected.signal_error[chosen], by_background * expected.background_error[chosen]
    )
    return Significance(value, error)


def _one(signal: float, background: float, signal_error: float, background_error: float) -> Expected:
    return Expected(*(np.array([float(value)]) for value in (signal, background, signal_error, background_error)))


def _scalar(significance: Significance, signal: float) -> Estimate:
    value = float(significance.value[0])
    if math.isnan(value):
        return undefined(f"a signal of {signal:.4g} events passes")
    return Estimate(value, float(significance.error[0]), "linear propagation")
