"""Everything that is said about one run with outputs per item."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from hepml.contracts import Batch, Curve, Metric, Predictions, TaskSpec
from hepml.evaluation.case import Case, cases
from hepml.evaluation.delta_auc import two_sided_p_value
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.figures import medians
from hepml.evaluation.item_curves import item_curves
from hepml.evaluation.item_figures import ItemFigure, item_figures, leading_key
from hepml.evaluation.items import ItemSample, item_sample
from hepml.evaluation.leading_figure import LeadingFigure, no_influence
from hepml.evaluation.same_events import refuse_other_events
from hepml.recipe import Evaluation, Weights

COMPARED = ("hit_accuracy", "hit_accuracy_without_seeds", "residual_width", "log_likelihood")


def evaluate_next_item(
    predictions: Mapping[str, Predictions],
    evaluation: Evaluation,
    *,
    seed: int,  # noqa: ARG001  (no figure needs it, but every task is judged by the same call)
    trained: Weights,  # noqa: ARG001  (neither this)
) -> tuple[list[Metric], list[Curve]]:
    """Return figures and curves of one run, by part.

    Of places: ``hit_accuracy`` is the share of items whose most probable place is the true one, with a recipe's
    ``seed_items`` also ``hit_accuracy_without_seeds``; ``log_likelihood`` the mean of ln of the probability of the true
    place.  Curve ``accuracy_by_item``.

    Of normal distributions, for each feature as `output`: ``residual_mean`` and ``residual_width`` (half of the central
    68.27% interval of prediction − truth), ``pull_mean`` and ``pull_width`` (the same over the predicted σ: 0 and 1
    where the errors are right); of all features together ``coverage_68`` and ``coverage_95`` (the share of items inside
    the ellipses that should hold 68.27% and 95.45%) and ``log_likelihood``.  Curves ``pull_histogram`` and
    ``width_by_item``.

    Every item with a true value counts by the weight of its event; errors are those of events, whose items fluctuate
    together.
    """
    metrics: list[Metric] = []
    curves: list[Curve] = []
    for part, values in predictions.items():
        sample = item_sample(values)
        metrics += _figures_of_cases(sample, evaluation, list(sample.predicted) if part == "test" else (None,))
        curves += item_curves(sample) if part == "test" else []
    return metrics, curves


def compare_next_items(predictions: Sequence[Predictions], evaluation: Evaluation) -> list[Metric]:
    """Return paired differences of the figures in `COMPARED` of each pair of runs, as ``delta_<figure>`` with p-values.

    Raises
    ------
    RunError
        Two runs are not on the same items.
    """
    samples = [item_sample(values) for values in predictions]
    for other in samples[1:]:
        _refuse_others(samples[0], other)
    return [
        metric
        for same_case in zip(*(cases(sample, evaluation) for sample in samples), strict=True)
        for metric in _compare([selected for _, selected in same_case], same_case[0][0])
    ]


def leading_next_items(predictions: Predictions, member: str | None = None) -> list[LeadingFigure]:
    """Return the hit accuracy, or of normal distributions the mean ln of the density."""
    sample = item_sample(predictions)
    key = leading_key(sample)
    found = item_figures(sample, member)[key]
    influence = no_influence(predictions.n)
    if not math.isnan(found.figure.value):
        influence = found.share * (found.figure.influence - float(found.share @ found.figure.influence))
    return [LeadingFigure(key.name, found.estimate(), influence, higher_is_better=True)]


def no_input_curves(batch: Batch, array: str, features: Sequence[str], task: TaskSpec) -> list[Curve]:  # noqa: ARG001
    """Return nothing: a table has no items."""
    return []


def _figures_of_cases(sample: ItemSample, evaluation: Evaluation, members: Sequence[str | None]) -> list[Metric]:
    metrics = [
        replace(case, member=member, output=key.feature).metric(key.name, figure.estimate())
        for case, selected in cases(sample, evaluation)
        for member in members
        for key, figure in item_figures(selected, member).items()
    ]
    return metrics + medians(metrics)


def _compare(samples: Sequence[ItemSample], case: Case) -> list[Metric]:
    figures = [item_figures(sample) for sample in samples]
    return [
        metric
        for one, other in combinations(range(len(samples)), 2)
        for key, figure in figures[one].items()
        if key.name in COMPARED
        for metric in _difference(
            f"delta_{key.name}",
            figure,
            figures[other][key],
            replace(case, run=samples[one].run, against=samples[other].run, output=key.feature),
        )
    ]


def _difference(name: str, one: ItemFigure, other: ItemFigure, pair: Case) -> list[Metric]:
    difference = one.figure.minus(other.figure, one.share)
    p_value = two_sided_p_value(difference.value, difference.error) if difference.defined else math.nan
    return [
        pair.metric(name, difference),
        pair.metric(f"{name}_p_value", Estimate(p_value, math.nan, difference.method)),
    ]


def _refuse_others(first: ItemSample, other: ItemSample) -> None:
    same = {
        "parts": first.part == other.part,
        "kinds of outputs": (first.spec.judged, first.features) == (other.spec.judged, other.features),
        "rows": np.array_equal(first.row, other.row),
        "true values": np.array_equal(first.truth, other.truth, equal_nan=True),
        "weights": np.array_equal(first.weight, other.weight),
    }
    refuse_other_events(first.run, other.run, same)
