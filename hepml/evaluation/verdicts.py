"""Which figures of merit of generators are within their limits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hepml.contracts import Metric, Verdict
from hepml.evaluation.member_medians import MEDIAN
from hepml.evaluation.shower_sample import FULL_SIMULATION
from hepml.recipe import GeneratorLimits


@dataclass(frozen=True)
class _Rule:
    """How rows of one name become a verdict: what is compared of a value, and whether the worst row stands for all."""

    metric: str
    limit: str
    compared: Callable[[float], float] = lambda value: value
    worst: bool = False


def _deviation(ratio: float) -> float:
    return abs(ratio - 1)


_RULES = (
    _Rule("response_ratio", "response", _deviation, worst=True),
    _Rule("resolution_ratio", "resolution", _deviation, worst=True),
    _Rule("separation", "separation"),
    _Rule("auc_shapes", "auc_shapes"),
    _Rule("auc_cells", "auc_cells"),
    _Rule("coverage_lost", "coverage_lost"),
    _Rule("copied", "copied"),
)


def verdicts(metrics: Sequence[Metric], limits: GeneratorLimits) -> list[Verdict]:
    """Return a verdict for each run and figure that has a limit: of response and resolution in the worst bin.

    Of a run with several members it is about their median.

    Parameters
    ----------
    metrics : sequence of Metric
        Rows of `judge_showers` of runs and, under the name `FULL_SIMULATION`, of truth against truth.
    limits : recipe.GeneratorLimits
        From where on a figure fails.

    Examples
    --------
    >>> rows = [Metric("separation", value, 0.01, "", run="vae", output="depth") for value in (0.2,)]
    >>> [(each.run, each.output, each.in_words) for each in verdicts(rows, GeneratorLimits())]
    [('vae', 'depth', 'fail')]
    """
    runs = list(dict.fromkeys(str(m.run) for m in metrics if m.run not in (None, FULL_SIMULATION)))
    found = []
    for rule in _RULES:
        limit = getattr(limits, rule.limit)
        rows = [m for m in metrics if m.name == rule.metric and m.against is None and not math.isnan(m.value)]
        outputs = list(dict.fromkeys(m.output for m in rows)) if limit is not None else []
        for output in outputs:
            of_output = [m for m in rows if m.output == output]
            floor = _standing_for(of_output, FULL_SIMULATION, rule)
            for run in runs:
                row = _standing_for(of_output, run, rule)
                if row is not None:
                    found.append(_verdict(row, floor, rule, float(limit)))
    return found


def _standing_for(rows: Iterable[Metric], run: str, rule: _Rule) -> Metric | None:
    """Return the row of a run: of its only member or the median, and the worst where there is one in each bin."""
    own = [m for m in rows if m.run == run and m.member in (None, MEDIAN)]
    if len(own) > 1 and rule.worst:
        return max(own, key=lambda m: rule.compared(m.value))
    return own[0] if own else None


def _verdict(row: Metric, floor: Metric | None, rule: _Rule, limit: float) -> Verdict:
    return Verdict(
        run=str(row.run),
        name=rule.limit,
        output=row.output,
        selection=row.selection,
        value=rule.compared(row.value),
        error=row.error,
        floor=math.nan if floor is None else rule.compared(floor.value),
        floor_error=math.nan if floor is None else floor.error,
        limit=limit,
    )
