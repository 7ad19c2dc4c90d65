"""What `flag` has found, as tables on a terminal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from hepml.contracts import STATUSES, FlagRates, Incident, LumiFlag
from hepml.reports.number_text import count, with_error
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


def flag_rates_table(rates: Sequence[FlagRates]) -> TextTable:
    """Return what has become of each kind of fault and of good lumisections, where the truth is known."""
    header = ("Truth", "Scored", "Flagged", "Injected cells marked", "Marked cells that are others")
    rows = [
        (
            Cell(one.kind.replace("_", " ")),
            Cell(count(one.n)),
            *(_share(part) for part in (one.flagged, one.found, one.wrong)),
        )
        for one in rates
    ]
    note = "Shares per lumisection and histogram; of cells, means over flagged lumisections."
    return TextTable("Flags against the truth", header, tuple(rows), note, frozenset(range(1, 5)))


def _share(pair: tuple[float, float]) -> Cell:
    value, error = pair
    return Cell(with_error(100 * value, 100 * error) + (" %" if math.isfinite(value) else ""))


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
