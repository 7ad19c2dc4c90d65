"""Poisson bootstrap: errors from replicas of the sample in which each event counts Poisson(1) times."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import RecipeError
from hepml.evaluation.checks import check_binary, why_undefined
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.ranking import RankedSample
from hepml.evaluation.resampling import ClassSums, poisson_counts, replicas

_ONE_SIGMA = (15.865525, 84.134475)  # percentiles
_MOST_UNDEFINED = 0.05  # of the replicas: with more, those that are left are no fair sample of what may happen


@dataclass(frozen=True)
class Bootstrap:
    """A figure and how it fluctuates.

    Attributes
    ----------
    estimate : Estimate
        The figure of the sample itself; its error is the standard deviation of the replicas.
    low, high : float
        Central 68.27% of the replicas; NaN where the error is.
    replicas : array of float64, shape (n_replicas,)
        The figure of each replica; NaN where it is undefined.
    """

    estimate: Estimate
    low: float
    high: float
    replicas: NDArray[np.float64]


def bootstrap_ranked(
    ranked: Sequence[RankedSample], figure: Callable[..., float], *, rng: np.random.Generator, n_replicas: int = 100
) -> Bootstrap:
    """Return a figure that follows from running sums of ranked events, with its bootstrap error.

    In each replica every event, with its weight, counts an independent Poisson(1) number of times (J. Hanley and
    B. MacGibbon, Comput. Methods Programs Biomed. 83 (2006) 57): the usual bootstrap, but that the number of events
    fluctuates too, as it does in data.  Weights may be negative.  Replicas in which the figure is undefined or a class
    has Σw ≤ 0 are left out, and `method` says how many are left; with more than 5% of them there is no error.

    Parameters
    ----------
    ranked : sequence of RankedSample
        From `rank`: the same events, ranked by one score or by several.
    figure : function of one ClassSums per ranking
        NaN where undefined.
    rng : numpy.random.Generator
        Draws the replicas.
    n_replicas : int
        How many, two or more; the error itself is uncertain by 1/√(2 n_replicas).

    Raises
    ------
    RecipeError
        There are fewer than two replicas.
    ShapeError
        The rankings are not of the same events.

    Examples
    --------
    >>> from hepml.evaluation.ranking import rank
    >>> ranked = rank([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    >>> share = lambda sums: float(sums.signal.sum() / (sums.signal + sums.background).sum())
    >>> bootstrap_ranked([ranked], share, rng=np.random.default_rng(1)).estimate.value
    0.5
    """
    _check_replicas(n_replicas)
    value = figure(*(ClassSums(each.threshold, each.signal, each.background) for each in ranked))
    values = [
        figure(*sums) if min(sums[0].signal.sum(), sums[0].background.sum()) > 0 else math.nan
        for sums in replicas(ranked, rng=rng, n_replicas=n_replicas)
    ]
    return _summary(value, values)


def bootstrap_figure(
    figure: Callable[[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]], float],
    truth: ArrayLike,
    score: ArrayLike,
    *,
    rng: np.random.Generator,
    sample_weight: ArrayLike | None = None,
    n_replicas: int = 100,
) -> Bootstrap:
    """Return any figure of truth, score and weight with its bootstrap error, at the price of one evaluation a replica.

    Parameters
    ----------
    figure : function of truth, score and weight
        Counts enter as factors of the weight; NaN where undefined.
    truth, score, sample_weight
        As for `roc_auc_score`.
    rng, n_replicas
        As for `bootstrap_ranked`.

    Examples
    --------
    >>> mean = lambda truth, score, weight: float(weight @ score / weight.sum())
    >>> bootstrap_figure(mean, [1, 0], [0.5, 0.25], rng=np.random.default_rng(1)).estimate.value
    0.375
    """
    _check_replicas(n_replicas)
    sample = check_binary(truth, score, sample_weight)
    values = []
    for _ in range(n_replicas):
        weight = sample.weight * poisson_counts(len(sample.weight), rng)
        some = why_undefined(sample.truth, weight) is None
        values.append(figure(sample.truth, sample.score, weight) if some else math.nan)
    return _summary(figure(sample.truth, sample.score, sample.weight), values)


def _check_replicas(n_replicas: int) -> None:
    if n_replicas < 2:
        msg = f"a bootstrap needs replicas to have a spread, found {n_replicas}: ask for 100 or more"
        raise RecipeError(msg)


def _summary(value: float, values: Sequence[float]) -> Bootstrap:
    found = np.array(values, dtype=np.float64)
    defined = found[~np.isnan(found)]
    if math.isnan(value):
        return Bootstrap(undefined("the figure of the sample itself is undefined"), math.nan, math.nan, found)
    method = f"bootstrap, {len(found)} replicas"
    if len(defined) < len(found):
        method += f", {len(found) - len(defined)} of them undefined"
    if len(defined) < (1 - _MOST_UNDEFINED) * len(found):
        return Bootstrap(Estimate(value, math.nan, method), math.nan, math.nan, found)
    low, high = np.percentile(defined, _ONE_SIGMA)
    return Bootstrap(Estimate(value, float(defined.std(ddof=1)), method), float(low), float(high), found)
