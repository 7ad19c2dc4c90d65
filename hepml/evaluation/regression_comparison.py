"""Regressions compared on the same events."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Metric, Predictions
from hepml.evaluation.case import Case, cases
from hepml.evaluation.delta_auc import two_sided_p_value
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.linearised import Linearised
from hepml.evaluation.regressed import RegressedTarget
from hepml.evaluation.residuals import (
    Residuals,
    median_absolute_of,
    relative,
    residuals,
    resolution_of,
    rmse_of,
)
from hepml.evaluation.same_targets import same_targets
from hepml.recipe import Evaluation

_Figure = Callable[[Residuals], Linearised]
_FIGURES: Mapping[str, _Figure] = {"delta_rmse": rmse_of, "delta_resolution": resolution_of}
_RELATIVE: Mapping[str, _Figure] = {
    "delta_relative_resolution": resolution_of,
    "delta_median_absolute_relative_error": median_absolute_of,
}
_Judged = dict[str, tuple[Linearised, NDArray[np.float64]]]
"""Figure and shares of the events that it is of, by the name of its difference."""


def compare_regressors(predictions: Sequence[Predictions], evaluation: Evaluation) -> list[Metric]:
    """Return the differences of figures with p-values of each pair of runs; see `compare_runs`."""
    metrics = []
    for output, targets in same_targets(predictions):
        for same_case in zip(*(cases(target, evaluation) for target in targets), strict=True):
            case = replace(same_case[0][0], output=output)
            metrics += _compare([selected for _, selected in same_case], case)
    return metrics


def _compare(targets: Sequence[RegressedTarget], case: Case) -> list[Metric]:
    """Compare each pair of runs in one case; each figure is computed once per run."""
    judged = [_judge(target) for target in targets]
    return [
        metric
        for one, other in combinations(range(len(targets)), 2)
        for name, (figure, share) in judged[one].items()
        for metric in _metrics(
            name,
            figure.minus(judged[other][name][0], share),
            replace(case, run=targets[one].run, against=targets[other].run),
        )
    ]


def _judge(target: RegressedTarget) -> _Judged:
    total = float(target.weight.sum())
    if total <= 0:
        return _nothing([*_FIGURES, *_RELATIVE], f"the weights of the {len(target.weight)} events sum to {total:.6g}")
    sample = residuals(target.truth, target.predicted[None], sample_weight=target.weight)
    positive = relative(sample)
    return _judge_by(_FIGURES, sample) | (
        _nothing(_RELATIVE, "the weights of the events with a positive truth sum to zero or less")
        if positive is None
        else _judge_by(_RELATIVE, positive)
    )


def _judge_by(figures: Mapping[str, _Figure], sample: Residuals) -> _Judged:
    return {name: (figure(sample), sample.share) for name, figure in figures.items()}


def _nothing(names: Iterable[str], reason: str) -> _Judged:
    none = np.empty(0)
    return dict.fromkeys(names, (Linearised(math.nan, none, undefined(reason).method), none))


def _metrics(name: str, difference: Estimate, pair: Case) -> list[Metric]:
    p_value = two_sided_p_value(difference.value, difference.error) if difference.defined else math.nan
    return [
        pair.metric(name, difference),
        pair.metric(f"{name}_p_value", Estimate(p_value, math.nan, difference.method)),
    ]
