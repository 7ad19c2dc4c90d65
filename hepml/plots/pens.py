"""Colours, lines and markers that stay apart, and stay with their run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

COLOURS = (
    "#3f90da",
    "#bd1f01",
    "#ffa90e",
    "#832db6",
    "#94a4a2",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
"""Ten colours that stay apart for colour-blind readers (M. A. Petroff, arXiv:2107.02270)."""

LINES = ("-", "--", "-.", ":")
"""Line styles; a second way, beside the colour, to tell one run from the next."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""Markers, for the same purpose."""


@dataclass(frozen=True)
class Pen:
    """How one run or class is drawn, the same in every figure of a report."""

    colour: str
    line: str
    marker: str


def pens(names: Sequence[str]) -> dict[str, Pen]:
    """Return a pen for each name: the same names in the same order always get the same pens.

    Examples
    --------
    >>> pens(["cnn", "bdt"])["cnn"]
    Pen(colour='#3f90da', line='-', marker='o')
    """
    unique = dict.fromkeys(names)
    return {
        name: Pen(COLOURS[i % len(COLOURS)], LINES[i % len(LINES)], MARKERS[i % len(MARKERS)])
        for i, name in enumerate(unique)
    }
