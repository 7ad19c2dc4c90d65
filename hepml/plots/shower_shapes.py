"""Shape variables of showers, generated over full simulation, several on one sheet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hepml.contracts import Curve, Metric
from hepml.errors import ShapeError
from hepml.plots.bands import make_room
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, axis_title, short_name, write_label
from hepml.plots.pens import Pen, pens
from hepml.plots.ratio_panel import draw_over_ratio

_COLUMNS = ("low", "high", "share", "share_error")
_PER_ROW = 4
_SMALL = 11


def draw_shower_shapes(
    variables: Sequence[Sequence[Curve]],
    metrics: Sequence[Metric] = (),
    *,
    label: Label | None = None,
    run_pens: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw a panel for each variable, with the ratio to full simulation below it.

    Parameters
    ----------
    variables : sequence of sequence of Curve
        By variable (label ``variable``), full simulation first: columns ``low``, ``high``, ``share`` and
        ``share_error``.
    metrics : sequence of Metric
        From these ``separation`` is written into the panels, in the colours of the runs.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no variable, a curve lacks a column, or bins differ.
    """
    if not variables or not all(variables):
        msg = f"a sheet needs one variable or more with curves, found {[len(each) for each in variables]}: give some"
        raise ShapeError(msg)
    for curves in variables:
        require_columns(curves, _COLUMNS, what="a histogram of a shape variable")
    names = [str(curve.run) for curve in variables[0]]
    colours = run_pens or pens(names)
    n_rows, n_columns = math.ceil(len(variables) / _PER_ROW), min(_PER_ROW, len(variables))
    width, height = 4.5 * n_columns + 0.8, 4.6 * n_rows + 0.5
    with drawing(width=width, height=height, layout="none") as figure:
        panels = _panels(figure, n_rows, n_columns)
        for place, curves in enumerate(variables):
            row, column = divmod(place, n_columns)
            upper, lower = panels[2 * row, column], panels[2 * row + 1, column]
            draw_over_ratio(upper, lower, curves, value="share", error="share_error", pens=colours)
            _finish(upper, lower, str(curves[0].labels["variable"]), first=column == 0)
            _write_separations(upper, curves, metrics, colours)
        for place in range(len(variables), n_rows * n_columns):
            row, column = divmod(place, n_columns)
            for axes in (panels[2 * row, column], panels[2 * row + 1, column]):
                axes.set_axis_off()
        panels[0, 0].legend(loc="upper left", fontsize=_SMALL, handlelength=1.4)
        write_label(panels[0, 0], label or Label(), last=panels[0, -1] if n_columns > 1 else None)
    return figure


def _panels(figure: Figure, n_rows: int, n_columns: int) -> NDArray[Any]:
    """Return pairs of panels in their places: measuring the words of so many would take longer than drawing them."""
    width, height = figure.get_size_inches()
    rows = figure.add_gridspec(
        n_rows, 1, left=0.9 / width, right=1 - 0.15 / width, bottom=0.75 / height, top=1 - 0.5 / height, hspace=0.22
    )
    pairs = [rows[i].subgridspec(2, n_columns, height_ratios=[2.6, 1], hspace=0.06, wspace=0.22) for i in range(n_rows)]
    return np.concatenate([pair.subplots(squeeze=False) for pair in pairs])


def _finish(upper: Axes, lower: Axes, variable: str, *, first: bool) -> None:
    upper.set_ylim(bottom=0.0)
    make_room(upper, rows=3, row_inches=0.26)
    lower.set_xlim(upper.get_xlim())
    upper.tick_params(labelbottom=False)
    lower.set_xlabel(axis_title(variable, longest=30), fontsize=_SMALL + 3)
    if first:
        upper.set_ylabel("Share of showers", fontsize=_SMALL + 3)
        lower.set_ylabel("Ratio", fontsize=_SMALL + 3)
    for axes in (upper, lower):
        axes.tick_params(labelsize=_SMALL)
        axes.minorticks_off()
        axes.grid(which="major", alpha=0.3)


def _write_separations(
    axes: Axes, curves: Sequence[Curve], metrics: Sequence[Metric], colours: Mapping[str, Pen]
) -> None:
    """Write the separation power of each run into the upper right corner, one below the other."""
    variable = curves[0].labels["variable"]
    place = 0
    for curve in curves[1:]:
        wanted = ("separation", curve.run, curve.member, variable)
        found = next((m for m in metrics if (m.name, m.run, m.member, m.output) == wanted), None)
        if found is not None:
            text = f"{short_name(str(curve.run), longest=12)} {max(found.value, 0.0):.3f}"
            axes.text(
                0.97,
                0.96 - 0.085 * place,
                text,
                transform=axes.transAxes,
                ha="right",
                va="top",
                fontsize=_SMALL - 2,
                color=colours[str(curve.run)].colour,
            )
            place += 1
