"""Whether a figure of merit is within its limit."""

from __future__ import annotations

from dataclasses import dataclass

UNCLEAR_WITHIN = 2.0
"""Standard errors from the limit within which a verdict may well be another one for other showers."""


@dataclass(frozen=True)
class Verdict:
    """One figure of one run against its limit.

    Attributes
    ----------
    run, name : str
        As in `Metric`.
    output, selection : str, optional
        As in `Metric`: the variable, and where it is worst.
    value, error : float
        The figure; it passes up to its limit.
    floor, floor_error : float
        The same of truth against truth; NaN where unknown.
    limit : float
        From the recipe.
    """

    run: str
    name: str
    output: str | None
    selection: str | None
    value: float
    error: float
    floor: float
    floor_error: float
    limit: float

    @property
    def passes(self) -> bool:
        """Whether the figure is within its limit; one that is NaN is not."""
        return self.value <= self.limit

    @property
    def clear(self) -> bool:
        """Whether it is `UNCLEAR_WITHIN` errors or more from the limit, on either side."""
        return not abs(self.value - self.limit) < UNCLEAR_WITHIN * self.error

    @property
    def in_words(self) -> str:
        """``pass`` or ``fail``, with a question mark where it is not clear.

        Examples
        --------
        >>> Verdict("vae", "separation", "depth", None, 0.04, 0.02, 0.0, 0.01, 0.05).in_words
        'pass ?'
        """
        return ("pass" if self.passes else "fail") + ("" if self.clear else " ?")
