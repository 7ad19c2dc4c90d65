"""Whether scores are probabilities, before and after calibration."""

from __future__ import annotations

from collections.abc import Sequence

from hepml.contracts import Metric
from hepml.contracts.report import ReportContent
from hepml.reports.metric_rows import find, main_part, metric_cell, select, subject, unique
from hepml.reports.number_text import with_error
from hepml.reports.text_table import Cell, TextTable

_CALIBRATIONS = {"": "as trained", "_isotonic": "isotonic", "_temperature": "temperature"}
_FIGURES = {"brier": "Brier score", "ece": "Calibration error (ECE)", "log_loss": "Log loss"}
_NOTE = (
    "Lower is better. The Brier score is the mean squared, the ECE the mean absolute distance of scores from what "
    "happened, the latter in bins. Calibrations are fitted on the validation part; T is the temperature that the logit "
    "of the score is divided by."
)

_BALANCED_NOTE = "Classes count the same here, as in the training: a score is the probability in such a mixture."


def calibration_table(content: ReportContent) -> TextTable | None:
    """Return a row per run, class and calibration; None where nothing was calibrated."""
    metrics = select(content.metrics, part=main_part(content.metrics))
    metrics += [m for m in select(content.metrics, part="validation") if m.name == "temperature"]
    mine = [m for m in metrics if m.name.partition("_")[0] in ("brier", "ece")]
    classes = unique(subject(m) for m in mine)
    figures = {name: title for name, title in _FIGURES.items() if any(m.name.startswith(name) for m in metrics)}
    rows = [
        (Cell(run.name), *([Cell(str(class_ or "all"))] if len(classes) > 1 else []), *cells)
        for run in content.runs
        for class_ in classes
        for cells in _rows(metrics, run.name, class_, list(figures))
    ]
    first = ("Run", "Class", "Scores") if len(classes) > 1 else ("Run", "Scores")
    numeric = frozenset(range(len(first), len(first) + len(figures)))
    balanced = any("classes balanced" in m.method for m in mine)
    note = f"{_NOTE} {_BALANCED_NOTE}" if balanced else _NOTE
    return TextTable("Calibration", (*first, *figures.values()), tuple(rows), note, numeric) if rows else None


def _rows(metrics: Sequence[Metric], run: str, class_: str | None, figures: Sequence[str]) -> list[tuple[Cell, ...]]:
    rows = []
    for suffix, name in _CALIBRATIONS.items():
        found = [_find(metrics, f"{figure}{suffix}", run, class_) for figure in figures]
        if any(found):
            rows.append((_name(name, metrics, run, class_), *map(metric_cell, found)))
    return rows


def _find(metrics: Sequence[Metric], name: str, run: str, class_: str | None) -> Metric | None:
    """Return the figure of a class, or the one of all classes."""
    of_class = find(metrics, name, run=run, class_=class_)
    return of_class or find(metrics, name, run=run, class_=None)


def _name(name: str, metrics: Sequence[Metric], run: str, class_: str | None) -> Cell:
    """Return the name of a calibration, with the temperature that was fitted: one for all classes of a run."""
    fitted = _find(metrics, "temperature", run, class_)
    if name != "temperature" or fitted is None:
        return Cell(name)
    return Cell(f"T = {with_error(fitted.value, fitted.error)}", fitted.method)
