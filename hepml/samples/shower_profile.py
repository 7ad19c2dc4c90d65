"""How deep a shower deposits its energy: GFLASH's longitudinal profile and its fluctuations (hep-ex/0001020), compiled.

The profile is f(t) = (βt)^(α−1) β e^(−βt) / Γ(α), t in radiation lengths, with its maximum at T = (α−1)/β.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

_PRECISION = 1e-12
_LEAST_ALPHA = 1.0


@njit(cache=True)
def typical_shape(log_y: float, z: float) -> tuple[float, float]:
    """Return T (in X0) and α of a shower without fluctuations; `log_y` is ln(E/E_c).

    Examples
    --------
    10 GeV in lead:

    >>> t, alpha = typical_shape(math.log(10 / 0.00736), 82)
    >>> round(t, 3), round(alpha, 3)
    (6.402, 4.313)
    """
    return log_y - 0.812, 0.81 + (0.458 + 2.26 / z) * log_y


@njit(cache=True)
def shape_widths(log_y: float) -> tuple[float, float, float]:
    """Return the standard deviations of ln T and ln α, and their correlation."""
    return 1 / (-1.4 + 1.26 * log_y), 1 / (-0.58 + 0.86 * log_y), 0.705 - 0.023 * log_y


@njit(cache=True)
def draw_shape(log_y: float, z: float, rng: Any) -> tuple[float, float]:
    """Draw T and α, whose logarithms are normal and correlated; α ≤ 1, without a maximum, is drawn again."""
    t, alpha = typical_shape(log_y, z)
    t_width, alpha_width, correlation = shape_widths(log_y)
    while True:
        one, other = rng.standard_normal(), rng.standard_normal()
        drawn = alpha * math.exp(alpha_width * (correlation * one + math.sqrt(1 - correlation**2) * other))
        if drawn > _LEAST_ALPHA:
            return t * math.exp(t_width * one), drawn


@njit(cache=True)
def spot_shape(t: float, alpha: float, z: float) -> tuple[float, float]:
    """Return T and α of the profile of the number of energy spots; those of the energy where it has no maximum."""
    spot_alpha = alpha * (0.639 + 0.00334 * z)
    if spot_alpha <= _LEAST_ALPHA:
        return t, alpha
    return t * (0.698 + 0.00212 * z), spot_alpha


@njit(cache=True)
def n_spots(energy_gev: float, z: float) -> float:
    """Return the number of energy spots of a shower."""
    return 93 * math.log(z) * energy_gev**0.876


@njit(cache=True)
def share_before(depth_x0: float, t: float, alpha: float) -> float:
    """Return the share of the energy before a depth: the incomplete gamma function P(α, βt).

    Examples
    --------
    >>> round(share_before(10.0, 6.403, 4.313), 3), share_before(0.0, 6.403, 4.313)
    (0.708, 0.0)
    """
    x = depth_x0 * (alpha - 1) / t
    if x <= 0:
        return 0.0
    front = math.exp(alpha * math.log(x) - x - math.lgamma(alpha))
    if x < alpha + 1:
        return front * _series(alpha, x)
    return 1 - front * _fraction(alpha, x)


@njit(cache=True)
def _series(alpha: float, x: float) -> float:
    term = total = 1 / alpha
    n = alpha
    while term > _PRECISION * total:
        n += 1
        term *= x / n
        total += term
    return total


@njit(cache=True)
def _fraction(alpha: float, x: float) -> float:
    """Return the continued fraction of Q(α, x), from its front on, by Lentz's method."""
    b = x + 1 - alpha
    c, d = 1e300, 1 / b
    value, change, i = d, 0.0, 0
    while abs(change - 1) > _PRECISION:
        i += 1
        a = -i * (i - alpha)
        b += 2
        d = 1 / (a * d + b)
        c = b + a / c
        change = c * d
        value *= change
    return value
