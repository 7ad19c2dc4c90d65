"""What `flag` has found, as tables on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from hepml.contracts import STATUSES, Incident, LumiFlag
from hepml.reports.number_text import count
from hepml.reports.tables import print_tables
from hepml.reports.text_table import Cell, TextTable

MOST_INCIDENTS = 20


def print_flags(
    flags: Sequence[LumiFlag],
    incidents: Sequence[Incident],
    *,
    golden: Mapping[int, Sequence[int]],
    folder: Path,
    console: Console,
) -> None:
    """Print flags by histogram, the incidents with the highest scores, and where everything is."""
    n_golden = sum(len(lumis) for lumis in golden.values())
    note = f"{count(n_golden)} golden lumisections; {folder / 'dashboard.html'}"
    print_tables([incident_table(incidents), flag_table(flags, note=note)], console=console)


def flag_table(flags: Sequence[LumiFlag], *, note: str) -> TextTable:
    """Return the number of flags of each status by histogram."""
    found = Counter((flag.histogram, flag.status) for flag in flags)
    names = list(dict.fromkeys(flag.histogram for flag in flags))
    rows = [(Cell(name), *(_number(found[name, status], status) for status in STATUSES)) for name in names]
    return TextTable("Lumisections", ("Histogram", *STATUSES), tuple(rows), note, frozenset(range(1, 5)))


def incident_table(incidents: Sequence[Incident]) -> TextTable | None:
    """Return the incidents with the highest scores; None where there are none."""
    if not incidents:
        return None
    shown = sorted(incidents, key=lambda one: -one.peak_score)[:MOST_INCIDENTS]
    left_out = len(incidents) - len(shown)
    note = f"{left_out} more are in incidents.json" if left_out else ""
    header = ("Run", "Lumisections", "Histogram", "Status", "Highest score", "Cells")
    return TextTable("Incidents", header, tuple(_cells(one) for one in shown), note, frozenset({4, 5}))


def _number(n: int, status: str) -> Cell:
    return Cell(count(n), tone="bad" if n and status == "bad" else "")


def _cells(one: Incident) -> tuple[Cell, ...]:
    lumis = str(one.first_lumi) if one.first_lumi == one.last_lumi else f"{one.first_lumi} to {one.last_lumi}"
    return (
        Cell(str(one.run)),
        Cell(lumis),
        Cell(", ".join(one.histograms)),
        Cell(one.status, tone="bad" if one.status == "bad" else ""),
        Cell(f"{one.peak_score:.1f}"),
        Cell(count(len(one.cells))),
    )
