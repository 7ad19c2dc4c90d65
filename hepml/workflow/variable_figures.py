"""Figures of the variables: ranking, importance, correlations, mean images, what the processor filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import hist
import numpy as np

from hepml.contracts import Curve
from hepml.plots import (
    draw_correlation,
    draw_importance,
    draw_mean_images,
    draw_ranking,
    draw_spectator,
    draw_views_left_out,
)
from hepml.workflow.planned_figure import Drawable, PlannedFigure, runs_of, stem


def rankings(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield how well each variable alone separates each signal."""
    groups = content.grouped("variable_ranking", _input_and_class)
    several = len({name for name, _ in groups}) > 1
    for (name, class_), curves in groups.items():
        yield PlannedFigure(
            stem("variable_ranking", name if several else None, class_ if len(groups) > 1 else None),
            f"Ranking of variables for {class_}" + (f", input {name}" if several else ""),
            "AUC of each variable alone on the test part: 0.5 says nothing about the class, by itself. Errors are one "
            "standard deviation.",
            f"Variables by how well each alone separates {class_}.",
            partial(draw_ranking, curves[0], label=content.label),
            "variables",
        )


def importances(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the permutation importances of all runs."""
    groups = content.grouped(
        "importance", lambda curve: (curve.labels.get("figure"), curve.class_, curve.labels.get("output"))
    )
    for (_, class_, output), curves in groups.items():
        what, about = class_ or output, curves[0].labels
        yield PlannedFigure(
            stem("importance", what if len(groups) > 1 else None),
            "Permutation importance" + (f" for {what}" if len(groups) > 1 and what else ""),
            f"What a model loses when one variable is shuffled among {about.get('n_events', 'the')} test events, the "
            f"mean of {about.get('repeats', 'several')} times with its error. Of two variables that say the same, "
            "either can look unimportant.",
            f"Importance of the variables for {runs_of(curves)}.",
            partial(draw_importance, curves, label=content.label, run_pens=content.run_pens),
            "variables",
        )


def views_left_out(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield what each run on several views loses without one of them."""
    for run, curves in content.grouped("view_left_out", lambda curve: curve.run).items():
        yield PlannedFigure(
            stem("view_left_out", run),
            f"One view left out of {run}",
            f"Change of each figure of merit of {run} when one view is empty in {curves[0].labels.get('n_events')} "
            "test events, with the error of the paired difference. The model was not trained again: it has never seen "
            "an empty view, so one that is trained without the view (option `views`) may lose less.",
            f"Change of the figures of merit of {run} without each of its views.",
            partial(draw_views_left_out, curves, label=content.label),
            "variables",
        )


def correlations(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the correlation matrix of the variables of each class."""
    groups = content.grouped("correlation", _input_and_class)
    several = len({name for name, _ in groups}) > 1
    for (name, class_), curves in groups.items():
        yield PlannedFigure(
            stem("correlation", name if several else None, class_),
            "Correlation of variables" + (f", {class_}" if class_ else "") + (f", input {name}" if several else ""),
            "Weighted linear correlation of each pair of variables, of events that have both.",
            f"Correlation matrix of the variables of {class_ or 'all events'}.",
            partial(draw_correlation, curves[0], label=content.label),
            "variables",
        )


def _input_and_class(curve: Curve) -> tuple[object, str | None]:
    return curve.labels.get("input"), curve.class_


def mean_images(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the mean images of the classes."""
    for name, image in content.images.items():
        if image.by_class:
            yield PlannedFigure(
                f"mean_{name}",
                f"Mean {name} of each class",
                f"{image.axes.content} of each pixel, weighted, over the test part, and the difference of the classes.",
                f"Mean images of {' and '.join(image.by_class)}, and their difference.",
                partial(draw_mean_images, image.by_class, image_axes=image.axes, label=content.label),
                "inputs",
            )


def inputs(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield what the processor filled."""
    for name, by_input in content.histograms.items():
        if _can_share_a_figure(list(by_input.values())):
            yield PlannedFigure(
                f"input_{name}",
                f"Input: {name}",
                "As the processor filled it, one line for each input, unit area. Bands are one standard deviation.",
                f"Distribution of {name} for each input.",
                partial(draw_spectator, by_input, label=content.label),
                "inputs",
            )


def _can_share_a_figure(histograms: Sequence[hist.Hist]) -> bool:
    """Return whether histograms have one axis, the same for all; what else a processor fills is not drawn."""
    if any(histogram.ndim != 1 for histogram in histograms):
        return False
    return all(np.array_equal(histogram.axes[0].edges, histograms[0].axes[0].edges) for histogram in histograms)
