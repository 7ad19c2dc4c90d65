"""The tables of a report, a dataset and a run on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.text import Text

from hepml.contracts import Manifest
from hepml.contracts.report import ReportContent
from hepml.reports.accounting import cutflow_tables, dropped_table, files_table, inputs_table
from hepml.reports.comparisons import headlines
from hepml.reports.faults import difference_table, fault_tables, good_table
from hepml.reports.generators import distances_table
from hepml.reports.null_test import null_test_table
from hepml.reports.number_text import MISSING, count, duration
from hepml.reports.significance import has_yields, significance_table
from hepml.reports.summary import summary_table, unweighted_table, window_tables
from hepml.reports.terminal_table import cell_text, rich_tables
from hepml.reports.text_table import Cell, TextTable


class Member(Protocol):
    """What is told about one training of a run."""

    @property
    def name(self) -> str:
        """Seed and fold."""

    @property
    def n_parameters(self) -> int:
        """Fitted parameters."""

    @property
    def best_epoch(self) -> int:
        """The epoch that was kept, from 0."""

    @property
    def n_epochs(self) -> int:
        """How many there were."""

    @property
    def seconds(self) -> float:
        """Wall time."""


class FriendTree(Protocol):
    """What is told about one friend tree."""

    @property
    def source(self) -> str:
        """Input file."""

    @property
    def path(self) -> str:
        """The friend's file; empty where the input could not be opened."""

    @property
    def n_entries(self) -> int:
        """Entries."""

    @property
    def n_selected(self) -> int:
        """Examples with a score."""

    @property
    def n_skipped(self) -> int:
        """What was left out."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why."""


def summary_lines(content: ReportContent) -> list[Text]:
    """Return the warnings and the comparisons in words."""
    warnings = [Text(f"Note: {warning}", style="yellow") for warning in content.warnings]
    return [*warnings, *map(cell_text, headlines(content))]


def members_table(name: str, members: Sequence[Member]) -> TextTable:
    """Return what is known about the trainings of a run."""
    rows = tuple(
        (
            Cell(member.name),
            Cell(count(member.n_parameters)),
            Cell(count(member.n_epochs)),
            Cell(count(member.best_epoch + 1)),
            Cell(duration(member.seconds)),
        )
        for member in members
    )
    header = ("Member", "Parameters", "Epochs", "Best", "Time")
    return TextTable(f"Run {name}", header, rows, numeric=frozenset({1, 2, 3, 4}))


def print_summary(content: ReportContent, *, folder: Path, console: Console | None = None) -> None:
    """Print the figures of merit, the significances, the comparisons in words and where the report is."""
    out = console or Console()
    expected = significance_table(content) if has_yields(content) else None
    tables = [summary_table(content), unweighted_table(content), *window_tables(content), expected]
    faults = [*fault_tables(content, every=False), good_table(content), difference_table(content)]
    for table in [*tables, *faults, distances_table(content), null_test_table(content)]:
        if table is not None:
            _print(out, table)
    out.print()
    for line in summary_lines(content):
        out.print(line, soft_wrap=True)
    out.print(Text(f"Report: {folder / 'report.html'}"), soft_wrap=True)


def print_dataset(manifest: Manifest, *, every_file: bool = False, console: Console | None = None) -> None:
    """Print the accounting of a dataset; files one by one where something was skipped, or where that is asked for."""
    out = console or Console()
    files = files_table(manifest) if every_file or manifest.n_skipped > 0 else None
    print_tables([inputs_table(manifest), *cutflow_tables(manifest), dropped_table(manifest), files], console=out)
    out.print(Text(f"{count(manifest.rows)} examples, digest {manifest.digest}"), soft_wrap=True)


def print_run(name: str, members: Sequence[Member], *, folder: Path, console: Console | None = None) -> None:
    """Print the trainings of a run and where it is."""
    out = console or Console()
    _print(out, members_table(name, members))
    out.print(Text(f"Run: {folder}"), soft_wrap=True)


def print_friends(friends: Sequence[FriendTree], *, console: Console | None = None) -> None:
    """Print the friend trees that were written, by the names of their files, and the folder that they are in."""
    header = ["Input", "Friend", "Entries", "With a score", "Skipped"]
    rows = [_friend_cells(friend) for friend in friends]
    if any(friend.reasons for friend in friends):
        header.append("Why")
        rows = [(*row, Cell("; ".join(friend.reasons) or MISSING)) for row, friend in zip(rows, friends, strict=True)]
    folder = next((friend.path.rpartition("/")[0] for friend in friends if friend.path), "")
    note = f"In {folder}" if folder else ""
    _print(console or Console(), TextTable("Friend trees", tuple(header), tuple(rows), note, frozenset({2, 3, 4})))


def _friend_cells(friend: FriendTree) -> tuple[Cell, ...]:
    written = friend.path.rpartition("/")[2] if friend.path else "not written"
    return (
        Cell(friend.source.rpartition("/")[2]),
        Cell(written, tone="" if friend.path else "bad"),
        Cell(count(friend.n_entries)),
        Cell(count(friend.n_selected)),
        Cell(count(friend.n_skipped), tone="bad" if friend.n_skipped else ""),
    )


def print_tables(tables: Iterable[TextTable | None], *, console: Console) -> None:
    """Print those tables that there are."""
    for table in tables:
        if table is not None:
            _print(console, table)


def _print(out: Console, table: TextTable) -> None:
    for piece in rich_tables(table, width=out.width):
        out.print(piece)
    if table.note:
        out.print(Text(table.note, style="dim"))
