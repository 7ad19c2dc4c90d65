"""The score above which a lumisection is bad: a quantile of held-out good ones, and how well they fix it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, binom

from hepml.contracts import Threshold
from hepml.errors import DatasetError

_LOW, _HIGH = 0.15865525393145707, 0.8413447460685429
_TAIL_FRACTION, _LEAST_TAIL = 0.1, 20


def find_threshold(
    scores: NDArray[np.float64], *, histogram: str, false_alarm_rate: float, extrapolate: bool = False
) -> Threshold:
    """Return the threshold that flags a good lumisection with the wanted probability.

    With the k-th largest of n scores as threshold, the rate of false alarms follows Beta(k, n − k + 1), whatever the
    distribution of the scores: its mean is k / (n + 1).  The largest k is taken whose mean is not above the wanted
    rate.  Where even the largest score gives more, that score is the threshold and `method` says so.

    Parameters
    ----------
    scores : array of float, shape (n,)
        Of good lumisections that no model was trained on; NaN are left out.
    histogram : str
        For the threshold and for errors.
    false_alarm_rate : float
        Wanted, per lumisection and histogram.
    extrapolate : bool
        Where the lumisections are too few, continue the tail of the scores as an exponential.

    Raises
    ------
    DatasetError
        The rate is not between 0 and 1, or there is no score.

    Examples
    --------
    >>> found = find_threshold(np.arange(99.0), histogram="muon", false_alarm_rate=0.05)
    >>> found.value, found.rate, found.method
    (94.0, 0.05, 'order statistic')
    """
    if not 0 < false_alarm_rate < 1:
        msg = f"a rate of false alarms is between 0 and 1, found {false_alarm_rate}: for example 0.01"
        raise DatasetError(msg)
    ordered = np.sort(scores[~np.isnan(scores)])[::-1]
    if not len(ordered):
        msg = f"{histogram}: no good lumisection has a score to take a threshold from: give more of them"
        raise DatasetError(msg)
    k = math.floor(false_alarm_rate * (len(ordered) + 1) * (1 + 1e-12))
    if k:
        return _ordered(ordered, k, histogram, false_alarm_rate)
    if extrapolate and len(ordered) >= 2 * _LEAST_TAIL:
        return _exponential(ordered, histogram, false_alarm_rate)
    return _ordered(ordered, 0, histogram, false_alarm_rate)


def _ordered(ordered: NDArray[np.float64], wanted_k: int, histogram: str, wanted: float) -> Threshold:
    """Return the k-th largest score as threshold; the interval is of the ranks that the wanted quantile may have."""
    n, k = len(ordered), max(wanted_k, 1)
    above = binom.ppf([_LOW, _HIGH], n, wanted).astype(int)  # scores above the true quantile
    low, high = (float(ordered[rank - 1]) if rank >= 1 else math.inf for rank in (min(above[1] + 1, n), above[0]))
    return Threshold(
        histogram=histogram,
        value=float(ordered[k - 1]),
        value_low=low,
        value_high=high,
        wanted_rate=wanted,
        rate=k / (n + 1),
        rate_low=float(beta.ppf(_LOW, k, n - k + 1)),
        rate_high=float(beta.ppf(_HIGH, k, n - k + 1)),
        n=n,
        method="order statistic" if wanted_k else "largest score",
    )


def _exponential(ordered: NDArray[np.float64], histogram: str, wanted: float) -> Threshold:
    """Continue the highest tenth of the scores: P(score > u + x) = m / n · exp(−x / mean excess)."""
    n = len(ordered)
    m = max(_LEAST_TAIL, round(_TAIL_FRACTION * n))
    start = float(ordered[m])
    excess = float(np.mean(ordered[:m] - start))
    steps = math.log(m / n / wanted)
    value, error = start + excess * steps, excess * math.sqrt((steps**2 + 1) / m)
    # The rate at `value` is off by exp(±steps / √m) through the mean excess, and by 1 ± 1 / √m through m.
    factor = math.exp(math.sqrt((steps**2 + 1) / m))
    return Threshold(
        histogram=histogram,
        value=value,
        value_low=value - error,
        value_high=value + error,
        wanted_rate=wanted,
        rate=wanted,
        rate_low=wanted / factor,
        rate_high=wanted * factor,
        n=n,
        method="exponential tail",
    )


def threshold_in_words(threshold: Threshold) -> str:
    """Return what a reader must know of a threshold, in one line."""
    one = threshold
    said = f"{one.histogram}: flagged above {one.value:.4g}, {_how(one)}"
    rates = f"{one.rate_low:.2g} to {one.rate_high:.2g}"
    said += f"; expected false alarms per lumisection {one.rate:.2g} (68%: {rates})"
    if one.method == "largest score":
        least = math.ceil(1 / one.wanted_rate) - 1
        said += f": {one.n} cannot support a rate of {one.wanted_rate:g}, which takes {least}"
    return said


def _how(one: Threshold) -> str:
    if one.method == "exponential tail":
        return f"an exponential tail beyond {one.n} good lumisections"
    if one.method == "largest score":
        return f"the largest score of {one.n} good lumisections"
    return f"from {one.n} good lumisections"
