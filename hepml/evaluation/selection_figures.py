"""What the selection of the class with the highest score is worth, in all and in bins of other variables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from hepml.contracts import Curve, Metric
from hepml.evaluation.binned_selection import binned_selection, selection_of
from hepml.evaluation.binning import bin_index
from hepml.evaluation.case import Case, cases
from hepml.evaluation.labelled import LabelledScores, predicted_class
from hepml.evaluation.spectator_bins import binned_spectators, edges_of
from hepml.evaluation.spectator_figures import EFFICIENCY_BINS
from hepml.recipe import Evaluation

_COLUMNS = (
    *("low", "high", "efficiency", "efficiency_error", "purity", "purity_error"),
    *("true_w", "all_w"),
)


def selection_figures(sample: LabelledScores, evaluation: Evaluation) -> tuple[list[Metric], list[Curve]]:
    """Return ``efficiency``, ``purity`` and ``efficiency_times_purity`` of each class, and ``selection`` curves.

    Selected as a class is what scores highest as it (with two classes: a score of at least 0.5, or below).  A curve has
    the bins of one spectator (label ``spectator``) and one class (`Curve.class_`), with the columns of
    `BinnedSelection`.  Its label ``n_in_no_bin`` counts the events of the class, of ``n_events``, that have no value
    (NaN) or lie outside of the edges: they are neither in the efficiency nor, if they are selected as another class,
    in the purity of that.
    """
    metrics = [metric for case, selected in cases(sample, evaluation) for metric in _of_case(selected, case)]
    return metrics, list(_curves(sample, evaluation))


def _of_case(sample: LabelledScores, case: Case) -> Iterator[Metric]:
    predicted = predicted_class(sample, None)
    for index, class_ in enumerate(sample.task.classes):
        found = selection_of(sample.label == index, predicted == index, sample_weight=sample.weight)
        of_class = replace(case, class_=class_)
        yield of_class.metric("efficiency", found.efficiency)
        yield of_class.metric("purity", found.purity)
        yield of_class.metric("efficiency_times_purity", found.product)


def _curves(sample: LabelledScores, evaluation: Evaluation) -> Iterator[Curve]:
    predicted = predicted_class(sample, None)
    for name in binned_spectators(sample.spectators, evaluation):
        values = sample.spectators[name]
        edges = edges_of(name, values, evaluation, sample_weight=sample.weight, default_bins=EFFICIENCY_BINS)
        if edges is None:
            continue
        in_no_bin = bin_index(values, edges) < 0
        for index, class_ in enumerate(sample.task.classes):
            true = sample.label == index
            bins = binned_selection(true, predicted == index, values, edges, sample_weight=sample.weight)
            columns = {column: getattr(bins, column) for column in _COLUMNS}
            labels = {
                "spectator": name,
                "n_events": int(np.count_nonzero(true)),
                "n_in_no_bin": int(np.count_nonzero(true & in_no_bin)),
            }
            yield Curve("selection", columns, sample.run, None, class_, sample.part, labels)
