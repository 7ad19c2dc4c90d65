"""Paired differences of runs as metrics: of the averages of members, and the median over pairs of members."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product

import numpy as np

from hepml.contracts import Metric
from hepml.evaluation.case import Case
from hepml.evaluation.delta_auc import two_sided_p_value
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.figures import MEDIAN


def of_all_members(
    name: str,
    difference: Callable[[str | None, str | None], Estimate],
    one: Iterable[str | None],
    other: Iterable[str | None],
    pair: Case,
) -> list[Metric]:
    """Return the difference of the averages of members, and where there are several the median over pairs of these."""
    metrics = difference_metrics(name, difference(None, None), pair)
    members = [[member for member in of_run if member is not None] for of_run in (one, other)]
    if len(members[0]) * len(members[1]) < 2:
        return metrics
    seeds = [difference(mine, theirs) for mine, theirs in product(*members)]
    value = float(np.median([estimate.value for estimate in seeds]))
    error = float(np.median([estimate.error for estimate in seeds]))
    method = f"{seeds[0].method}, median of {len(members[0])} × {len(members[1])} seeds"
    return metrics + difference_metrics(name, Estimate(value, error, method), replace(pair, member=MEDIAN))


def difference_metrics(name: str, difference: Estimate, pair: Case) -> list[Metric]:
    """Return a difference and its two-sided p-value."""
    p_value = two_sided_p_value(difference.value, difference.error)
    return [
        pair.metric(name, difference),
        pair.metric(f"{name}_p_value", Estimate(p_value, math.nan, difference.method)),
    ]
