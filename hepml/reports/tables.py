"""The tables of a report, a dataset and a run on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hepml.contracts import Manifest
from hepml.contracts.report import ReportContent
from hepml.reports.accounting import cutflow_tables, dropped_table, files_table, inputs_table
from hepml.reports.comparisons import headlines
from hepml.reports.number_text import MISSING, count, duration
from hepml.reports.summary import summary_table, window_tables
from hepml.reports.text_table import Cell, TextTable

_COLOURS = {"good": "green", "bad": "bold red", "": ""}
_PADDING = 2  # letters between two columns
_WIDEST_TEXT = 24  # letters of a column of text before it wraps


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


def rich_tables(table: TextTable, *, width: int) -> list[Table]:
    """Return the table for a terminal of `width` letters: in pieces where it is wider, and no cell read as markup.

    Each piece repeats the columns that name the row.  Numbers are never cut.  The note is not part of it.
    """
    parts = split_columns(table, width=width)
    return [_piece(table, columns, first=columns is parts[0]) for columns in parts]


def split_columns(table: TextTable, *, width: int) -> list[list[int]]:
    """Return which columns go into each piece of a table that is to fit into `width` letters."""
    sizes = [_column_width(table, index) + _PADDING for index in range(len(table.header))]
    n_names = next((index for index in range(1, len(sizes)) if index in table.numeric), 1)
    names = list(range(n_names))
    room = width - sum(sizes[:n_names])
    pieces: list[list[int]] = [[]]
    for index in range(n_names, len(sizes)):
        if pieces[-1] and sum(sizes[i] for i in pieces[-1]) + sizes[index] > room:
            pieces.append([])
        pieces[-1].append(index)
    return [[*names, *piece] for piece in pieces]


def summary_lines(content: ReportContent) -> list[Text]:
    """Return the warnings and the comparisons in words."""
    warnings = [Text(f"Note: {warning}", style="yellow") for warning in content.warnings]
    return [*warnings, *map(_text, headlines(content))]


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
    """Print the figures of merit, the comparisons in words and where the report is."""
    out = console or Console()
    for table in [summary_table(content), *window_tables(content)]:
        _print(out, table)
    out.print()
    for line in summary_lines(content):
        out.print(line, soft_wrap=True)
    out.print(Text(f"Report: {folder / 'report.html'}"), soft_wrap=True)


def print_dataset(manifest: Manifest, *, console: Console | None = None) -> None:
    """Print the accounting of a dataset."""
    out = console or Console()
    skipped = manifest.n_skipped > 0
    tables = [inputs_table(manifest), *cutflow_tables(manifest), dropped_table(manifest)]
    for table in [*tables, files_table(manifest) if skipped else None]:
        if table is not None:
            _print(out, table)
    out.print(Text(f"{count(manifest.rows)} examples, digest {manifest.digest}"), soft_wrap=True)


def print_run(name: str, members: Sequence[Member], *, folder: Path, console: Console | None = None) -> None:
    """Print the trainings of a run and where it is."""
    out = console or Console()
    _print(out, members_table(name, members))
    out.print(Text(f"Run: {folder}"), soft_wrap=True)


def print_friends(friends: Sequence[FriendTree], *, console: Console | None = None) -> None:
    """Print the friend trees that were written."""
    rows = tuple(
        (
            Cell(friend.source),
            Cell(friend.path or "not written", tone="" if friend.path else "bad"),
            Cell(count(friend.n_entries)),
            Cell(count(friend.n_selected)),
            Cell(count(friend.n_skipped), tone="bad" if friend.n_skipped else ""),
            Cell("; ".join(friend.reasons) or MISSING),
        )
        for friend in friends
    )
    header = ("Input", "Friend", "Entries", "With a score", "Skipped", "Why")
    _print(console or Console(), TextTable("Friend trees", header, rows, numeric=frozenset({2, 3, 4})))


def _print(out: Console, table: TextTable) -> None:
    for piece in rich_tables(table, width=out.width):
        out.print(piece)
    if table.note:
        out.print(Text(table.note, style="dim"))


def _piece(table: TextTable, columns: Sequence[int], *, first: bool) -> Table:
    title = Text(f"\n{table.title}", style="bold") if first else None
    shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for index in columns:
        justify: Literal["left", "right"] = "right" if index in table.numeric else "left"
        least = _column_width(table, index) if index in table.numeric else None
        shown.add_column(Text(table.header[index]), justify=justify, min_width=least, overflow="fold")
    for row in table.rows:
        shown.add_row(*(_text(row[index]) for index in columns))
    return shown


def _column_width(table: TextTable, index: int) -> int:
    """Return the letters that a column needs: whole cells of numbers; text may wrap, headers do between words."""
    cells = max((len(row[index].text) for row in table.rows), default=0)
    header = max(map(len, table.header[index].split()), default=0)
    return max(header, cells if index in table.numeric else min(cells, _WIDEST_TEXT))


def _text(cell: Cell) -> Text:
    return Text(cell.text, style=_COLOURS[cell.tone])
