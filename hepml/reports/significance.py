"""Expected significance at the best cut, figures at fixed signal efficiency, and what a cut does to spectators."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hepml.contracts import Metric
from hepml.contracts.report import ReportContent
from hepml.reports.metric_rows import find, main_part, metric_cell, metric_title, select, subject, unique
from hepml.reports.summary import figures_table
from hepml.reports.text_table import Cell, TextTable

_AT_THE_CUT = ("ams", "significance_s_over_sqrt_b", "significance_s_over_sqrt_sb")
_NOTE = (
    "The cut is where AMS is largest on the validation part; AMS, s/√b and s/√(s+b) are those of the test part at this "
    "cut, for the expected numbers of events. The largest AMS over all cuts is a maximum and biased upwards: it is "
    "shown to be compared, not to be quoted."
)
_FOLDS_NOTE = "With folds, the cut is chosen on the events that are tested, but by the scores of other folds."
_WORKING_POINT = re.compile(r"rejection_at_.*|significance_improvement_at_.*")
_JSD_NOTE = (
    "Jensen–Shannon divergence, in bits, of a background spectator before and after the cut that keeps this part of "
    "the signal: 0 where the cut leaves its shape as it is, 1 where the two do not overlap."
)


def significance_table(content: ReportContent) -> TextTable | None:
    """Return a row per run and signal: the cut chosen on validation, and what it gives on test; None without any."""
    part = main_part(content.metrics)
    test, validation = (select(content.metrics, part=name) for name in (part, "validation"))
    signals = unique(subject(m) for m in test if m.name in ("ams", "ams_max"))
    rows = tuple(
        (Cell(run.name), *([Cell(str(signal))] if len(signals) > 1 else []), *cells)
        for run in content.runs
        for signal in signals
        if (cells := _cells(run.name, signal, test, validation))
    )
    first = ("Run", "Signal") if len(signals) > 1 else ("Run",)
    header = (*first, "Cut on the score", *map(metric_title, _AT_THE_CUT))
    header += ("Largest AMS, validation", f"Largest AMS, {part}")
    numeric = frozenset(range(len(first), len(header)))
    shared = any(m.name == "ams" and "the same events" in m.method for m in test)
    note = f"{_NOTE} {_FOLDS_NOTE}" if shared else _NOTE
    title = "Expected significance" if has_yields(content) else "Significance, were Σw of the sample expected"
    return TextTable(title, header, rows, note, numeric) if rows else None


def has_yields(content: ReportContent) -> bool:
    """Return whether significances are for yields that the recipe gives, and not for Σw of the sample."""
    return any(m.name == "ams" and "Σw of the sample" not in m.method for m in content.metrics)


def working_points_table(content: ReportContent) -> TextTable | None:
    """Return the figures at fixed signal efficiency; None where there are none but those of the summary."""
    metrics = select(content.metrics, part=main_part(content.metrics))
    found = [m for m in metrics if _WORKING_POINT.fullmatch(m.name)]
    if all(m.name.startswith("rejection") for m in found):
        return None
    return figures_table(content, found, title="Working points")


def sculpting_table(content: ReportContent) -> TextTable | None:
    """Return a row per spectator and background with the distance that each run makes; None where there are none."""
    metrics = [m for m in select(content.metrics, part=main_part(content.metrics)) if m.name.startswith("jsd_")]
    metrics = [m for m in metrics if m.member is None]
    keys = dict.fromkeys((m.name, m.background or subject(m)) for m in metrics)
    several = len({background for _, background in keys}) > 1
    rows = []
    for name, background in keys:
        spectator, _, efficiency = name.removeprefix("jsd_").rpartition("_at_")
        first = [Cell(spectator), *([Cell(str(background))] if several else []), Cell(efficiency)]
        mine = {m.run: m for m in metrics if (m.name, m.background or subject(m)) == (name, background)}
        rows.append((*first, *(metric_cell(mine.get(run.name)) for run in content.runs)))
    header = ("Spectator", *(["Background"] if several else []), "ε_S", *(run.name for run in content.runs))
    numeric = frozenset(range(len(header) - len(content.runs) - 1, len(header)))
    return TextTable("Sculpting of the background", header, tuple(rows), _JSD_NOTE, numeric) if rows else None


def _cells(run: str, signal: str | None, test: Sequence[Metric], validation: Sequence[Metric]) -> tuple[Cell, ...]:
    at_the_cut = [find(test, name, run=run, class_=signal) for name in _AT_THE_CUT]
    cut = find(validation, "ams_threshold", run=run, class_=signal)
    largest = [find(metrics, "ams_max", run=run, class_=signal) for metrics in (validation, test)]
    found = [cut, *at_the_cut, *largest]
    return tuple(map(metric_cell, found)) if any(found) else ()
