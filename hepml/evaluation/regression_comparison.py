"""Regressions compared on the same events."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from hepml.contracts import Metric, Predictions
from hepml.errors import RunError
from hepml.evaluation.case import Case, cases
from hepml.evaluation.delta_auc import two_sided_p_value
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.linearised import Linearised
from hepml.evaluation.regressed import RegressedTarget, regressed_targets
from hepml.evaluation.residuals import Residuals, residuals, resolution_of, rmse_of
from hepml.evaluation.same_events import refuse_other_events
from hepml.recipe import Evaluation

_FIGURES: dict[str, Callable[[Residuals], Linearised]] = {"delta_rmse": rmse_of, "delta_resolution": resolution_of}


def compare_regressors(predictions: Sequence[Predictions], evaluation: Evaluation) -> list[Metric]:
    """Return ``delta_rmse`` and ``delta_resolution`` with p-values of each pair of runs; see `compare_runs`."""
    by_run = [{target.output: target for target in regressed_targets(values)} for values in predictions]
    metrics = []
    for output in by_run[0]:
        targets = [_of_output(targets, output, by_run[0][output]) for targets in by_run]
        for same_case in zip(*(cases(target, evaluation) for target in targets), strict=True):
            case = replace(same_case[0][0], output=output)
            metrics += _compare([selected for _, selected in same_case], case)
    return metrics


def _compare(targets: Sequence[RegressedTarget], case: Case) -> list[Metric]:
    """Compare each pair of runs in one case; each figure is computed once per run."""
    weight = targets[0].weight
    total = float(weight.sum())
    if total <= 0:
        nothing = undefined(f"the weights of the {len(weight)} events sum to {total:.6g}")
        differences = {pair: dict.fromkeys(_FIGURES, nothing) for pair in combinations(range(len(targets)), 2)}
    else:
        checked = [residuals(each.truth, each.predicted[None], sample_weight=each.weight) for each in targets]
        figures = [{name: figure(sample) for name, figure in _FIGURES.items()} for sample in checked]
        differences = {
            (one, other): {name: figures[one][name].minus(figures[other][name], checked[0].share) for name in _FIGURES}
            for one, other in combinations(range(len(targets)), 2)
        }
    return [
        metric
        for (one, other), by_name in differences.items()
        for name, difference in by_name.items()
        for metric in _metrics(name, difference, replace(case, run=targets[one].run, against=targets[other].run))
    ]


def _metrics(name: str, difference: Estimate, pair: Case) -> list[Metric]:
    p_value = two_sided_p_value(difference.value, difference.error) if difference.defined else math.nan
    return [
        pair.metric(name, difference),
        pair.metric(f"{name}_p_value", Estimate(p_value, math.nan, difference.method)),
    ]


def _of_output(targets: dict[str, RegressedTarget], output: str, first: RegressedTarget) -> RegressedTarget:
    """Return the target of a run, or raise a RunError unless it is of the same events as that of the first run."""
    if output not in targets:
        found = next(iter(targets.values())).run
        msg = f"run {found!r} does not predict {output!r}, as {first.run!r} does: compare runs of one recipe"
        raise RunError(msg)
    other = targets[output]
    same = {
        "parts": first.part == other.part,
        "rows": np.array_equal(first.row, other.row),
        "true values": np.array_equal(first.truth, other.truth),
        "weights": np.array_equal(first.weight, other.weight),
    }
    refuse_other_events(first.run, other.run, same)
    return other
