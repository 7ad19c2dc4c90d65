"""The spectrum of the energies of cells, generated over full simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from hepml.contracts import Curve
from hepml.plots.bands import finite
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing_panels
from hepml.plots.labels import Label, write_label
from hepml.plots.pens import Pen, pens
from hepml.plots.ratio_panel import draw_over_ratio


def draw_cell_spectrum(
    curves: Sequence[Curve], *, label: Label | None = None, run_pens: Mapping[str, Pen] | None = None
) -> Figure:
    """Draw the mean number of cells of a shower against their energy, and the ratios to full simulation.

    Parameters
    ----------
    curves : sequence of Curve
        Full simulation first; columns ``low``, ``high`` (GeV), ``cells`` and ``error``, in bins that begin with the
        same one: what a shorter one lacks is empty.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, one of them lacks a column, or bins differ.
    """
    require_columns(curves, ("low", "high", "cells", "error"), what="a spectrum of cells")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    longest = max(curves, key=lambda curve: len(curve.columns["low"]))
    with drawing_panels(lower=True) as (figure, (upper, lower)):
        draw_over_ratio(
            upper, lower, [_as_long_as(longest, curve) for curve in curves], value="cells", error="error", pens=colours
        )
        upper.set_xscale("log")
        upper.set_yscale("log")
        cells = finite(*(curve.columns["cells"] for curve in curves))
        top, bottom = float(cells.max(initial=1e-3)), float(cells[cells > 0].min(initial=1.0))
        upper.set_ylim(max(0.5 * bottom, 1e-6 * top), 3 * top)
        upper.set_ylabel("Cells of a shower in a bin")
        lower.set_ylabel("Ratio")
        lower.set_xlabel("Energy of a cell [GeV]")
        for axes in (upper, lower):
            axes.grid(which="major", alpha=0.35)
        upper.legend(loc="upper right")
        write_label(upper, label or Label())
    return figure


def _as_long_as(longest: Curve, curve: Curve) -> Curve:
    missing = len(longest.columns["low"]) - len(curve.columns["low"])
    columns = {name: np.pad(curve.columns[name], (0, missing)) for name in ("cells", "error")}
    edges = {name: longest.columns[name] for name in ("low", "high")}
    return Curve(curve.name, edges | columns, curve.run, curve.member)
