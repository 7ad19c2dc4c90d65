"""Figures of how well classifiers separate: ROC, confusion, significance, efficiency in bins, sculpting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from hepml.contracts import Curve
from hepml.plots import (
    axis_title,
    draw_confusion,
    draw_cut_scan,
    draw_efficiency,
    draw_roc,
    draw_sculpting,
    draw_significance,
)
from hepml.workflow.planned_figure import Drawable, PlannedFigure, runs_of, stem


def rocs(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the ROC of all runs for each signal."""
    groups = content.grouped("roc", lambda curve: (curve.class_, curve.labels.get("background")))
    for (class_, background), curves in groups.items():
        below = f" Below, the rejection over that of {content.baseline}." if len(curves) > 1 else ""
        yield PlannedFigure(
            stem("roc", class_ if len(groups) > 1 else None, background),
            f"ROC of {class_}" + (f" against {background}" if background else ""),
            "Background rejection against signal efficiency on the test part; higher is better. Bands are one standard "
            f"deviation at fixed signal efficiency, with the fluctuation of the cut.{below}",
            f"ROC curves of {runs_of(curves)}.",
            partial(
                draw_roc,
                curves,
                content.metrics,
                label=content.label,
                reference=content.baseline,
                run_pens=content.run_pens,
            ),
        )


def confusions(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the confusion matrices of each run by row and by column; with two classes the ROC says more."""
    groups = content.grouped("confusion_matrix", lambda curve: (curve.run, curve.labels.get("output")))
    for (run, output), curves in groups.items():
        if output is None and len(content.classes) < 3:
            continue
        what = f"{run}, {output}" if output else run
        yield PlannedFigure(
            stem("confusion", run, output),
            f"Confusion matrix of {what}",
            "For the events of each class in the test part, the fraction that scores highest as each class: rows sum "
            "to 1, and the diagonal is the efficiency.",
            f"Confusion matrix of {what}, by row.",
            partial(draw_confusion, curves[0], label=content.label),
        )
        yield PlannedFigure(
            stem("purity_matrix", run, output),
            f"Confusion matrix of {what} by predicted class",
            "For the events that score highest as each class, the fraction that each class has of them, with the "
            "weights of the test part: columns sum to 1, and the diagonal is the purity.",
            f"Confusion matrix of {what}, by column.",
            partial(draw_confusion, curves[0], normalised="purity", label=content.label),
        )


def significances(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the significance of all runs for each signal; with three or more classes, see `selection_scans`."""
    if len(content.classes) > 2:
        return
    groups = content.grouped("significance", lambda curve: curve.class_)
    for class_, curves in groups.items():
        yield PlannedFigure(
            stem("significance", class_ if len(groups) > 1 else None),
            f"Expected significance of {class_}",
            "AMS against signal efficiency, for the expected numbers of events. Lines with bands (one standard "
            f"deviation, from the finite number of events) are the test part. {_about_the_cut(curves)}",
            f"Scan of the expected significance of {runs_of(curves)}, with the best cuts marked.",
            partial(draw_significance, curves, label=content.label, run_pens=content.run_pens),
            "working_points",
        )


def _about_the_cut(curves: Sequence[Curve]) -> str:
    if any(curve.part == "validation" for curve in curves):
        return (
            "Dotted is validation; the cut that is best there is marked where it stands on the test part: that is the "
            "number to quote, the top of the curve itself is biased upwards."
        )
    return "The largest is marked; without a validation part that chooses the cut it is biased upwards."


def cut_scans(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the significances of each run over the cut; with three or more classes, see `selection_scans`."""
    if len(content.classes) > 2:
        return
    groups = content.grouped("significance", lambda curve: (curve.run, curve.class_))
    several = len({class_ for _, class_ in groups}) > 1
    for (run, class_), curves in groups.items():
        yield PlannedFigure(
            stem("cut_scan", run, class_ if several else None),
            f"Scan of the cut on {run}" + (f" for {class_}" if several else ""),
            "Expected significances and numbers of events above a cut on the score. Bands are one standard deviation "
            "on the test part, dotted lines are validation; the vertical line is the cut with the best AMS there.",
            f"Significances of {run} over the cut on its score.",
            partial(draw_cut_scan, curves, label=content.label),
            "working_points",
        )


def efficiencies(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the efficiencies of all runs in bins of each spectator."""
    groups = content.grouped("efficiency", lambda curve: (curve.labels.get("spectator"), curve.labels.get("signal")))
    several = len({signal for _, signal in groups}) > 1
    for (spectator, signal), curves in groups.items():
        at = curves[0].labels.get("signal_efficiency", 0.5)
        yield PlannedFigure(
            stem("efficiency", spectator, signal if several else None),
            f"Efficiency in bins of {axis_title(str(spectator))}",
            f"Fraction of each class above the cut that keeps {at:.0%} of {signal}, in bins of {spectator}. A flat "
            "line means that the cut does not depend on it. Bands are one standard deviation.",
            f"Efficiency of each class in bins of {spectator} for {runs_of(curves)}.",
            partial(draw_efficiency, curves, label=content.label, run_pens=content.run_pens),
            "working_points",
        )


def sculptings(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the shape of each background spectator before and after the cuts of all runs."""
    groups = content.grouped(
        "sculpting", lambda curve: (curve.labels.get("spectator"), curve.labels.get("signal"), curve.class_)
    )
    several = len({class_ for _, _, class_ in groups}) > 1
    for (spectator, _, class_), curves in groups.items():
        at = curves[0].labels.get("signal_efficiency", 0.5)
        yield PlannedFigure(
            stem("sculpting", spectator, class_ if several else None),
            f"Sculpting of {axis_title(str(spectator))}",
            f"{class_} before and after the cut that keeps {at:.0%} of the signal, unit area. JSD is the "
            "Jensen–Shannon divergence of the two shapes in bits (0: the cut leaves the shape as it is, 1: no "
            "overlap). Bands are one standard deviation.",
            f"Distribution of {spectator} of {class_} before and after the cuts of {runs_of(curves)}.",
            partial(draw_sculpting, curves, content.metrics, label=content.label, run_pens=content.run_pens),
            "working_points",
        )
