"""Classifiers compared on the same events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from hepml.contracts import Metric, Predictions
from hepml.evaluation.background_comparison import compare_backgrounds
from hepml.evaluation.case import Case, cases
from hepml.evaluation.delta_accuracy import delta_accuracy
from hepml.evaluation.delta_auc import delta_auc_of
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.figures import why_no_figure
from hepml.evaluation.labelled import LabelledScores, labelled_scores, predicted_class, signal_views
from hepml.evaluation.paired_metrics import difference_metrics, of_all_members
from hepml.evaluation.placement import Placements, place
from hepml.evaluation.ranking import rank
from hepml.evaluation.same_events import refuse_other_events
from hepml.recipe import Evaluation


def compare_classifiers(predictions: Sequence[Predictions], evaluation: Evaluation) -> list[Metric]:
    """Return ``delta_auc`` and ``delta_accuracy`` of each pair of runs, each with its p-value; see `compare_runs`.

    Where a signal is named among three classes or more, also those of `compare_backgrounds`.
    """
    samples = [labelled_scores(values) for values in predictions]
    for sample in samples[1:]:
        _check_same_events(samples[0], sample)
    metrics = []
    for same_case in zip(*(cases(sample, evaluation) for sample in samples), strict=True):
        selected, case = [sample for _, sample in same_case], same_case[0][0]
        metrics += _compare_aucs(selected, case) + _compare_accuracies(selected, case)
        metrics += compare_backgrounds(selected, case, evaluation)
    return metrics


def _compare_aucs(samples: Sequence[LabelledScores], case: Case) -> list[Metric]:
    """Compare each pair of runs in one case; each score is sorted once for all pairs."""
    metrics = []
    for index, view in enumerate(signal_views(samples[0], None)):
        reason = why_no_figure(view, samples[0].weight, case)
        placed = [{} if reason else _placements(sample, index) for sample in samples]
        for one, other in combinations(range(len(samples)), 2):
            pair = replace(case, run=samples[one].run, against=samples[other].run, class_=view.signal)
            if reason is not None:
                metrics += difference_metrics("delta_auc", undefined(reason), pair)
            else:
                metrics += _compare_placed(placed[one], placed[other], pair)
    return metrics


def _compare_accuracies(samples: Sequence[LabelledScores], case: Case) -> list[Metric]:
    """Compare the predicted classes of each pair of runs in one case."""
    label, weight = samples[0].label, samples[0].weight
    predicted = [{member: predicted_class(sample, member) for member in sample.scores} for sample in samples]
    metrics = []
    for one, other in combinations(range(len(samples)), 2):
        pair = replace(case, run=samples[one].run, against=samples[other].run)

        def difference(mine: str | None, theirs: str | None, one: int = one, other: int = other) -> Estimate:
            if weight.sum() <= 0:
                return undefined(f"the weights of the {len(weight)} events sum to {weight.sum():.6g}")
            return delta_accuracy(label, predicted[one][mine], predicted[other][theirs], sample_weight=weight)

        metrics += of_all_members("delta_accuracy", difference, predicted[one], predicted[other], pair)
    return metrics


def _placements(sample: LabelledScores, index: int) -> dict[str | None, Placements]:
    """Return the placement values of the view with this index, by member."""
    views = {member: signal_views(sample, member)[index] for member in sample.scores}
    return {member: place(rank(view.truth, view.score, sample_weight=sample.weight)) for member, view in views.items()}


def _compare_placed(
    one: Mapping[str | None, Placements], other: Mapping[str | None, Placements], pair: Case
) -> list[Metric]:
    def difference(mine: str | None, theirs: str | None) -> Estimate:
        return delta_auc_of(one[mine], other[theirs]).estimate

    return of_all_members("delta_auc", difference, one, other, pair)


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
