"""Tail probabilities of the Poisson distribution, exact, as logarithms and as Gaussian standard deviations."""

from __future__ import annotations

import math

from numba import njit

_LOG_HALF = math.log(0.5)
_LOG_ROOT_2PI = 0.5 * math.log(2 * math.pi)
_MOST_TERMS = 1_000_000
_SMALL = 1e-9
_FAR = 30.0
"""Standard deviations beyond which the tail of a Gaussian is taken from its asymptotic series."""


@njit(cache=True)
def log_tail_above(n: float, mean: float) -> float:
    """Return ln P(N ≥ n) of a Poisson distribution; `n` is whole.

    Examples
    --------
    >>> round(math.exp(log_tail_above(1, 2.0)), 6), round(1 - math.exp(-2.0), 6)
    (0.864665, 0.864665)
    """
    if n <= 0:
        return 0.0
    if mean <= 0:
        return -math.inf
    if n <= mean:  # the series of the other side is the short one
        return math.log1p(-math.exp(_log_sum_below(n - 1, mean)))
    return _log_sum_above(n, mean)


@njit(cache=True)
def log_tail_below(n: float, mean: float) -> float:
    """Return ln P(N ≤ n) of a Poisson distribution; `n` is whole.

    Examples
    --------
    >>> round(log_tail_below(0, 75.0), 6)
    -75.0
    """
    if n < 0:
        return -math.inf
    if mean <= 0:
        return 0.0
    if n >= mean:
        return math.log1p(-math.exp(_log_sum_above(n + 1, mean)))
    return _log_sum_below(n, mean)


@njit(cache=True)
def _log_sum_above(n: float, mean: float) -> float:
    total, term, k = 1.0, 1.0, n + 1
    for _ in range(_MOST_TERMS):
        term *= mean / k
        total += term
        k += 1
        if term < _SMALL * total:
            break
    return -mean + n * math.log(mean) - math.lgamma(n + 1) + math.log(total)


@njit(cache=True)
def _log_sum_below(n: float, mean: float) -> float:
    total, term, k = 1.0, 1.0, n
    while k > 0:
        term *= k / mean
        total += term
        k -= 1
        if term < _SMALL * total:
            break
    return -mean + n * math.log(mean) - math.lgamma(n + 1) + math.log(total)


@njit(cache=True)
def sigma_of_log_p(log_p: float) -> float:
    """Return the z with ln P(Z ≥ z) = `log_p` of a standard Gaussian: negative for probabilities above one half.

    Examples
    --------
    >>> round(sigma_of_log_p(math.log(0.0013498980316301)), 6), round(sigma_of_log_p(-5000.0), 3)
    (3.0, 99.945)
    """
    if log_p >= 0:
        return -math.inf
    if log_p > _LOG_HALF:
        return -_sigma_above_zero(math.log(-math.expm1(log_p)))
    return _sigma_above_zero(log_p)


@njit(cache=True)
def _sigma_above_zero(log_p: float) -> float:
    """Solve for z by Newton's method, from the leading term of the asymptotic series."""
    z = math.sqrt(max(-2 * log_p - math.log(max(-4 * math.pi * log_p, 1.0)), 0.0))
    for _ in range(50):
        log_tail = log_gaussian_tail(z)
        step = (log_tail - log_p) / math.exp(-0.5 * z * z - _LOG_ROOT_2PI - log_tail)
        z += step
        if abs(step) < 1e-10 * (1 + z):
            break
    return z


@njit(cache=True)
def log_gaussian_tail(z: float) -> float:
    """Return ln P(Z ≥ z) of a standard Gaussian, for z however large."""
    if z < _FAR:
        return math.log(0.5 * math.erfc(z / math.sqrt(2.0)))
    inverse = 1 / (z * z)
    return -0.5 * z * z - math.log(z) - _LOG_ROOT_2PI + math.log1p(-inverse * (1 - 3 * inverse))
