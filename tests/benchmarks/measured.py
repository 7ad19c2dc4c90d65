"""A measured ratio, and the clock that makes one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """One row of the table.

    Attributes
    ----------
    what, against : str
        Numerator and denominator.
    value : float
        The ratio.
    limit : float
        What it must not pass; None: for information.
    above : bool
        Whether it must stay above the limit instead.
    aim, note : str
        What we aim at, and absolute figures.
    """

    what: str
    against: str
    value: float
    limit: float | None
    above: bool = False
    aim: str = ""
    note: str = ""

    @property
    def holds(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.above else self.value <= self.limit

    @property
    def limit_text(self) -> str:
        if self.limit is None:
            return "–"
        return f"{'≥' if self.above else '≤'} {self.limit:g}"


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def paired(first: Callable[[], object], second: Callable[[], object], *, n_pairs: int) -> tuple[float, float, float]:
    """Return the median ratio of wall times first / second, measured in turn, and both medians in seconds."""
    times = [(seconds(first), seconds(second)) for _ in range(n_pairs)]
    ratio = statistics.median(a / b for a, b in times)
    return ratio, statistics.median(a for a, _ in times), statistics.median(b for _, b in times)
