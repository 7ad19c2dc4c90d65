"""A table of text: what the HTML report and the terminal have in common."""

from __future__ import annotations

from dataclasses import dataclass, field

from hepml.errors import ShapeError


@dataclass(frozen=True)
class Cell:
    """One cell: its text, a hint with more, and a tone.

    Attributes
    ----------
    text : str
        Plain text, never markup: whoever shows it escapes it.
    hint : str
        What explains the text, where there is room for it.
    tone : str
        ``""``, ``"good"`` or ``"bad"``; never the only place where that is said.
    """

    text: str
    hint: str = ""
    tone: str = ""


@dataclass(frozen=True)
class TextTable:
    """Header and rows of equal length.

    Attributes
    ----------
    title : str
        What the rows are.
    header : tuple of str
        One per column; the first column names the row.
    rows : tuple of tuple of Cell
        The cells.
    note : str
        What a reader must know to read the numbers.
    numeric : frozenset of int
        Columns that are aligned at the right.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    numeric: frozenset[int] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        wrong = [i for i, row in enumerate(self.rows) if len(row) != len(self.header)]
        if wrong:
            found = len(self.rows[wrong[0]])
            msg = f"table {self.title!r} has {len(self.header)} columns, but row {wrong[0]} has {found} cells"
            raise ShapeError(msg)
