"""A measured ratio, and the clock that makes one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


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


def seconds(work: Callable[[], object], *, clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the time of one call, by default on the wall."""
    start = clock()
    work()
    return clock() - start


def paired(
    first: Callable[[], object],
    second: Callable[[], object],
    *,
    n_pairs: int,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, float, float]:
    """Return the median ratio of times first / second, measured in turn, and both medians in seconds."""
    times = [(seconds(first, clock=clock), seconds(second, clock=clock)) for _ in range(n_pairs)]
    ratio = statistics.median(a / b for a, b in times)
    return ratio, statistics.median(a for a, _ in times), statistics.median(b for _, b in times)


def peak_mib() -> float:
    """Return the peak memory of this process so far; not ru_maxrss, which begins with the peak of the parent."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024
