"""Figures of monitored maps: faults found against false alarms, stability of scores, and maps with faults."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hepml.plots import draw_fault_rocs, draw_maps, draw_scores_over
from hepml.workflow.planned_figure import Drawable, PlannedFigure, runs_of, stem


def fault_rocs(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the ROC of all runs by kind of fault, for each map."""
    for output, curves in content.grouped("fault_roc", lambda curve: curve.labels.get("output")).items():
        yield PlannedFigure(
            stem("fault_roc", output),
            f"Faults of {output} against false alarms",
            "Share of lumisections with a fault of each kind that are above a cut on the score, against that of the "
            "good ones of the test part. Rates of 0 are drawn at half a lumisection; the grey line is at 1%.",
            f"A panel per kind of fault with curves of {runs_of(curves)}.",
            partial(draw_fault_rocs, curves, label=content.label, run_pens=content.run_pens),
        )


def scores_over(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield scores of good lumisections over runs and over entries, for each map."""
    what = {"run": "the run: does a drift become an alarm?", "entries": "its entries: does a score follow them?"}
    for over, question in what.items():
        name = f"score_by_{over}"
        for output, curves in content.grouped(name, lambda curve: curve.labels.get("output")).items():
            yield PlannedFigure(
                stem(name, output),
                f"Scores of good lumisections of {output} over {over}",
                f"Scores of lumisections of the test part that are not known to be bad, over {question} Lines are "
                "medians, bands the central 68%, triangles the highest scores; dotted is the threshold for 1% "
                "false alarms from other runs, and below are the false alarms that it gives.",
                f"Medians and highest scores of {runs_of(curves)} over {over}.",
                partial(draw_scores_over, curves, over=over, label=content.label, run_pens=content.run_pens),
            )


def maps(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield, for each run and map, the first lumisection with each kind of fault."""
    groups = dict.fromkeys((picture.run, picture.output) for picture in content.maps)
    for run, output in groups:
        pictures = [picture for picture in content.maps if (picture.run, picture.output) == (run, output)]
        yield PlannedFigure(
            stem("maps", output, run),
            f"Faults of {output} as {run} sees them",
            "The first lumisection of the test part with each kind of fault: counts, what is expected, and the pull. "
            "The fault is inside the dashed line, cells that are marked inside the full one; grey cells are left out.",
            f"{len(pictures)} rows of maps, one per kind of fault.",
            partial(draw_maps, pictures, label=content.label),
            "events",
        )
