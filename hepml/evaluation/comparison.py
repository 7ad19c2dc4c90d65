"""Classifiers compared on the same events."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product

import numpy as np

from hepml.contracts import Metric, Predictions
from hepml.evaluation.case import Case, cases
from hepml.evaluation.delta_auc import delta_auc_of, two_sided_p_value
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.figures import MEDIAN, why_no_figure
from hepml.evaluation.labelled import LabelledScores, labelled_scores, signal_views
from hepml.evaluation.placement import Placements, place
from hepml.evaluation.ranking import rank
from hepml.evaluation.same_events import refuse_other_events
from hepml.recipe import Evaluation


def compare_classifiers(predictions: Sequence[Predictions], evaluation: Evaluation) -> list[Metric]:
    """Return ``delta_auc`` and ``delta_auc_p_value`` of each pair of runs; see `compare_runs`."""
    samples = [labelled_scores(values) for values in predictions]
    for sample in samples[1:]:
        _check_same_events(samples[0], sample)
    metrics = []
    for same_case in zip(*(cases(sample, evaluation) for sample in samples), strict=True):
        metrics += _compare([selected for _, selected in same_case], same_case[0][0])
    return metrics


def _compare(samples: Sequence[LabelledScores], case: Case) -> list[Metric]:
    """Compare each pair of runs in one case; each score is sorted once for all pairs."""
    metrics = []
    for index, view in enumerate(signal_views(samples[0], None)):
        reason = why_no_figure(view, samples[0].weight, case)
        placed = [{} if reason else _placements(sample, index) for sample in samples]
        for one, other in combinations(range(len(samples)), 2):
            pair = replace(case, run=samples[one].run, against=samples[other].run, class_=view.signal)
            if reason is not None:
                metrics += _metrics(undefined(reason), math.nan, pair)
            else:
                metrics += _compare_pair(placed[one], placed[other], pair)
    return metrics


def _placements(sample: LabelledScores, index: int) -> dict[str | None, Placements]:
    """Return the placement values of the view with this index, by member."""
    views = {member: signal_views(sample, member)[index] for member in sample.scores}
    return {member: place(rank(view.truth, view.score, sample_weight=sample.weight)) for member, view in views.items()}


def _compare_pair(
    one: Mapping[str | None, Placements], other: Mapping[str | None, Placements], pair: Case
) -> list[Metric]:
    average = delta_auc_of(one[None], other[None])
    metrics = _metrics(average.estimate, average.p_value, pair)
    members = [[member for member in placed if member is not None] for placed in (one, other)]
    if len(members[0]) * len(members[1]) < 2:
        return metrics
    seeds = [delta_auc_of(one[mine], other[theirs]).estimate for mine, theirs in product(*members)]
    value = float(np.median([estimate.value for estimate in seeds]))
    error = float(np.median([estimate.error for estimate in seeds]))
    method = f"delong paired, median of {len(members[0])} × {len(members[1])} seeds"
    median = replace(pair, member=MEDIAN)
    return metrics + _metrics(Estimate(value, error, method), two_sided_p_value(value, error), median)


def _metrics(difference: Estimate, p_value: float, pair: Case) -> list[Metric]:
    return [
        pair.metric("delta_auc", difference),
        pair.metric("delta_auc_p_value", Estimate(p_value, math.nan, difference.method)),
    ]


def _check_same_events(one: LabelledScores, other: LabelledScores) -> None:
    """Raise a RunError unless both runs were applied to the same events with the same classes."""
    same = {
        "parts": one.part == other.part,
        "classes": (one.task.classes, one.task.signal) == (other.task.classes, other.task.signal),
        "rows": np.array_equal(one.row, other.row),
        "labels": np.array_equal(one.label, other.label),
        "weights": np.array_equal(one.weight, other.weight),
    }
    refuse_other_events(one.run, other.run, same)
