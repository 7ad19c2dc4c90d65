"""Figures of a regression: residuals, bias and resolution in bins, truth against prediction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from hepml.contracts import Curve
from hepml.plots import axis_title, draw_residuals, draw_response, draw_truth_prediction
from hepml.workflow.planned_figure import Drawable, PlannedFigure, runs_of, stem

_DIFFERENCES = ("delta_resolution", "delta_median_absolute_error")
_BELOW = (
    " Below, the resolution minus that of {0}: negative is better, positive are the bins where a model loses. Its band "
    "is that of the difference on the same events, in which their common fluctuations cancel."
)


def residuals(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the residuals of all runs for each target."""
    groups = content.grouped("residual_histogram", lambda curve: curve.labels.get("output"))
    for output, curves in groups.items():
        yield PlannedFigure(
            stem("residuals", output if len(groups) > 1 else None),
            f"Residuals of {axis_title(str(output))}",
            "Prediction minus truth, unit area: lines with bands of one standard deviation are the test part, points, "
            "where there are few runs, the training part. σ₆₈ is half of the central 68% interval.",
            f"Histograms of the residuals of {runs_of(curves)}.",
            partial(draw_residuals, curves, content.metrics, label=content.label, run_pens=content.run_pens),
        )


def responses(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield bias and resolution of all runs in bins, for each target and quantity."""
    groups = content.grouped("response_bins", _about)
    compared = content.grouped("response_difference", _about)
    for (output, of, relative), curves in groups.items():
        baseline = content.baseline_among({str(curve.run) for curve in curves})
        pairs = compared.get((output, of, relative), [])
        differences = [found for each in pairs if (found := _to(baseline, each)) is not None]
        several = len({key[0] for key in groups}) > 1
        yield PlannedFigure(
            stem("response", output if several else None, of if of != output else "truth", "relative" * bool(relative)),
            ("Relative bias" if relative else "Bias") + f" and resolution in bins of {axis_title(str(of))}",
            f"Mean and half of the central 68% interval of the residual of {output} on the test part, in bins of "
            f"{'the truth' if of == output else of}. Bands are one standard deviation."
            + (_BELOW.format(baseline) if differences else ""),
            f"Bias and resolution of {runs_of(curves)} in bins of {of}.",
            partial(draw_response, curves, differences=differences, label=content.label, run_pens=content.run_pens),
        )


def truth_predictions(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield truth against prediction of each run and target."""
    groups = content.grouped("truth_prediction", lambda curve: (curve.run, curve.labels.get("output")))
    several = len({output for _, output in groups}) > 1
    for (run, output), curves in groups.items():
        yield PlannedFigure(
            stem("truth_prediction", run, output if several else None),
            f"Truth against prediction of {run}" + (f" for {output}" if several else ""),
            "Σw of the test part in logarithmic colours; a perfect model has everything on the diagonal.",
            f"Two-dimensional histogram of true and predicted {output} of {run}.",
            partial(draw_truth_prediction, curves[0], label=content.label),
        )


def _to(baseline: str | None, curve: Curve) -> Curve | None:
    """Return a difference as that of a run to the baseline; None if it is one of two other runs."""
    against = curve.labels.get("against")
    if against == baseline:
        return curve
    if curve.run != baseline:
        return None
    columns = {name: -values if name in _DIFFERENCES else values for name, values in curve.columns.items()}
    return replace(curve, columns=columns, run=str(against), labels={**curve.labels, "against": curve.run})


def _about(curve: Curve) -> tuple[object, object, bool]:
    labels = curve.labels
    return labels.get("output"), labels.get("of"), bool(labels.get("relative"))
