"""A table for a terminal of any width: in pieces where it is wider, numbers always whole."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from hepml.reports.text_table import Cell, TextTable

_COLOURS = {"good": "green", "bad": "bold red", "": ""}
_PADDING = 2  # letters between two columns
_EDGE = 1  # letter more that the box takes
_WIDEST_TEXT = 24  # letters of a column of text that are enough to share a line with other columns
_NARROWEST_TEXT = 4
_HEADER_LINES = 2


def rich_tables(table: TextTable, *, width: int) -> list[Table]:
    """Return the table for a terminal of `width` letters: in pieces where it is wider, and no cell read as markup.

    Each piece repeats the columns that name the row.  Numbers are never cut.  The note is not part of it.
    """
    parts = split_columns(table, width=width)
    return [_piece(table, columns, first=columns is parts[0], width=width) for columns in parts]


def split_columns(table: TextTable, *, width: int) -> list[list[int]]:
    """Return which columns go into each piece of a table that is to fit into `width` letters."""
    sizes = [_column_width(table, index) + _PADDING for index in range(len(table.header))]
    n_names = next((index for index in range(1, len(sizes)) if index in table.numeric), 1)
    names = list(range(n_names))
    # Names that would leave no room for the widest number beside them are written in narrower columns.
    room = max(width - _EDGE - sum(sizes[:n_names]), max(sizes[n_names:], default=0))
    pieces: list[list[int]] = [[]]
    for index in range(n_names, len(sizes)):
        if pieces[-1] and sum(sizes[i] for i in pieces[-1]) + sizes[index] > room:
            pieces.append([])
        pieces[-1].append(index)
    return [[*names, *piece] for piece in pieces]


def _piece(table: TextTable, columns: Sequence[int], *, first: bool, width: int) -> Table:
    title = Text(f"\n{table.title}", style="bold") if first else None
    shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for index, letters in zip(columns, _fitting_widths(table, columns, width=width), strict=True):
        justify: Literal["left", "right"] = "right" if index in table.numeric else "left"
        shown.add_column(Text(table.header[index]), justify=justify, width=letters, overflow="fold")
    for row in table.rows:
        shown.add_row(*(cell_text(row[index]) for index in columns))
    return shown


def _fitting_widths(table: TextTable, columns: Sequence[int], *, width: int) -> list[int]:
    """Return the letters of each column, so that all fit: text gives way and wraps, numbers stay whole."""
    widths = [_column_width(table, index, widest_text=width) for index in columns]
    text = [place for place, index in enumerate(columns) if index not in table.numeric]
    for _ in range(sum(widths) + _PADDING * len(widths) + _EDGE - width):
        widest = max(text, key=lambda place: widths[place], default=None)
        if widest is None or widths[widest] <= _NARROWEST_TEXT:
            break
        widths[widest] -= 1
    return widths


def _column_width(table: TextTable, index: int, *, widest_text: int = _WIDEST_TEXT) -> int:
    """Return the letters that a column needs: whole cells of numbers; text may wrap, headers do between words."""
    cells = max((cell_len(row[index].text) for row in table.rows), default=0)
    words = table.header[index]
    header = next(n for n in range(1, len(words) + 2) if len(wrap(words, n, break_long_words=False)) <= _HEADER_LINES)
    header = max(header, *map(cell_len, words.split()), 0)
    return max(header, cells) if index in table.numeric else min(max(header, cells), widest_text)


def cell_text(cell: Cell) -> Text:
    """Return the text of a cell in its tone, none of it read as markup."""
    return Text(cell.text, style=_COLOURS[cell.tone])
