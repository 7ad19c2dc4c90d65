"""Scores and flags in a line, for tests of monitoring."""

from __future__ import annotations

import numpy as np

from hepml.contracts import LumiFlag, LumiScore, Threshold

SHAPE = (12, 60)


def cells(*places: tuple[int, int]) -> np.ndarray:
    """Return [row, column] as row × columns + column."""
    return np.array(sorted(row * SHAPE[1] + column for row, column in places), np.int32)


def a_score(lumi: int, score: float, *places: tuple[int, int], run: int = 33, histogram: str = "muon", enough=True):
    """Return the score of a lumisection."""
    return LumiScore(run, lumi, histogram, SHAPE, score, enough, 1000.0, cells(*places))


def a_flag(lumi: int, status: str, *places, run: int = 33, histogram: str = "muon", score: float = 9.0, entries=1e3):
    """Return the flag of a lumisection."""
    return LumiFlag(run, lumi, histogram, SHAPE, score, 5.0, status, entries, cells(*places))


def a_threshold(value: float = 5.0, histogram: str = "muon") -> Threshold:
    """Return a threshold."""
    return Threshold(histogram, value, value - 1, value + 1, 0.01, 0.01, 0.005, 0.02, 999, "order statistic")
