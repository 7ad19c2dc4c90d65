"""What a report says beside figures of merit: which runs, which events, and what to know before believing a number."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np

from hepml.contracts import Metric, Predictions
from hepml.contracts.report import PartCounts, ReportContent, ReportFigure, RunSummary
from hepml.datasets import Dataset
from hepml.inference.start_info import StartInfo
from hepml.workflow.baselines import baselines, has_baseline
from hepml.workflow.judged_run import JudgedRun
from hepml.workflow.report_title import report_title

PACKAGES = ("hepml", "coffea", "uproot", "awkward", "keras", "scikit-learn")


def report_content(
    judged: Sequence[JudgedRun], data: Dataset, metrics: Sequence[Metric], figures: Sequence[ReportFigure]
) -> ReportContent:
    """Return everything that a report shows."""
    task = judged[0].run.info.task
    estimators = {each.run.info.name: each.run.info.estimator for each in judged}
    baseline = baselines(estimators)
    return ReportContent(
        title=report_title(task),
        task=task,
        runs=tuple(_summary(each, baseline=baseline[each.run.info.name]) for each in judged),
        metrics=tuple(metrics),
        figures=tuple(figures),
        manifest=data.manifest,
        parts=tuple(count for part in judged[0].predictions.values() for count in _part_counts(part)),
        versions={name: version(name) for name in PACKAGES},
        warnings=tuple(_warnings(judged, data, has_simple=has_baseline(estimators))),
    )


def _summary(judged: JudgedRun, *, baseline: str | None) -> RunSummary:
    run = judged.run
    members = sorted(run.info.members, key=lambda member: member.seconds)
    middle = members[len(members) // 2]
    return RunSummary(
        name=run.info.name,
        estimator=run.info.estimator,
        members=tuple(f"seed{seed}" for seed in run.info.seeds),  # folds of one seed judge together
        n_parameters=middle.n_parameters,
        training_seconds=middle.seconds,
        predict_microseconds=judged.predict_microseconds,
        baseline=baseline,
        recipe=run.info.recipe,
    )


def _part_counts(predictions: Predictions) -> list[PartCounts]:
    """Return what is in a part, class by class and last, where there are any, the events without a label."""
    classes: list[tuple[int, str | None]] = [*enumerate(predictions.task.classes), (-1, None)]
    counts = []
    for index, name in classes:
        weight = predictions.weight[predictions.label == index]
        if name is not None or len(weight):
            total, squares = float(weight.sum()), float(np.square(weight).sum())
            counts.append(PartCounts(predictions.part, name, len(weight), total, squares))
    return counts


def _warnings(judged: Sequence[JudgedRun], data: Dataset, *, has_simple: bool) -> list[str]:
    texts = []
    if data.manifest.n_skipped:
        texts.append(f"{data.manifest.n_skipped} input entries or files could not be read and are not in the dataset.")
    dropped = sum(sum(summary.dropped.values()) for summary in data.manifest.inputs)
    if dropped:
        texts.append(f"{dropped} examples were left out because of NaN or infinity.")
    folds = judged[0].run.info.n_folds
    if folds:
        texts.append(
            f"With {folds} folds every event is in the test part, judged by the fold that did not see it; the training "
            "part shown is that of the first fold."
        )
    texts += [_started(each.run.info.name, each.run.info.start, data) for each in judged if each.run.info.start]
    if not has_simple and not judged[0].run.info.task.per_item:  # trees have no output per item
        texts.append("No boosted trees were trained on these events: there is no simple baseline to compare with.")
    return texts


def _started(name: str, start: StartInfo, data: Dataset) -> str:
    """Say where a run started, and what that may mean for its figures."""
    frozen = ", which was not trained further" if start.options["freeze"] == "backbone" else ""
    text = f"{name} started from the backbone of {start.name} (dataset {start.dataset_digest[:12]}…){frozen}."
    if start.dataset_digest == data.manifest.digest:
        return text
    return f"{text} Events that are in both datasets are tested fairly only if both runs have the same split."
