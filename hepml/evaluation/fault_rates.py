"""False alarms and efficiencies of a cut on a score, with errors that hold for few lumisections too."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hepml.evaluation.estimate import Estimate, undefined

Floats = NDArray[np.float64]


def share_above(scores: Floats, threshold: float) -> Estimate:
    """Return the share of scores at or above a threshold.

    Its error is that of one success and one failure more than were found, so that it is not 0 where all agree.

    Examples
    --------
    >>> found = share_above(np.array([1.0, 2.0, 3.0, 4.0]), 2.5)
    >>> found.value, round(found.error, 4)
    (0.5, 0.25)
    """
    if not len(scores):
        return undefined("there is no lumisection")
    passed = int(np.count_nonzero(scores >= threshold))
    return Estimate(passed / len(scores), _binomial_error(passed, len(scores)), "binomial")


def false_alarm_rate_at(good: Floats, bad: Floats, efficiency: float) -> Estimate:
    """Return the share of good lumisections above the highest cut that a share `efficiency` of bad ones passes.

    The error is that of the share, and that of the cut: it moves by what the share changes over one standard deviation
    of the efficiency.

    Examples
    --------
    >>> false_alarm_rate_at(np.arange(100.0), np.arange(95.0, 105.0), 0.75).value
    0.03
    """
    if not len(good) or not len(bad):
        return undefined("there is no good or no bad lumisection")
    ordered = np.sort(bad)[::-1]

    def rate(at: float) -> float:
        index = min(max(math.ceil(at * len(bad)), 1), len(bad)) - 1
        return float(np.mean(good >= ordered[index]))

    spread = math.sqrt(efficiency * (1 - efficiency) / len(bad))
    of_cut = 0.5 * (rate(efficiency + spread) - rate(efficiency - spread))
    found = rate(efficiency)
    own = _binomial_error(round(found * len(good)), len(good))
    return Estimate(found, math.hypot(own, of_cut), "binomial with the cut's fluctuation")


def efficiency_at(good: Floats, bad: Floats, rate: float) -> Estimate:
    """Return the share of bad lumisections above the cut that a share `rate` of good ones passes, at most.

    Examples
    --------
    >>> efficiency_at(np.arange(100.0), np.array([98.0, 98.5, 120.0]), 0.01).value
    0.6666666666666666
    """
    if not len(good) or not len(bad):
        return undefined("there is no good or no bad lumisection")
    threshold = threshold_at(good, rate)
    found = share_above(bad, threshold)
    near = [threshold_at(good, max(rate + sign * math.sqrt(rate * (1 - rate) / len(good)), 0.0)) for sign in (1, -1)]
    of_cut = 0.5 * (share_above(bad, near[0]).value - share_above(bad, near[1]).value)
    return Estimate(found.value, math.hypot(found.error, of_cut), "binomial with the cut's fluctuation")


def threshold_at(good: Floats, rate: float) -> float:
    """Return the lowest cut that at most a share `rate` of good scores is at or above.

    Examples
    --------
    >>> float(threshold_at(np.arange(100.0), 0.01)) > 98, float(threshold_at(np.arange(100.0), 0.01)) <= 99
    (True, True)
    """
    passing = math.floor(rate * len(good) + 1e-9)
    ordered = np.sort(good)[::-1]
    return float(np.nextafter(ordered[passing], np.inf)) if passing < len(good) else -math.inf


def _binomial_error(passed: int, n: int) -> float:
    share = (passed + 1) / (n + 2)
    return math.sqrt(share * (1 - share) / n)
