"""The main table: figures of merit of every run."""

from __future__ import annotations

from collections.abc import Sequence

from hepml.contracts import Metric
from hepml.contracts.report import ReportContent, RunSummary
from hepml.reports.generators import GENERATION, distances_table, verdict_table
from hepml.reports.metric_rows import (
    HEADLINES,
    MEDIAN,
    find,
    further,
    headlines_of,
    main_part,
    metric_cell,
    metric_title,
    select,
    subject,
    unique,
)
from hepml.reports.number_text import count, duration
from hepml.reports.text_table import Cell, TextTable

_ERRORS = "Errors are statistical; those of a median are the standard deviation over its members."


def summary_table(content: ReportContent) -> TextTable:
    """Return the figures of every run on the main part, with the number of parameters and the training time.

    Of runs that generate, the verdicts.

    A run of several members has two rows: the average of their scores (what `hepml predict` writes) and the median of
    their figures.
    """
    of_generators = verdict_table(content) or distances_table(content) if content.task.kind == GENERATION else None
    if of_generators is not None:
        return of_generators
    part = main_part(content.metrics)
    # Kinds of faults have tables of their own: see `fault_tables`.
    whole = [m for m in content.metrics if content.task.kind != "reconstruction" or m.class_ is None]
    metrics = headlines_of(select(whole, part=part))
    table = figures_table(content, metrics, title=f"Figures of merit on the {part} part")
    summaries = {run.name: run for run in content.runs}
    extra = [
        (Cell(count(summaries[row[0].text].n_parameters)), Cell(duration(summaries[row[0].text].training_seconds)))
        for row in table.rows
    ]
    n = len(table.header)
    return TextTable(
        table.title,
        (*table.header, "Parameters", "Training time"),
        tuple((*row, *cells) for row, cells in zip(table.rows, extra, strict=True)),
        note=f"{_signal(content)}{table.note} Parameters and training time are those of one member.",
        numeric=table.numeric | {n, n + 1},
    )


def _signal(content: ReportContent) -> str:
    """Return which of two classes a score near 1 means."""
    task = content.task
    background = [name for name in task.classes if name != task.signal]
    return f"Signal: {task.signal}, background: {background[0]}. " if task.signal and len(background) == 1 else ""


def window_tables(content: ReportContent) -> list[TextTable]:
    """Return the figures of every run inside each window of the evaluation; none of runs that generate."""
    if content.task.kind == GENERATION:
        return []
    part = main_part(content.metrics)
    windows = unique(m.selection for m in content.metrics if m.selection is not None)
    found = {w: headlines_of(select(content.metrics, part=part, selection=w)) for w in windows}
    return [figures_table(content, figures, title=f"Inside {w}") for w, figures in found.items() if figures]


def unweighted_table(content: ReportContent) -> TextTable | None:
    """Return the figures without weights; None where weights make no difference."""
    found = headlines_of(select(content.metrics, part=main_part(content.metrics), weights="none"))
    return figures_table(content, found, title="Without weights: every event counts as one") if found else None


def further_table(content: ReportContent) -> TextTable | None:
    """Return what the summary leaves out and no other table shows; None where there is nothing."""
    if content.task.kind == GENERATION:
        return None
    metrics = select(content.metrics, part=main_part(content.metrics))
    has_headlines = any(HEADLINES.fullmatch(m.name) for m in metrics)
    found = [m for m in further(metrics) if m.member in (None, MEDIAN)] if has_headlines else []
    return figures_table(content, found, title="Further figures") if found else None


def figures_table(content: ReportContent, metrics: Sequence[Metric], *, title: str) -> TextTable:
    """Return one row per run, class (or target) and kind of average, and one column per name among `metrics`."""
    shown = [m for m in metrics if m.member in (None, MEDIAN)]
    names = [str(name) for name in unique(m.name for m in shown)]
    classes = unique(subject(m) for m in shown if subject(m) is not None)
    targets = any(m.output is not None for m in shown)
    by_class = len(classes) > 1 or targets  # a target is always named: its name says the unit
    rows = []
    for run in content.runs:
        for class_ in [*classes, None] if by_class else [classes[0] if classes else None]:
            rows += _rows_of(run, class_, [m for m in shown if m.run == run.name], names, by_class=by_class)
    first = ("Run", "Target" if targets else "Class", "Scores") if by_class else ("Run", "Scores")
    note = " ".join([_ERRORS, *_undefined(shown)])
    numeric = frozenset(range(len(first), len(first) + len(names)))
    return TextTable(title, (*first, *map(metric_title, names)), tuple(rows), note, numeric)


def _rows_of(
    run: RunSummary, class_: str | None, metrics: Sequence[Metric], names: Sequence[str], *, by_class: bool
) -> list[tuple[Cell, ...]]:
    rows = []
    for member in (None, MEDIAN):
        found = [_find(metrics, name, run.name, class_, member, by_class=by_class) for name in names]
        if any(found):
            first = (Cell(run.name), Cell(class_ or "all")) if by_class else (Cell(run.name),)
            rows.append((*first, Cell(_kind(run, member)), *map(metric_cell, found)))
    return rows


def _find(
    metrics: Sequence[Metric], name: str, run: str, class_: str | None, member: str | None, *, by_class: bool
) -> Metric | None:
    found = find(metrics, name, run=run, class_=class_, member=member)
    if found is None and not by_class:  # what concerns all classes stands in the row of the only one
        return find(metrics, name, run=run, class_=None, member=member)
    return found


def _kind(run: RunSummary, member: str | None) -> str:
    n = len(run.members)
    if member == MEDIAN:
        return f"median of {n}"
    return f"average of {n}" if n > 1 else "one model"


def _undefined(metrics: Sequence[Metric]) -> list[str]:
    """Return a sentence for each figure without a value that is not the median of such."""
    return [
        f"{m.run}: {metric_title(m.name)} is {m.method}."
        for m in metrics
        if m.method.startswith("undefined") and m.member is None
    ]
