"""Everything that is said about one regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hepml.contracts import Curve, Metric, Predictions, part_beside_train
from hepml.evaluation.case import cases
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.figures import medians
from hepml.evaluation.regressed import RegressedTarget, regressed_targets
from hepml.evaluation.regression_curves import residual_histogram_curves, response_curves, truth_prediction_curve
from hepml.evaluation.residuals import (
    Residuals,
    bias_of,
    mae_of,
    median_absolute_of,
    r2_of,
    relative,
    residuals,
    resolution_of,
    rmse_of,
    tail_of,
)
from hepml.recipe import Evaluation, Weights

_LINEARISED = {"bias": bias_of, "resolution": resolution_of, "rmse": rmse_of, "mae": mae_of, "r2": r2_of}
_RELATIVE = {
    "relative_bias": bias_of,
    "relative_resolution": resolution_of,
    "median_absolute_relative_error": median_absolute_of,
}


def evaluate_regression(
    predictions: Mapping[str, Predictions],
    evaluation: Evaluation,
    *,
    seed: int,  # noqa: ARG001  (no figure needs it, but every task is judged by the same call)
    trained: Weights,  # noqa: ARG001  (neither this)
) -> tuple[list[Metric], list[Curve]]:
    """Return figures and curves of one run, by part and output; see `evaluate_predictions`."""
    samples = {part: regressed_targets(values) for part, values in predictions.items()}
    metrics: list[Metric] = []
    curves: list[Curve] = []
    for part, targets in samples.items():
        for target in targets:
            metrics += _figures_of_cases(target, evaluation, list(target.predicted) if part == "test" else (None,))
    for index, test in enumerate(samples["test"]):
        parts = [samples[part][index] for part in (part_beside_train(samples), "train") if part in samples]
        curves += [*residual_histogram_curves(parts), *response_curves(test, evaluation), truth_prediction_curve(test)]
    return metrics, curves


def _figures_of_cases(target: RegressedTarget, evaluation: Evaluation, members: Sequence[str | None]) -> list[Metric]:
    metrics = [
        replace(case, member=member, output=target.output).metric(name, estimate)
        for case, selected in cases(target, evaluation)
        for member in members
        for name, estimate in _figures(selected, member).items()
    ]
    return metrics + medians(metrics)


def _figures(sample: RegressedTarget, member: str | None) -> dict[str, Estimate]:
    total = float(sample.weight.sum())
    if total <= 0:
        reason = f"the weights of the {len(sample.weight)} events sum to {total:.6g}"
        return dict.fromkeys([*_LINEARISED, "tail_fraction", *_RELATIVE], undefined(reason))
    checked = residuals(sample.truth, sample.predicted[member], sample_weight=sample.weight)
    figures = {name: figure(checked).estimate(checked.share) for name, figure in _LINEARISED.items()}
    return figures | {"tail_fraction": tail_of(checked)} | _relative_figures(checked)


def _relative_figures(checked: Residuals) -> dict[str, Estimate]:
    positive = relative(checked)
    if positive is None:
        return dict.fromkeys(
            _RELATIVE, undefined("the weights of the events with a positive truth sum to zero or less")
        )
    return {name: figure(positive).estimate(positive.share) for name, figure in _RELATIVE.items()}
