"""Planned figures, drawn into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepml.contracts.report import ReportFigure
from hepml.plots import save_figure
from hepml.workflow.planned_figure import PlannedFigure
from hepml.workflow.progress import Progress


def draw_figures(folder: Path, planned: Sequence[PlannedFigure], progress: Progress) -> list[ReportFigure]:
    """Draw figures as PNG and PDF, and return what a report shows of them."""
    drawn = []
    with progress.step("draw", len(planned)) as bar:
        for figure in planned:
            png = save_figure(figure.draw(), folder, figure.name).png.read_bytes()
            drawn.append(
                ReportFigure(figure.name, figure.title, figure.caption, figure.alternative, png, figure.section)
            )
            bar.advance(1, note=figure.name)
    return drawn
