"""What a cut on the score does to other variables: efficiencies in their bins, and the sculpting of the background."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Curve, Metric
from hepml.evaluation.binned_efficiency import MovingCut, efficiency_in_bins, moving_cut
from hepml.evaluation.binning import bin_index
from hepml.evaluation.case import Case
from hepml.evaluation.cut import cut_at_signal_efficiency
from hepml.evaluation.discriminant import discriminant_view, has_backgrounds
from hepml.evaluation.labelled import LabelledScores, SignalView, signal_views
from hepml.evaluation.roc import roc_curve
from hepml.evaluation.sculpting import sculpting_of
from hepml.evaluation.spectator_bins import binned_spectators, edges_of
from hepml.recipe import Evaluation

EFFICIENCY_BINS = 8
SCULPTING_BINS = 20
_DENSITIES = ("low", "high", "before", "before_error", "after", "after_error")


def spectator_figures(sample: LabelledScores, evaluation: Evaluation) -> tuple[list[Metric], list[Curve]]:
    """Return divergences, distances, and ``efficiency`` and ``sculpting`` curves, per signal and spectator.

    ``jsd_<spectator>_at_<ε_S>`` is the Jensen–Shannon divergence, ``js_distance_<spectator>_at_<ε_S>`` its root.

    The cut is that of the recipe's first signal efficiency, on the score of each class, or of the discriminant of the
    signal where one is named among three classes or more.  `Curve.class_` is the true class of an ``efficiency``, the
    background of a ``sculpting``; labels say ``spectator``, ``signal`` and ``signal_efficiency``.
    """
    metrics: list[Metric] = []
    curves: list[Curve] = []
    names = binned_spectators(sample.spectators, evaluation)
    signal_efficiency = next(iter(evaluation.signal_efficiencies), 0.5)
    for view in _views(sample, evaluation) if names else ():
        curve = roc_curve(view.truth, view.score, sample_weight=sample.weight)
        cut = cut_at_signal_efficiency(curve, signal_efficiency)
        moving = moving_cut(cut, view.truth, view.score, sample.weight)
        for name in names:
            labels = {"spectator": name, "signal": view.signal, "signal_efficiency": signal_efficiency}
            curves += _efficiencies(sample, moving, evaluation, labels)
            metric, sculpting = _sculpting(sample, view, moving, evaluation, labels)
            metrics += metric
            curves += sculpting
    return metrics, curves


def _views(sample: LabelledScores, evaluation: Evaluation) -> tuple[SignalView, ...]:
    if has_backgrounds(sample.task):
        return (discriminant_view(sample, None, evaluation.background_shares),)
    return signal_views(sample, None)


def _efficiencies(
    sample: LabelledScores, moving: MovingCut, evaluation: Evaluation, labels: Mapping[str, Any]
) -> Iterator[Curve]:
    name = labels["spectator"]
    values = sample.spectators[name]
    edges = edges_of(name, values, evaluation, sample_weight=sample.weight, default_bins=EFFICIENCY_BINS)
    if edges is None:
        return
    index = bin_index(values, edges)
    for label, class_ in enumerate(sample.task.classes):
        points = efficiency_in_bins(moving, index, edges, sample.label == label)
        columns = {
            "low": points.low,
            "high": points.high,
            "efficiency": points.efficiency,
            "efficiency_error": points.error,
        }
        yield Curve("efficiency", columns, sample.run, None, class_, sample.part, labels)


def _sculpting(
    sample: LabelledScores,
    view: SignalView,
    moving: MovingCut,
    evaluation: Evaluation,
    labels: Mapping[str, Any],
) -> tuple[list[Metric], list[Curve]]:
    name = labels["spectator"]
    values = sample.spectators[name]
    edges = _background_edges(name, values, view, sample.weight, evaluation)
    if edges is None:
        return [], []
    result = sculpting_of(moving, bin_index(values, edges), edges)
    columns = {column: getattr(result, column) for column in _DENSITIES}
    case = replace(Case(sample.run, sample.part), class_=view.signal)
    place = f"{name}_at_{labels['signal_efficiency']:g}"
    metrics = [case.metric(f"jsd_{place}", result.divergence), case.metric(f"js_distance_{place}", result.distance)]
    return metrics, [Curve("sculpting", columns, sample.run, None, view.background, sample.part, labels)]


def _background_edges(
    name: str, values: NDArray[np.float64], view: SignalView, weight: NDArray[np.float64], evaluation: Evaluation
) -> NDArray[np.float64] | None:
    background = ~view.truth
    return edges_of(name, values[background], evaluation, sample_weight=weight[background], default_bins=SCULPTING_BINS)
