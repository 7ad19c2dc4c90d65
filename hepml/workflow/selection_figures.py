"""Figures of the selection of each class: in bins of spectators, over the cut, and by category of the true events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from hepml.contracts import Curve
from hepml.plots import (
    axis_title,
    draw_category_efficiency,
    draw_category_scores,
    draw_selection,
    draw_selection_scan,
)
from hepml.workflow.planned_figure import Drawable, PlannedFigure, runs_of, stem

_HOW = "Selected as a class is what scores highest as it"


def selections(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield efficiency and purity of all classes and runs in bins of each spectator."""
    for spectator, found in content.grouped("selection", lambda curve: curve.labels.get("spectator")).items():
        curves = [curve for curve in found if np.any(curve.columns["true_w"])]
        if not curves:
            continue
        how = _HOW if len(content.classes) > 2 else "Selected as signal is what scores at least 0.5"
        yield PlannedFigure(
            stem("selection", spectator),
            f"Efficiency and purity in bins of {axis_title(str(spectator))}",
            f"{how}. Above, the fraction of the events of each class that is selected as it; below, the fraction of "
            f"what is selected as a class that is of it, for the mixture of classes in the test part. Bands are one "
            "standard deviation; grey are the distributions of the events of the class, and of all events below. "
            f"{_in_no_bin(found)}",
            f"Efficiency and purity of each class in bins of {spectator} for {runs_of(curves)}.",
            partial(draw_selection, curves, label=content.label, run_pens=content.run_pens),
        )


def _in_no_bin(curves: Sequence[Curve]) -> str:
    """Return which events have no value of the spectator, or one outside of the bins."""
    first = [curve for curve in curves if curve.run == curves[0].run and curve.labels.get("n_in_no_bin")]
    counts = [f"{curve.labels['n_in_no_bin']} of {curve.labels['n_events']} {curve.class_}" for curve in first]
    if not counts:
        return "Every event is in a bin."
    return f"Without a value, or outside of the bins, and so in none of them, are {', '.join(counts)} events."


def selection_scans(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield s/√(s + b), efficiency and purity of all runs over the cut on each class; with two, see `cut_scans`."""
    if len(content.classes) < 3:
        return
    for class_, curves in content.grouped("significance", lambda curve: curve.class_).items():
        chosen = any(curve.part == "validation" for curve in curves)
        yield PlannedFigure(
            stem("selection_scan", class_),
            f"Cut on the score of {class_}: s/√(s+b), efficiency and purity",
            f"For the selection of {class_} by its score alone, with all other classes as background and the expected "
            "numbers of events. Bands are one standard deviation on the test part. "
            + (
                "Dotted is validation; the stars are the cuts with the largest s/√(s+b) there, where they stand on the "
                "test part."
                if chosen
                else "The largest is marked; without a validation part that chooses the cut it is biased upwards."
            ),
            f"s/√(s+b), efficiency and purity of {runs_of(curves)} over the cut on the score of {class_}.",
            partial(draw_selection_scan, curves, label=content.label, run_pens=content.run_pens),
            "working_points",
        )


def category_efficiencies(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the efficiencies of all classes and runs by category of each spectator that holds categories."""
    for spectator, curves in content.grouped("category_efficiency", lambda curve: curve.labels["spectator"]).items():
        yield PlannedFigure(
            stem("category_efficiency", spectator),
            f"Efficiency by {axis_title(str(spectator))}",
            f"{_HOW}: the fraction of the events of each class and category that is selected as their class. Errors "
            "are one standard deviation. What a class has no events of is not shown.",
            f"Efficiency of each class by {spectator} for {runs_of(curves)}.",
            partial(draw_category_efficiency, curves, label=content.label, run_pens=content.run_pens),
        )


def category_scores(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the score of each run and class by category of the true events."""
    groups = content.grouped("category_score", lambda curve: (curve.labels.get("spectator"), curve.run, curve.class_))
    several = len({class_ for _, _, class_ in groups}) > 1
    for (spectator, run, class_), curves in groups.items():
        yield PlannedFigure(
            stem("category_score", spectator, run, class_ if several else None),
            f"{run}: score of {class_} by {axis_title(str(spectator))}",
            f"Test part, each category with unit area: above those of the {class_} events, below those of all other "
            "events. Bands are one standard deviation.",
            f"Histograms of the {class_} score of {run} by {spectator}.",
            partial(draw_category_scores, curves, label=content.label),
        )
