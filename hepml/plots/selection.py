"""Efficiency and purity of the selection of each class in bins of a spectator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, MultipleLocator
from numpy.typing import NDArray

from hepml.contracts import Curve
from hepml.plots.bands import draw_steps, edges_of
from hepml.plots.binned_axis import show_bins
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, axis_title, legend_columns, short_name, write_label
from hepml.plots.pens import Pen, pens

_MOST_COLUMNS = 5
_PANEL_INCHES = 2.9
_TOP = 1.25  # of the vertical axes: the name of the class stands above 1
_GREY = "#94a4a2"
_BEHIND = {"efficiency": "true_w", "purity": "all_w"}
"""The distribution that is drawn behind each figure."""


def draw_selection(
    curves: Sequence[Curve], *, label: Label | None = None, run_pens: Mapping[str, Pen] | None = None
) -> Figure:
    """Draw efficiency (above) and purity (below) of the selection of each class: a column per class, a line per run.

    Parameters
    ----------
    curves : sequence of Curve
        One per run and class, of one spectator (label ``spectator``), with columns ``low``, ``high``, ``efficiency``
        and ``purity``, both with ``…_error``, and ``true_w`` and ``all_w``, Σw of the events of the class and of all,
        whose distributions are drawn behind in grey.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    columns = [name for figure in _BEHIND for name in (figure, f"{figure}_error")]
    require_columns(curves, ("low", "high", *columns, *_BEHIND.values()), what="a selection in bins")
    runs = list(dict.fromkeys(str(curve.run) for curve in curves))
    colours = run_pens or pens(runs)
    classes = list(dict.fromkeys(str(curve.class_) for curve in curves))
    n_columns = min(len(classes), _MOST_COLUMNS)
    n_rows = -(-len(classes) // n_columns)
    legend = legend_columns(runs)
    height = 1.5 + 5.0 * n_rows + 0.3 * -(-len(runs) // legend)
    with drawing(width=max(8.0, 1.5 + _PANEL_INCHES * n_columns), height=height) as figure:
        panels = figure.subplots(2 * n_rows, n_columns, sharex=True, sharey=True, squeeze=False)
        for index, name in enumerate(classes):
            row, column = divmod(index, n_columns)
            pair = (panels[2 * row, column], panels[2 * row + 1, column])
            _draw_class(pair, [curve for curve in curves if str(curve.class_) == name], colours)
            pair[0].text(0.05, 0.95, short_name(name, longest=16), transform=pair[0].transAxes, va="top")
        _finish(panels, len(classes), curves[0])
        handles = panels[0, 0].get_legend_handles_labels()[0]
        figure.legend(handles=handles, loc="outside lower left", ncols=legend)
        write_label(panels[0, 0], label or Label(), last=panels[0, -1])
    return figure


def _draw_class(panels: Sequence[Axes], curves: Sequence[Curve], colours: Mapping[str, Pen]) -> None:
    for axes, (name, behind) in zip(panels, _BEHIND.items(), strict=True):
        _draw_behind(axes, curves[0], behind)
        for curve in curves:
            error = np.nan_to_num(curve.columns[f"{name}_error"])
            pen, text = colours[str(curve.run)], short_name(str(curve.run))
            draw_steps(axes, edges_of(curve), curve.columns[name], error, pen=pen, name=text)
        axes.grid(which="major", alpha=0.35)


def _draw_behind(axes: Axes, curve: Curve, column: str) -> None:
    """Draw how many events there are per unit of the axis, the largest bin at one half."""
    edges = edges_of(curve)
    density: NDArray[np.float64] = np.maximum(curve.columns[column], 0.0) / np.diff(edges)
    largest = float(density.max(initial=0.0))
    if largest > 0:
        axes.stairs(0.5 * density / largest, edges, fill=True, color=_GREY, alpha=0.25, linewidth=0, zorder=0)


def _finish(panels: NDArray[np.object_], n_classes: int, curve: Curve) -> None:
    n_columns = panels.shape[1]
    for axes in panels.flat[: n_columns * 2]:
        axes.set_ylim(0.0, _TOP)
        axes.yaxis.set_major_locator(MultipleLocator(0.25))
    for row, line in enumerate(panels):
        line[0].set_ylabel(("Efficiency", "Purity")[row % 2])
        for axes in line[max(0, n_classes - row // 2 * n_columns) :]:
            axes.set_axis_off()
    title = axis_title(str(curve.labels.get("spectator", "Spectator")), longest=24)
    for column in range(n_columns):
        last = (n_classes - 1 - column) // n_columns * 2 + 1
        show_bins(panels[last, column], curve, title)
        panels[last, column].tick_params(axis="x", labelbottom=True)
    for axes in panels[0]:  # numbers at the ends would run into those of the neighbours
        axes.xaxis.set_major_locator(MaxNLocator(4, prune="both"))
