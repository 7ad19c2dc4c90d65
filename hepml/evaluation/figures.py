"""The main figures of a classification: AUC, rejections and accuracy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Metric
from hepml.errors import DatasetError
from hepml.evaluation.accuracy import accuracy_score
from hepml.evaluation.auc import auc_of
from hepml.evaluation.case import Case, cases
from hepml.evaluation.checks import why_undefined
from hepml.evaluation.discriminant import background_samples, discriminant_view
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.labelled import LabelledScores, SignalView, predicted_class, signal_views
from hepml.evaluation.ranking import rank
from hepml.evaluation.rejection import rejection_of
from hepml.evaluation.roc import roc_of
from hepml.recipe import Evaluation

MEDIAN = "median"
"""`Metric.member` of what is a median over members."""


def main_figures(
    sample: LabelledScores, evaluation: Evaluation, *, members: Sequence[str | None] = (None,)
) -> list[Metric]:
    """Return ``auc``, ``rejection_at_<ε_S>`` and ``accuracy``, on all events and inside the windows.

    Where a signal is named among three classes or more, ``auc`` and ``rejection_at_<ε_S>`` of its discriminant (see
    `log_ratio`) are given against each background too (`Metric.background`).

    Where weights differ, each is given with (``physics``) and without (``none``) them.  With two members or more, the
    median over members is given too, with their standard deviation as error.

    Parameters
    ----------
    sample : LabelledScores
        The events.
    evaluation : recipe.Evaluation
        Signal efficiencies and windows.
    members : sequence of str or None
        Which scores; None is their average.

    Raises
    ------
    DatasetError
        A class has no events or no positive Σw in the whole sample; inside a window the figure is NaN instead.
    """
    metrics = [
        metric
        for case, selected in cases(sample, evaluation)
        for member in members
        for metric in _figures(selected, replace(case, member=member), evaluation)
    ]
    return metrics + medians(metrics)


def why_no_figure(view: SignalView, weight: NDArray[np.float64], case: Case) -> str | None:
    """Return why the classes cannot be compared inside a window; None if they can.

    Raises
    ------
    DatasetError
        They cannot, and there is no window that would explain it.
    """
    reason = why_undefined(view.truth, weight, names=(view.signal, view.background))
    if reason is not None and case.selection is None:
        msg = (
            f"run {case.run!r}, part {case.part!r}: {reason}: "
            "a classification is judged on events of every class, so change the split or the inputs"
        )
        raise DatasetError(msg)
    return reason


def medians(metrics: Iterable[Metric]) -> list[Metric]:
    """Return the median over members of each figure, with the standard deviation over members as error.

    Members in which a figure is undefined are left out, and `method` says so.
    """
    groups: dict[Metric, list[Metric]] = {}
    for metric in metrics:
        if metric.member is not None:
            groups.setdefault(replace(metric, value=0.0, error=0.0, method="", member=MEDIAN), []).append(metric)
    return [_median(key, group) for key, group in groups.items() if len(group) > 1]


def _median(key: Metric, group: list[Metric]) -> Metric:
    values = np.array([metric.value for metric in group if not math.isnan(metric.value)])
    if not values.size:
        return replace(key, value=math.nan, error=math.nan, method=group[0].method)
    spread = float(values.std(ddof=1)) if len(values) > 1 else math.nan
    if len(values) > 1 and np.ptp(values) == 0:
        spread = 0.0  # members without randomness: rounding is no spread
    seeds = (
        f"{len(group)} seeds" if len(values) == len(group) else f"{len(values)} of {len(group)} seeds, others undefined"
    )
    return replace(key, value=float(np.median(values)), error=spread, method=f"median of {seeds}")


def _figures(sample: LabelledScores, case: Case, evaluation: Evaluation) -> list[Metric]:
    metrics = []
    for view in signal_views(sample, case.member):
        metrics += _figures_of_view(view, sample.weight, replace(case, class_=view.signal), evaluation)
    for background, pair in background_samples(sample).items():
        view = discriminant_view(pair, case.member, evaluation.background_shares)
        of_pair = replace(case, class_=view.signal, background=background)
        metrics += _figures_of_view(replace(view, background=background), pair.weight, of_pair, evaluation)
    return [*metrics, case.metric("accuracy", _accuracy(sample, case.member))]


def _figures_of_view(view: SignalView, weight: NDArray[np.float64], case: Case, evaluation: Evaluation) -> list[Metric]:
    reason = why_no_figure(view, weight, case)
    names = {f"rejection_at_{efficiency:g}": efficiency for efficiency in evaluation.signal_efficiencies}
    if reason is not None:
        return [case.metric(name, undefined(reason)) for name in ("auc", *names)]
    ranked = rank(view.truth, view.score, sample_weight=weight)
    curve = roc_of(ranked)
    rejections = [case.metric(name, rejection_of(curve, efficiency)) for name, efficiency in names.items()]
    return [case.metric("auc", auc_of(ranked)), *rejections]


def _accuracy(sample: LabelledScores, member: str | None) -> Estimate:
    total = float(sample.weight.sum())
    if total <= 0:
        return undefined(f"the weights of the {len(sample.weight)} events sum to {total:.6g}")
    return accuracy_score(sample.label, predicted_class(sample, member), sample_weight=sample.weight)
