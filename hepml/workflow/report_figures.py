"""The figures of a report: which there are, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hepml.workflow.event_figures import galleries, heat_maps
from hepml.workflow.item_figures import accuracies_by_item, pulls_of_items, tracks, widths_of_items
from hepml.workflow.map_figures import fault_rocs, maps, scores_over
from hepml.workflow.performance_figures import (
    confusions,
    cut_scans,
    efficiencies,
    rocs,
    sculptings,
    significances,
)
from hepml.workflow.planned_figure import Drawable, PlannedFigure
from hepml.workflow.regression_figures import residuals, responses, truth_predictions
from hepml.workflow.selection_figures import category_efficiencies, category_scores, selection_scans, selections
from hepml.workflow.training_figures import learnings, reliabilities, scores, trainings
from hepml.workflow.variable_figures import correlations, importances, inputs, mean_images, rankings, views_left_out

__all__ = ["Drawable", "PlannedFigure", "plan_figures"]

_FAMILIES: tuple[Callable[[Drawable], Iterator[PlannedFigure]], ...] = (
    rocs,
    selections,
    category_efficiencies,
    confusions,
    category_scores,
    residuals,
    responses,
    truth_predictions,
    accuracies_by_item,
    pulls_of_items,
    widths_of_items,
    fault_rocs,
    scores_over,
    significances,
    selection_scans,
    efficiencies,
    sculptings,
    cut_scans,
    reliabilities,
    scores,
    rankings,
    importances,
    views_left_out,
    correlations,
    learnings,
    trainings,
    galleries,
    heat_maps,
    tracks,
    maps,
    mean_images,
    inputs,
)


def plan_figures(content: Drawable) -> list[PlannedFigure]:
    """Return the figures of a report, in their order: those that several runs share stand before those of one."""
    return [figure for family in _FAMILIES for figure in family(content)]
