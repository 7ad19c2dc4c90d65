"""Figures of outputs per item: accuracy by layer, pulls and widths, and tracks as runs see them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hepml.plots import draw_accuracy_by_item, draw_pulls, draw_tracks, draw_widths_by_item
from hepml.workflow.planned_figure import Drawable, PlannedFigure, runs_of, stem

_SHADED = " The items in grey are known beforehand."


def accuracies_by_item(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield how often all runs are right, item by item."""
    for curves in content.grouped("accuracy_by_item", lambda curve: curve.labels.get("output")).values():
        yield PlannedFigure(
            "accuracy_by_item",
            "Hit accuracy by item",
            "Share of events of the test part in which the most probable place of an item is the true one. Bands are "
            f"one standard deviation.{_SHADED if curves[0].labels.get('seed_items') else ''}",
            f"Hit accuracy of {runs_of(curves)} over the number of the item.",
            partial(draw_accuracy_by_item, curves, label=content.label, run_pens=content.run_pens),
        )


def pulls_of_items(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the pulls of all runs for each feature."""
    for feature, curves in content.grouped("pull_histogram", lambda curve: curve.labels.get("output")).items():
        yield PlannedFigure(
            stem("pulls", _short(feature)),
            f"Pulls of {_short(feature)}",
            "Prediction minus truth over the predicted σ, of all items of the test part, unit area. Dotted is the unit "
            "normal distribution, which pulls follow where the predicted errors are right. σ₆₈ is half of the central "
            "68% interval.",
            f"Histograms of the pulls of {runs_of(curves)}.",
            partial(draw_pulls, curves, content.metrics, label=content.label, run_pens=content.run_pens),
        )


def widths_of_items(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the widths of residuals and pulls of all runs for each feature, item by item."""
    for feature, curves in content.grouped("width_by_item", lambda curve: curve.labels.get("output")).items():
        yield PlannedFigure(
            stem("widths_by_item", _short(feature)),
            f"Widths of residuals and pulls of {_short(feature)} by item",
            "Half of the central 68% interval of prediction minus truth (above) and of that over the predicted σ "
            "(below, 1 where errors are right), by the item that is predicted. Bands are one standard deviation.",
            f"Widths of the residuals and pulls of {runs_of(curves)} over the number of the item.",
            partial(draw_widths_by_item, curves, label=content.label, run_pens=content.run_pens),
        )


def tracks(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield events with the true track and where runs see it."""
    if content.tracks:
        yield PlannedFigure(
            "tracks",
            "Tracks as the runs see them",
            "The first events of the test part, and those on which the runs differ most. Grey are the pixels that are "
            "on, the line is the true track; a run is marked where it takes another pixel for the track's. Left of the "
            "dotted line are the layers that hold the track alone.",
            f"Displays of {len(content.tracks)} events with the mistakes of {', '.join(content.tracks[0].found)}.",
            partial(draw_tracks, content.tracks, label=content.label, run_pens=content.run_pens),
            "events",
        )


def _short(feature: object) -> str:
    return str(feature).partition(" [")[0]
