"""A number with its uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A figure of merit, its uncertainty and how that was found.

    Attributes
    ----------
    value : float
        NaN where undefined; `method` then says why.
    error : float
        One standard deviation, NaN where undefined.
    method : str
        How the error was found: ``"delong"``, ``"binomial"``, …; else ``"undefined: <reason>"``.
    """

    value: float
    error: float
    method: str

    @property
    def defined(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.value)


def undefined(reason: str) -> Estimate:
    """Return the estimate of something that cannot be computed.

    Examples
    --------
    >>> undefined("no background events").method
    'undefined: no background events'
    """
    return Estimate(math.nan, math.nan, f"undefined: {reason}")
