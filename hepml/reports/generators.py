"""Generators in tables: verdicts figure by figure, distances, response in bins of the energy."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hepml.contracts import Metric, Verdict
from hepml.contracts.report import ReportContent
from hepml.reports.metric_rows import MEDIAN, metric_title
from hepml.reports.number_text import MISSING, plain_number, with_error
from hepml.reports.text_table import Cell, TextTable

GENERATION = "generation"
"""`TaskSpec.kind` of what these tables are about."""

FLOOR = "full simulation"
"""`Metric.run` of truth against truth."""

_TITLES = {
    "response": "Mean response, worst bin",
    "resolution": "Resolution, worst bin",
    "separation": "Separation",
    "auc_shapes": "AUC, shape variables",
    "auc_cells": "AUC, cells",
    "coverage_lost": "Coverage lost",
    "copied": "Copied showers",
}
_DISTANCES = (
    "auc_shapes",
    "auc_cells",
    "jsd_of_shapes",
    "jsd_of_cells",
    "calibration_error_shapes",
    "calibration_error_cells",
    "frechet_distance",
    "kernel_distance",
    "correlation_distance",
    "spectrum_distance",
    "mean_shower_distance",
    "coverage_lost",
    "copied",
    "nearer_to_training",
    "stochastic_term",
    "constant_term",
    "microseconds_per_shower",
)


def verdict_table(content: ReportContent) -> TextTable | None:
    """Return one row per figure that has a limit, with the floor and each run's value and verdict; None without any."""
    if not content.verdicts:
        return None
    keys = list(dict.fromkeys((each.name, each.output) for each in content.verdicts))
    found = {(each.name, each.output, each.run): each for each in content.verdicts}
    rows = []
    for name, output in keys:
        own = [found.get((name, output, run.name)) for run in content.runs]
        known = [each for each in own if each is not None]
        floor = with_error(known[0].floor, known[0].floor_error)
        limit = plain_number(known[0].limit)
        rows.append((Cell(_row_title(name, output)), Cell(limit), Cell(floor), *map(_verdict_cell, own)))
    rows.append((Cell("Passed"), Cell(""), Cell(""), *(Cell(_passed(content.verdicts, r.name)) for r in content.runs)))
    header = ("Figure", "Limit", "Floor", *(run.name for run in content.runs))
    note = (
        "A figure passes up to its limit; with a question mark, the limit is within two standard errors. Response and "
        "resolution are deviations from full simulation. The floor is full simulation judged as if it were generated."
    )
    return TextTable("Verdicts", header, tuple(rows), note, frozenset(range(1, len(header))))


def distances_table(content: ReportContent) -> TextTable | None:
    """Return one row per figure of all variables or cells together, beside its floor; None where there are none."""
    if content.task.kind != GENERATION:
        return None
    names = [name for name in _DISTANCES if any(m.name == name for m in content.metrics)]
    rows = tuple(
        (Cell(metric_title(name)), *(_cell(_of(content.metrics, name, run)) for run in _columns(content)))
        for name in names
    )
    header = ("Figure", "Floor", *(run.name for run in content.runs))
    note = "Of runs with several members the median. The floor is full simulation judged as if it were generated."
    return TextTable("Distances and cost", header, rows, note, frozenset(range(1, len(header)))) if rows else None


def response_table(content: ReportContent) -> TextTable | None:
    """Return response and resolution over full simulation, bin by bin; None where there are none."""
    bins = list(dict.fromkeys(m.selection for m in content.metrics if m.name == "response_ratio"))
    rows = tuple(
        (
            Cell(f"{title}, {each}"),
            *(_cell(_of(content.metrics, name, run, selection=each)) for run in _columns(content)),
        )
        for name, title in (("response_ratio", "Response"), ("resolution_ratio", "Resolution"))
        for each in bins
    )
    header = ("Over full simulation", "Floor", *(run.name for run in content.runs))
    title = "Response and resolution in bins of the true energy"
    return TextTable(title, header, rows, "", frozenset(range(1, len(header)))) if rows else None


def _columns(content: ReportContent) -> list[str]:
    return [FLOOR, *(run.name for run in content.runs)]


def _of(metrics: Sequence[Metric], name: str, run: str, *, selection: str | None = None) -> Metric | None:
    wanted = (name, run, selection, None)
    return next(
        (m for m in metrics if (m.name, m.run, m.selection, m.against) == wanted and m.member in (None, MEDIAN)), None
    )


def _cell(metric: Metric | None) -> Cell:
    return Cell(MISSING) if metric is None else Cell(with_error(metric.value, metric.error), metric.method)


def _row_title(name: str, output: str | None) -> str:
    return _TITLES.get(name, metric_title(name)) + (f" of {output}" if output else "")


def _verdict_cell(verdict: Verdict | None) -> Cell:
    if verdict is None:
        return Cell(MISSING)
    text = f"{with_error(verdict.value, verdict.error)} {verdict.in_words}"
    return Cell(text, verdict.selection or "", "good" if verdict.passes else "bad")


def _passed(verdicts: Sequence[Verdict], run: str) -> str:
    own = [each for each in verdicts if each.run == run and not math.isnan(each.value)]
    return f"{sum(each.passes for each in own)} of {len(own)}"
