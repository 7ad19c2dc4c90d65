"""The words above a figure, and names as they are shown."""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes

LONGEST_NAME = 24
"""Letters of a name that fit into a legend."""


_LONGEST_RIGHT = 40


@dataclass(frozen=True)
class Label:
    """The words above a figure: bold and italic on the left, plain on the right.

    Attributes
    ----------
    name : str
        In bold: who made it.
    status : str
        In italics: ``"Simulation"``, ``"Preliminary"``, ….
    right : str
        The sample: ``"W against QCD, 14 TeV"``.
    """

    name: str = "hepml"
    status: str = "Simulation"
    right: str = ""


def write_label(axes: Axes, label: Label) -> None:
    """Write `label` above `axes`."""
    size = float(mpl.rcParams["font.size"])
    corner, above = "axes fraction", "offset points"
    name = axes.annotate(short_name(label.name), (0, 1), (0, 6), corner, above, annotation_clip=False)
    status = axes.annotate(short_name(label.status), (1, 0), (7, 0), name, above, annotation_clip=False)
    right = axes.annotate(
        short_name(label.right, longest=_LONGEST_RIGHT), (1, 1), (0, 6), corner, above, annotation_clip=False
    )
    name.set(fontsize=1.15 * size, fontweight="bold", ha="left", va="bottom")
    status.set(fontsize=size, fontstyle="italic", ha="left", va="bottom")
    right.set(fontsize=0.85 * size, ha="right", va="bottom")


def plain(text: str) -> str:
    r"""Return `text` so that matplotlib shows it letter by letter: no mathematics, and no legend entry hidden.

    Examples
    --------
    >>> plain("a$b$"), plain("_run")
    ('a\\$b\\$', ' _run')
    """
    shown = " ".join(text.split()).replace("$", r"\$")
    return f" {shown}" if shown.startswith("_") else shown


def short_name(name: str, *, longest: int = LONGEST_NAME) -> str:
    """Return a name of at most `longest` letters, with ``…`` where letters were left out in its middle.

    Examples
    --------
    >>> short_name("bdt"), short_name("a_long_name_seed1", longest=12)
    ('bdt', 'a_long…seed1')
    """
    n_last = (longest - 1) // 2
    return plain(name if len(name) <= longest else f"{name[: longest - 1 - n_last]}…{name[-n_last:]}")
