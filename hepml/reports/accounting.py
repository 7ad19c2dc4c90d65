"""Where the examples come from: files, entries, cut flow, parts."""

from __future__ import annotations

from collections.abc import Sequence

from hepml.contracts import CutFlow, InputFile, InputSummary, Manifest
from hepml.contracts.report import PartCounts
from hepml.reports.number_text import MISSING, count, plain_number
from hepml.reports.text_table import Cell, TextTable


def inputs_table(manifest: Manifest) -> TextTable:
    """Return entries and examples of each input, and a row with the sums."""
    without_label = "from the processor" if manifest.classes else MISSING
    rows = [
        _input_row(summary, [f for f in manifest.files if f.input == summary.name], without_label=without_label)
        for summary in manifest.inputs
    ]
    total = _counts(manifest.files)
    dropped = sum(sum(summary.dropped.values()) for summary in manifest.inputs)
    rows.append((Cell("all inputs"), Cell(""), *total, Cell(count(dropped)), Cell(count(manifest.rows)), Cell("")))
    header = ("Input", "Label", "Files", "Planned", "Processed", "Skipped", "Dropped", "Examples", "Σw before cuts")
    note = (
        "Planned, processed and skipped count entries of the trees; dropped are examples with NaN or infinite columns."
    )
    return TextTable("Inputs", header, tuple(rows), note, frozenset(range(2, 9)))


def files_table(manifest: Manifest) -> TextTable:
    """Return every file with its entries and the reasons why any were skipped."""
    rows = tuple(
        (
            Cell(file.input),
            Cell(file.path),
            Cell(file.tree),
            Cell(count(file.n_planned)),
            Cell(count(file.n_processed)),
            Cell(count(file.n_skipped), tone="bad" if file.n_skipped else ""),
            Cell("; ".join(file.reasons) or MISSING, tone="bad" if file.reasons else ""),
        )
        for file in manifest.files
    )
    header = ("Input", "File", "Tree", "Planned", "Processed", "Skipped", "Why")
    return TextTable("Files", header, rows, numeric=frozenset({3, 4, 5}))


def dropped_table(manifest: Manifest) -> TextTable | None:
    """Return which columns had NaN or infinity; None where none had."""
    rows = tuple(
        (Cell(summary.name), Cell(column), Cell(count(n), tone="bad"))
        for summary in manifest.inputs
        for column, n in summary.dropped.items()
        if n
    )
    header = ("Input", "Column", "Examples dropped")
    return TextTable("Dropped for NaN or infinity", header, rows, numeric=frozenset({2})) if rows else None


def cutflow_tables(manifest: Manifest) -> list[TextTable]:
    """Return the cut flow of each input that has one."""
    return [_cutflow(summary.name, summary.cutflow) for summary in manifest.inputs if summary.cutflow is not None]


def parts_table(parts: Sequence[PartCounts]) -> TextTable | None:
    """Return the examples by part and class; None where nothing was counted."""
    rows = tuple(
        (
            Cell(each.part),
            Cell(each.class_ or "unlabelled"),
            Cell(count(each.n)),
            Cell(plain_number(each.sum_w)),
            Cell(plain_number(each.sum_w**2 / each.sum_w2 if each.sum_w2 > 0 else 0.0)),
        )
        for each in parts
    )
    header = ("Part", "Class", "Examples", "Σw", "Effective number")
    note = "The effective number is (Σw)²/Σw²."
    return TextTable("Split", header, rows, note, frozenset({2, 3, 4})) if rows else None


def _input_row(summary: InputSummary, files: Sequence[InputFile], *, without_label: str) -> tuple[Cell, ...]:
    before = MISSING if summary.cutflow is None else plain_number(summary.cutflow.steps[0].sum_w)
    return (
        Cell(summary.name),
        Cell(summary.label or without_label),
        *_counts(files),
        Cell(count(sum(summary.dropped.values()))),
        Cell(count(int(summary.counts.n.sum()))),
        Cell(before),
    )


def _counts(files: Sequence[InputFile]) -> tuple[Cell, ...]:
    skipped = sum(file.n_skipped for file in files)
    unopened = sum(not file.uuid for file in files)
    text = count(skipped) + (f" and {unopened} whole files" if unopened else "")
    return (
        Cell(count(len(files))),
        Cell(count(sum(file.n_planned for file in files))),
        Cell(count(sum(file.n_processed for file in files))),
        Cell(text, tone="bad" if skipped or unopened else ""),
    )


def _cutflow(name: str, cutflow: CutFlow) -> TextTable:
    all_events, rows, before = cutflow.steps[0], [], cutflow.steps[0].n
    for step in cutflow.steps:
        cells = (count(step.n), _percent(step.n, all_events.n), _percent(step.n, before), plain_number(step.sum_w))
        rows.append((Cell(step.name), *map(Cell, cells)))
        before = step.n
    header = ("Step", "Rows", "Of all", "Of the step before", "Σw")
    return TextTable(f"Cut flow of {name}", header, tuple(rows), numeric=frozenset({1, 2, 3, 4}))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else MISSING
