"""Which runs a flagged one is compared with: good ones, near in time, of similar luminosity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from hepml.contracts import LumiFlag

MOST_DIFFERENT = 2.0
"""Factor between the entries per lumisection of two runs that are similar."""

LEAST_GOOD = 0.5
"""Fraction of a run's lumisections that must be good."""


@dataclass(frozen=True)
class RunQuality:
    """What is known of a histogram in a run: fraction of good lumisections, and median entries of one."""

    run: int
    good: float
    entries: float


def run_qualities(flags: Iterable[LumiFlag]) -> dict[str, dict[int, RunQuality]]:
    """Return, by histogram and run, the fraction of good lumisections and the median of their entries."""
    by_run: dict[tuple[str, int], list[LumiFlag]] = {}
    for flag in flags:
        by_run.setdefault((flag.histogram, flag.run), []).append(flag)
    found: dict[str, dict[int, RunQuality]] = {}
    for (histogram, run), here in by_run.items():
        good = sum(flag.status == "good" for flag in here) / len(here)
        entries = float(np.median([flag.entries for flag in here]))
        found.setdefault(histogram, {})[run] = RunQuality(run, good, entries)
    return found


def reference_runs(run: RunQuality, others: Iterable[RunQuality], *, n: int = 1) -> tuple[int, ...]:
    """Return the runs to compare with, the nearest first; empty where no good run is similar.

    A run that is mostly good is its own first reference.

    Parameters
    ----------
    run : RunQuality
        Of the flagged run.
    others : iterable of RunQuality
        Of all runs, in any order.
    n : int
        How many, at most.

    Examples
    --------
    >>> runs = [RunQuality(1, 1.0, 100.0), RunQuality(2, 1.0, 10.0), RunQuality(4, 0.2, 90.0)]
    >>> reference_runs(runs[2], runs)
    (1,)
    """
    similar = [
        other
        for other in others
        if other.good >= LEAST_GOOD
        and min(other.entries, run.entries) * MOST_DIFFERENT >= max(other.entries, run.entries)
        and max(other.entries, run.entries) > 0
    ]
    nearest = sorted(similar, key=lambda other: (abs(other.run - run.run), other.run))
    return tuple(other.run for other in nearest[:n])
