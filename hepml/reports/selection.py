"""What the selection of each class is worth: by the highest score, by category, and at the best cut on its score."""

from __future__ import annotations

import re
from dataclasses import replace

from hepml.contracts.report import ReportContent
from hepml.reports.metric_rows import main_part, select
from hepml.reports.summary import figures_table
from hepml.reports.text_table import TextTable

_BY_HIGHEST_SCORE = re.compile(r"efficiency|purity|efficiency_times_purity")
_BY_CATEGORY = re.compile(r"efficiency_(?!times_purity$|at_best_cut$).+", re.DOTALL)
_AT_BEST_CUT = re.compile(r"(s_over_sqrt_sb|efficiency|purity)_at_best_cut")
_THRESHOLD = "s_over_sqrt_sb_threshold"
_NOTE = (
    "Selected as a class is what scores highest as it, with two classes what is above or below 0.5. Purity is for the "
    "mixture of classes in the {part} part, with its weights."
)
_CUT_NOTE = (
    "For each class by its score alone. The cut is where s/√(s+b) is largest on the validation part; the other numbers "
    "are those of the {part} part at this cut, for the expected numbers of events."
)


def selection_table(content: ReportContent) -> TextTable | None:
    """Return efficiency, purity and their product for each run and class; None where there are none."""
    title = "Selection of the class with the highest score"
    return _table(content, _BY_HIGHEST_SCORE, title=title, note=_NOTE)


def category_table(content: ReportContent) -> TextTable | None:
    """Return the efficiency of each run and class by category; None where there are no categories."""
    return _table(content, _BY_CATEGORY, title="Efficiency by category of the true events", note="")


def best_cut_table(content: ReportContent) -> TextTable | None:
    """Return a row per run and class: the cut chosen on validation by s/√(s + b), and what it gives on test."""
    chosen = [m for m in select(content.metrics, part="validation") if m.name == _THRESHOLD]
    thresholds = [replace(m, part=main_part(content.metrics)) for m in chosen]
    shown = replace(content, metrics=(*thresholds, *content.metrics)) if thresholds else content
    pattern = re.compile(f"{_AT_BEST_CUT.pattern}|{_THRESHOLD}")
    return _table(shown, pattern, title="Best cut on the score of each class", note=_CUT_NOTE)


def _table(content: ReportContent, pattern: re.Pattern[str], *, title: str, note: str) -> TextTable | None:
    part = main_part(content.metrics)
    found = [m for m in select(content.metrics, part=part) if pattern.fullmatch(m.name)]
    if not found:
        return None
    table = figures_table(content, found, title=title)
    return replace(table, note=" ".join(filter(None, [note.format(part=part), table.note])))
