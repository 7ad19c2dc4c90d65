"""The table of the null test: what runs lose when the signs of features are dealt at random."""

from __future__ import annotations

import math

from hepml.contracts import Metric
from hepml.contracts.report import ReportContent
from hepml.reports.metric_rows import RANDOM_SIGNS, main_part, metric_title, select, subject
from hepml.reports.number_text import MISSING, with_error
from hepml.reports.text_table import Cell, TextTable


def null_test_table(content: ReportContent) -> TextTable | None:
    """Return the paired differences of all events, random signs less true ones; None where nothing was asked."""
    metrics = select(content.metrics, part=main_part(content.metrics))
    found = [m for m in metrics if m.name.endswith(RANDOM_SIGNS)]
    header = ("Run", "Class", "Figure", "Random signs − true signs", "In σ")
    note = "Paired, on the same test events. A model that uses the signs loses; one that does not stays where it is."
    rows = tuple(_row(metric) for metric in found)
    return TextTable("Null test: signs dealt at random", header, rows, note, frozenset({3, 4})) if rows else None


def _row(metric: Metric) -> tuple[Cell, ...]:
    figure = metric_title(metric.name.removesuffix(RANDOM_SIGNS).removeprefix("delta_"))
    known = metric.error > 0 and math.isfinite(metric.value)
    return (
        Cell(str(metric.run)),
        Cell(subject(metric) or "all"),
        Cell(f"Δ{figure}"),
        Cell(with_error(metric.value, metric.error), metric.method),
        Cell(f"{metric.value / metric.error:.1f}" if known else MISSING),
    )
