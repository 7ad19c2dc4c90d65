"""How runs find faults in monitored maps: a row per map and kind of fault, a column per run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from hepml.contracts import Metric
from hepml.contracts.report import ReportContent
from hepml.reports.metric_rows import MEDIAN, find, main_part, metric_cell, subject, unique
from hepml.reports.number_text import MISSING
from hepml.reports.text_table import Cell, TextTable

_TITLES = {
    "auc": "AUC of bad against good lumisections",
    "false_alarm_rate_at_0.75": "False alarms where 75% of the faults are found",
    "false_alarm_rate_at_0.95": "False alarms where 95% of the faults are found",
    "found_at_false_alarm_rate_0.01": "Faults found at 1% false alarms",
    "found_at_threshold": "Faults found at the threshold from other, good runs",
    "cells_found": "Share of the cells with the fault that are marked, of flagged ones",
    "cells_wrong": "Share of the marked cells that do not have it",
}
_AT_ONCE = ("auc", "false_alarm_rate_at_0.75", "false_alarm_rate_at_0.95")
"""What a terminal shows."""

_NOTE = "Errors are statistical. Lumisections of one fault are not independent of each other."
_GOOD = {
    "threshold_at_0.01": "Threshold at 1% from other, good runs",
    "false_alarm_rate": "False alarms at it",
    "score_entries_correlation": "Rank correlation of score and entries",
}


def fault_tables(content: ReportContent, *, every: bool = True) -> list[TextTable]:
    """Return one table per figure: all of them, or those that a terminal shows; none where there is no truth."""
    metrics = _of_main_part(content)
    tables = []
    for name, title in _TITLES.items():
        if not every and name not in _AT_ONCE:
            continue
        of_figure = [m for m in metrics if m.name == name and m.against is None]
        tables += _table(content, of_figure, title, member=None)
        if name == "auc" and any(m.member == MEDIAN for m in of_figure):
            tables += _table(content, of_figure, f"{title}: median of seeds", member=MEDIAN)
    return tables


def good_table(content: ReportContent) -> TextTable | None:
    """Return threshold and false alarms of each run and map; None where there are none."""
    metrics = [m for m in _of_main_part(content, every_selection=True) if m.name in _GOOD and m.member is None]
    keys = unique(f"{m.name}|{m.selection or ''}|{m.output}" for m in metrics)
    rows = []
    for key in keys:
        name, selection, output = str(key).split("|")
        cells = [
            metric_cell(next((m for m in metrics if _key(m) == key and m.run == run.name), None))
            for run in content.runs
        ]
        where = f", {selection}" if selection else ""
        rows.append((Cell(output), Cell(f"{_GOOD[name]}{where}"), *cells))
    header = ("Map", "Figure", *(run.name for run in content.runs))
    return TextTable("Good lumisections", header, tuple(rows), numeric=_numeric(header, 2)) if rows else None


def difference_table(content: ReportContent) -> TextTable | None:
    """Return AUC of the best run minus that of each other run, by map and kind; None where nothing was compared."""
    metrics = [m for m in content.metrics if m.name in ("delta_fault_auc", "delta_auc") and m.part == "test"]
    best = _best(content)
    others = [run.name for run in content.runs if run.name != best]
    targets = unique(subject(m) for m in metrics)
    if best is None or not others or not metrics or content.task.kind != "reconstruction":
        return None
    rows = tuple((Cell(str(t)), *(_difference(metrics, best, other, t) for other in others)) for t in targets)
    header = ("Target", *(f"{best} − {other}" for other in others))
    note = f"Paired, on the same lumisections; averages of seeds. {_NOTE}"
    return TextTable(f"AUC of {best} minus that of others", header, rows, note, _numeric(header, 1))


def _of_main_part(content: ReportContent, *, every_selection: bool = False) -> list[Metric]:
    if content.task.kind != "reconstruction":
        return []
    part = main_part(content.metrics)
    return [m for m in content.metrics if m.part == part and (every_selection or m.selection is None)]


def _table(content: ReportContent, metrics: Sequence[Metric], title: str, *, member: str | None) -> list[TextTable]:
    targets = unique(subject(m) for m in metrics)
    if not targets or not any(m.member == member for m in metrics):
        return []
    name = metrics[0].name
    rows = []
    for target in targets:
        cells = [metric_cell(find(metrics, name, run=run.name, class_=target, member=member)) for run in content.runs]
        rows.append((Cell(str(target)), *cells))
    header = ("Target", *(run.name for run in content.runs))
    return [TextTable(title, header, tuple(rows), _NOTE, _numeric(header, 1))]


def _key(metric: Metric) -> str:
    return f"{metric.name}|{metric.selection or ''}|{metric.output}"


def _best(content: ReportContent) -> str | None:
    """Return the run with the highest mean AUC over maps; of equal ones the first."""
    means = {}
    for run in content.runs:
        found = [
            m.value for m in content.metrics if (m.name, m.run, m.member, m.class_) == ("auc", run.name, None, None)
        ]
        if found and not any(math.isnan(value) for value in found):
            means[run.name] = sum(found) / len(found)
    return max(means, key=lambda name: means[name]) if means else None


def _difference(metrics: Iterable[Metric], best: str, other: str, target: str | None) -> Cell:
    for metric in metrics:
        if metric.member is None and subject(metric) == target and {metric.run, metric.against} == {best, other}:
            sign = 1 if metric.run == best else -1
            turned = Metric(metric.name, sign * metric.value, metric.error, metric.method)
            return metric_cell(turned)
    return Cell(MISSING)


def _numeric(header: Sequence[str], first: int) -> frozenset[int]:
    return frozenset(range(first, len(header)))
