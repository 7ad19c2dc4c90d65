"""Everything that is said about a run with several outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import hist
import numpy as np

from hepml.contracts import Batch, Curve, Metric, OutputSpec, Predictions, TaskSpec
from hepml.evaluation.accuracy import accuracy_score
from hepml.evaluation.case import Case
from hepml.evaluation.classification import evaluate_classification
from hepml.evaluation.curves import confusion_curve, score_histograms
from hepml.evaluation.estimate import undefined
from hepml.evaluation.figures import medians
from hepml.evaluation.fraction import weighted_fraction
from hepml.evaluation.input_curves import classification_input_curves, regression_input_curves
from hepml.evaluation.labelled import LabelledScores, labelled_scores, predicted_class
from hepml.evaluation.leading_auc import leading_aucs
from hepml.evaluation.leading_figure import LeadingFigure
from hepml.evaluation.leading_rmse import leading_rmses
from hepml.evaluation.regression import evaluate_regression
from hepml.evaluation.regression_curves import regression_histograms
from hepml.evaluation.single_tasks import LABEL, has_codes, key_of, single_tasks
from hepml.recipe import Evaluation, Weights


def evaluate_multitask(
    predictions: Mapping[str, Predictions], evaluation: Evaluation, *, seed: int, trained: Weights
) -> tuple[list[Metric], list[Curve]]:
    """Return figures and curves of one run, by part; see `evaluate_predictions`.

    The label is judged as a classification is, and numbers as a regression.  Of outputs whose classes are the numbers
    of a spectator there are ``accuracy``, ``majority_share`` (what the most frequent class alone would reach) and
    ``confusion_matrix``, with the name of the output.
    """
    by_part = {part: single_tasks(values) for part, values in predictions.items()}
    metrics: list[Metric] = []
    curves: list[Curve] = []
    for output in predictions["test"].task.kept:
        parts = {part: singles[key_of(output)] for part, singles in by_part.items()}
        if has_codes(output):
            found = _codes_figures(parts, output)
        elif output.target == "label":
            found = evaluate_classification(parts, evaluation, seed=seed, trained=trained)
        else:
            found = evaluate_regression(parts, evaluation, seed=seed, trained=trained)
        metrics += found[0]
        curves += found[1]
    return metrics, curves


def multitask_histograms(predictions: Predictions) -> dict[str, hist.Hist]:
    """Return the histograms of the score of the label and of the numbers, for statistics tools."""
    found: dict[str, hist.Hist] = {}
    for key, single in single_tasks(predictions).items():
        if key == LABEL:
            found |= score_histograms(single)
        elif single.task.kind == "regression":
            found |= regression_histograms(single)
    return found


def leading_of_all(predictions: Predictions, member: str | None = None) -> list[LeadingFigure]:
    """Return the AUC of each signal and the RMSE of each number."""
    singles = single_tasks(predictions)
    found = leading_aucs(singles[LABEL], member) if LABEL in singles else []
    for single in singles.values():
        found += leading_rmses(single, member) if single.task.kind == "regression" else []
    return found


def multitask_input_curves(batch: Batch, array: str, features: Sequence[str], task: TaskSpec) -> list[Curve]:
    """Return the curves of a classification where the label is learnt, or else those of a regression."""
    if any(output.target == "label" for output in task.outputs):
        return classification_input_curves(batch, array, features, task)
    return regression_input_curves(batch, array, features, task)


def _codes_figures(parts: Mapping[str, Predictions], output: OutputSpec) -> tuple[list[Metric], list[Curve]]:
    metrics: list[Metric] = []
    curves: list[Curve] = []
    for part, predictions in parts.items():
        if not (predictions.label >= 0).any():
            continue  # data-like events: nothing is known about them
        sample = labelled_scores(predictions)
        members = list(sample.scores) if part == "test" else [None]
        metrics += [_accuracy(sample, member, output) for member in members]
        if part == "test":
            metrics.append(_majority(sample, output))
            curve = confusion_curve(sample)
            curves.append(replace(curve, labels={**curve.labels, "output": output.name}))
    return metrics + medians(metrics), curves


def _accuracy(sample: LabelledScores, member: str | None, output: OutputSpec) -> Metric:
    case = Case(sample.run, sample.part, member=member, output=output.name)
    if not sample.weight.sum() > 0:
        return case.metric("accuracy", undefined(f"the weights sum to {sample.weight.sum():.6g}"))
    predicted = predicted_class(sample, member)
    return case.metric("accuracy", accuracy_score(sample.label, predicted, sample_weight=sample.weight))


def _majority(sample: LabelledScores, output: OutputSpec) -> Metric:
    """Return what the class with the largest Σw would reach, the simplest thing to compare with."""
    case = Case(sample.run, sample.part, output=output.name)
    sums = np.bincount(sample.label, weights=sample.weight, minlength=output.size)
    if not sums.sum() > 0:
        return case.metric("majority_share", undefined(f"the weights sum to {sums.sum():.6g}"))
    return case.metric(
        "majority_share", weighted_fraction(sample.label == int(sums.argmax()), sample_weight=sample.weight)
    )
