"""Which variable separates the classes, each on its own."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from hepml.contracts import Curve
from hepml.plots.bands import finite
from hepml.plots.bars import Bars, draw_bars, height_of, longest_first, width_of
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, short_name, write_label
from hepml.plots.pens import COLOURS, Pen

_GREATER, _SMALLER = Pen(COLOURS[0], "-", "o"), Pen(COLOURS[2], "-", "s")


def draw_ranking(curve: Curve, *, label: Label | None = None) -> Figure:
    """Draw the AUC of each variable alone, the best at the top; the colour says on which side the signal is.

    Parameters
    ----------
    curve : Curve
        One row per variable, with columns ``auc`` (0.5 or more) and ``auc_error``; the label ``features`` names the
        rows, ``sign`` is +1 where the signal has greater values and −1 where it has smaller ones.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        The curve lacks a column or has no rows.
    """
    require_columns([curve], ("auc", "auc_error"), what="a ranking of variables")
    features = [str(name) for name in curve.labels["features"]]
    signs = dict(zip(features, curve.labels.get("sign", [1] * len(features)), strict=True))
    value = dict(zip(features, curve.columns["auc"].tolist(), strict=True))
    error = dict(zip(features, curve.columns["auc_error"].tolist(), strict=True))
    shown = longest_first([Bars(value, error, _GREATER)])
    with drawing(width=width_of(shown), height=height_of(len(shown), 1)) as figure:
        axes = figure.subplots()
        draw_bars(axes, [Bars(value, error, _GREATER)], shown, start=0.5)
        for bar, name in zip(axes.patches, shown, strict=True):
            bar.set_facecolor((_GREATER if signs[name] >= 0 else _SMALLER).colour)
        largest = float(
            (finite(curve.columns["auc"]) + np.nan_to_num(curve.columns["auc_error"]).max()).max(initial=0.6)
        )
        axes.set_xlim(0.5, 0.5 + 1.08 * (largest - 0.5))
        axes.set_xlabel("AUC of the variable alone")
        axes.set_ylabel(_counted(len(shown), len(features)), fontsize="small")
        signal = short_name(str(curve.class_), longest=14)
        sides = {f"greater for {signal}": _GREATER, f"smaller for {signal}": _SMALLER}
        handles = [Patch(color=pen.colour, label=text) for text, pen in sides.items()]
        figure.legend(handles=handles, loc="outside lower right", ncols=2)
        write_label(axes, label or Label())
    return figure


def _counted(n_shown: int, n_all: int) -> str:
    return "Variable" if n_shown == n_all else f"Variable (best {n_shown} of {n_all})"
