"""Scores and the efficiency of the selection by category of the true events."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Curve, Metric
from hepml.evaluation.case import Case
from hepml.evaluation.categories import Categories, all_categories
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.fraction import weighted_fraction
from hepml.evaluation.histogram import histogram_columns, score_histogram
from hepml.evaluation.labelled import LabelledScores, predicted_class, signal_views
from hepml.recipe import Evaluation

N_BINS = 20


def category_figures(sample: LabelledScores, evaluation: Evaluation) -> tuple[list[Metric], list[Curve]]:
    """Return figures by category of each spectator that the recipe names.

    ``efficiency_<spectator>_<category>`` is the part of a class's events of that category that scores highest as the
    class; `Curve` ``category_efficiency`` has them as columns, one row per category (label ``categories``), NaN where
    there are no events.  Curves ``category_score`` are histograms of each signal's score (`Curve.class_`) for the
    events of one category (labels ``spectator`` and ``category``), of the class itself (label ``of_class``) and of all
    others.
    """
    metrics: list[Metric] = []
    curves: list[Curve] = []
    for categories in all_categories(sample.spectators, evaluation):
        for metric_of_class, curve in _efficiencies(sample, categories):
            metrics += metric_of_class
            curves.append(curve)
        curves += _scores(sample, categories)
    return metrics, curves


def _efficiencies(sample: LabelledScores, categories: Categories) -> Iterator[tuple[list[Metric], Curve]]:
    predicted = predicted_class(sample, None)
    for index, class_ in enumerate(sample.task.classes):
        true = sample.label == index
        inside = [true & (categories.index == number) for number in range(len(categories.names))]
        found = [_efficiency(predicted == index, mask, sample.weight) for mask in inside]
        case = Case(sample.run, sample.part, class_=class_)
        metrics = [
            case.metric(f"efficiency_{categories.spectator}_{name}", estimate)
            for name, estimate, mask in zip(categories.names, found, inside, strict=True)
            if mask.any()
        ]
        columns = {
            "efficiency": np.array([estimate.value for estimate in found]),
            "efficiency_error": np.array([estimate.error for estimate in found]),
            "sum_w": np.array([float(sample.weight[mask].sum()) for mask in inside]),
        }
        labels = {"spectator": categories.spectator, "categories": list(categories.names)}
        yield metrics, Curve("category_efficiency", columns, sample.run, None, class_, sample.part, labels)


def _efficiency(selected: NDArray[np.bool_], mask: NDArray[np.bool_], weight: NDArray[np.float64]) -> Estimate:
    total = float(weight[mask].sum())
    if total <= 0:
        return undefined(f"the weights of the {np.count_nonzero(mask)} events sum to {total:.6g}")
    return weighted_fraction(selected[mask], sample_weight=weight[mask])


def _scores(sample: LabelledScores, categories: Categories) -> Iterator[Curve]:
    for view in signal_views(sample, None):
        for of_class, events in ((True, view.truth), (False, ~view.truth)):
            for number, category in enumerate(categories.names):
                mask = events & (categories.index == number)
                if mask.any():
                    histogram = score_histogram(view.score[mask], sample_weight=sample.weight[mask], n_bins=N_BINS)
                    labels = {"spectator": categories.spectator, "category": category, "of_class": of_class}
                    columns = histogram_columns(histogram)
                    yield Curve("category_score", columns, sample.run, None, view.signal, sample.part, labels)
