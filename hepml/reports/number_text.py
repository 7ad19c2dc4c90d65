"""Numbers as a reader wants them: no more digits than the error allows."""

from __future__ import annotations

import math

MISSING = "–"
"""What stands for a number that is not there."""


def with_error(value: float, error: float) -> str:
    """Return ``value ± error`` with two significant digits of the error.

    Examples
    --------
    >>> with_error(0.900312, 0.002412), with_error(71.234, 3.94), with_error(1047.2, 94.1)
    ('0.9003 ± 0.0024', '71.2 ± 3.9', '1047 ± 94')
    >>> with_error(-0.0123, 0.0051), with_error(0.5, float("nan")), with_error(float("nan"), 1.0)
    ('−0.0123 ± 0.0051', '0.5', '–')
    """
    if not math.isfinite(value):
        return MISSING
    if not math.isfinite(error):
        return plain_number(value)
    if error <= 0:
        return f"{plain_number(value)} ± 0"
    decimals = _decimals(error)
    return f"{value:.{decimals}f} ± {error:.{decimals}f}".replace("-", "−")


def plain_number(value: float) -> str:
    """Return a number with four significant digits.

    Examples
    --------
    >>> plain_number(0.90031), plain_number(1234567.0), plain_number(3e-7)
    ('0.9003', '1.235e+06', '3e-07')
    """
    return f"{value:.4g}" if math.isfinite(value) else MISSING


def count(value: int | None) -> str:
    """Return a count with thin spaces between thousands.

    Examples
    --------
    >>> count(577), len(count(1048577)), count(None)
    ('577', 9, '–')
    """
    return MISSING if value is None else f"{value:,}".replace(",", "\u202f")


def p_value(value: float) -> str:
    """Return a p-value; a very small one as a limit, because its exact size means nothing.

    Examples
    --------
    >>> p_value(0.0213), p_value(1e-9), p_value(float("nan"))
    ('0.021', '< 1e-06', '–')
    """
    if not math.isfinite(value):
        return MISSING
    return "< 1e-06" if value < 1e-6 else f"{value:.2g}"


def duration(seconds: float | None) -> str:
    """Return a wall time in the unit that suits it.

    Examples
    --------
    >>> duration(7.26), duration(154.0), duration(7980.0), duration(None)
    ('7.3 s', '2.6 min', '2.2 h', '–')
    """
    if seconds is None or not math.isfinite(seconds):
        return MISSING
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _decimals(error: float) -> int:
    """Return how many decimals show two significant digits of `error`."""
    # Rounding may carry over to a further digit: 0.0996 has its two digits as 0.10.
    exponent = math.floor(math.log10(float(f"{error:.1e}")))
    return max(0, 1 - exponent)
