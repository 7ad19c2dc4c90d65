"""Rates of found tracks with binomial errors, over all and in bins, and differences between builders."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.contracts import Curve
from hepml.errors import ShapeError
from hepml.evaluation.binning import bin_index
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.track_counts import TrackCounts

Floats = NDArray[np.float64]


def track_rate(counts: TrackCounts) -> Estimate:
    """Return passed over all with its binomial error; where all or none pass, that of one trial.

    Examples
    --------
    >>> ones, event = np.ones(4, np.int64), np.zeros(4, np.int64)
    >>> track_rate(TrackCounts("track_efficiency", np.array([1, 1, 1, 0]), ones, event, {}))
    Estimate(value=0.75, error=0.21650635094610965, method='binomial')
    """
    passed, trials = (np.array([float(column.sum())]) for column in (counts.n_passed, counts.n_trials))
    if not trials[0]:
        return undefined("nothing to count")
    value, error = _binomial(passed, trials)
    return Estimate(float(value[0]), float(error[0]), "binomial")


def track_rate_curve(counts: TrackCounts, variable: str, edges: ArrayLike, *, run: str) -> Curve:
    """Return the rate in bins of one of its variables: columns ``low``, ``high``, ``value``, ``error``, ``n``.

    Parameters
    ----------
    counts : TrackCounts
        From `count_tracks`.
    variable : str
        ``"pt_gev"``, ``"eta"`` or ``"n_particles"``.
    edges : array of float, shape (k + 1,)
        Increasing; what is outside is in no bin.
    run : str
        Name of the builder.
    """
    bounds = np.asarray(edges, np.float64)
    index = bin_index(counts.variables[variable], bounds)
    inside, n_bins = index >= 0, len(bounds) - 1
    passed, trials = (
        np.bincount(index[inside], weights=column[inside], minlength=n_bins).astype(np.float64)
        for column in (counts.n_passed, counts.n_trials)
    )
    value, error = _binomial(passed, trials)
    columns = {"low": bounds[:-1], "high": bounds[1:], "value": value, "error": error, "n": trials}
    return Curve(counts.name, columns, run=run, labels={"variable": variable})


def track_rate_difference(first: TrackCounts, second: TrackCounts, *, n_events: int) -> Estimate:
    """Return the difference first − second of two builders' rates on the same events, with its paired error.

    A rate K/N, K = Σk and N = Σn over events, moves by (k − n K/N)/N where an event fluctuates; the error is that of
    the difference of both, event by event.  Where all events are alike it is that of one trial.

    Parameters
    ----------
    first, second : TrackCounts
        Of the same rate and events.
    n_events : int
        Number of events, those without a track too.

    Raises
    ------
    ShapeError
        The two are different rates.

    Examples
    --------
    >>> ones, event = np.ones(4, np.int64), np.array([0, 0, 1, 1])
    >>> a = TrackCounts("track_efficiency", np.array([1, 1, 1, 1]), ones, event, {})
    >>> b = TrackCounts("track_efficiency", np.array([1, 1, 1, 0]), ones, event, {})
    >>> track_rate_difference(a, b, n_events=2)
    Estimate(value=0.25, error=0.25, method='paired, over events')
    """
    if first.name != second.name:
        msg = f"rates {first.name!r} and {second.name!r} have no difference: compare the same rate of both builders"
        raise ShapeError(msg)
    sums = [_per_event(counts, n_events) for counts in (first, second)]
    if any(trials.sum() == 0 for _, trials in sums) or n_events < 2:
        return undefined("nothing to count, or fewer than two events")
    rates = [float(passed.sum() / trials.sum()) for passed, trials in sums]
    moves = [(k - n * rate) / n.sum() for (k, n), rate in zip(sums, rates, strict=True)]
    variance = float(np.square(moves[0] - moves[1]).sum()) * n_events / (n_events - 1)
    one = 1 / max(float(trials.sum()) for _, trials in sums)
    return Estimate(rates[0] - rates[1], math.sqrt(variance) or one, "paired, over events")


def _per_event(counts: TrackCounts, n_events: int) -> tuple[Floats, Floats]:
    columns = (counts.n_passed, counts.n_trials)
    passed, trials = (
        np.bincount(counts.event, weights=column, minlength=n_events).astype(np.float64) for column in columns
    )
    return passed, trials


def _binomial(passed: Floats, trials: Floats) -> tuple[Floats, Floats]:
    n = np.where(trials == 0, np.nan, trials)
    value = passed / n
    error = np.sqrt(value * (1 - value) / n)
    return value, np.where(error == 0, 1 / n, error)
