"""The words above a figure, and names as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes

LONGEST_NAME = 24
"""Letters of a name that fit into a legend."""


_LONGEST_RIGHT = 40
_LETTERS_OF_A_LEGEND = 56
_LETTERS_OF_A_PEN = 6


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


def write_label(axes: Axes, label: Label, *, last: Axes | None = None) -> None:
    """Write `label` above `axes`, its right part above `last`, the panel at the right end, where there are several."""
    size = float(mpl.rcParams["font.size"])
    corner, above = "axes fraction", "offset points"
    name = axes.annotate(short_name(label.name), (0, 1), (0, 6), corner, above, annotation_clip=False)
    status = axes.annotate(short_name(label.status), (1, 0), (7, 0), name, above, annotation_clip=False)
    right = (last or axes).annotate(
        short_name(label.right, longest=_LONGEST_RIGHT), (1, 1), (0, 6), corner, above, annotation_clip=False
    )
    name.set(fontsize=1.15 * size, fontweight="bold", ha="left", va="bottom")
    status.set(fontsize=size, fontstyle="italic", ha="left", va="bottom")
    right.set(fontsize=0.85 * size, ha="right", va="bottom")
    if last is not None and last is not axes:
        right.set_in_layout(False)  # it reaches over the panels on its left: no room has to be made between them


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


_UNITS = {
    "tev": "TeV",
    "gev": "GeV",
    "mev": "MeV",
    "kev": "keV",
    "rad": "rad",
    "cm": "cm",
    "mm": "mm",
    "um": "µm",
    "ns": "ns",
    "ps": "ps",
}


def axis_title(name: str, *, longest: int = 2 * LONGEST_NAME) -> str:
    """Return the name of a column as the title of an axis, with the unit that it ends in.

    Examples
    --------
    >>> axis_title("jet_pt_gev"), axis_title("DER_mass_MMC [GeV]"), axis_title("n_jets")
    ('jet pt [GeV]', 'DER_mass_MMC [GeV]', 'n jets')
    """
    if "[" in name or "_" not in name.strip("_"):
        return short_name(name, longest=longest)
    *words, last = name.split("_")
    unit = _UNITS.get(last)
    return short_name(" ".join(words) + f" [{unit}]" if unit else name.replace("_", " "), longest=longest)


def legend_columns(names: Sequence[str]) -> int:
    """Return in how many columns, at most three, a legend with these names fits into a panel.

    Examples
    --------
    >>> legend_columns(["bdt", "dnn", "cnn", "linear"]), legend_columns(["a_long_name_of_a_model"] * 4)
    (3, 2)
    """
    longest = max((min(len(name), LONGEST_NAME) for name in names), default=0)
    return max(1, min(3, len(names), _LETTERS_OF_A_LEGEND // (longest + _LETTERS_OF_A_PEN)))
