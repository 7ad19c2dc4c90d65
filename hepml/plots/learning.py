"""Learning curves: how good a model is after how many training events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hepml.contracts import Curve
from hepml.errors import ShapeError
from hepml.plots.bands import draw_line, finite
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing_panels
from hepml.plots.labels import Label, axis_title, short_name, write_label
from hepml.plots.log_ticks import label_log_axis
from hepml.plots.pens import Pen, pens

_COLUMNS = ("n_events", "figure", "figure_error", "train_figure", "train_figure_error")
_TITLES = {"auc": "AUC", "rmse": "RMSE"}
_GREY = "#4d4d4d"


def draw_learning(
    curves: Sequence[Curve], *, label: Label | None = None, run_pens: Mapping[str, Pen] | None = None
) -> Figure:
    """Draw a figure of merit on the test and the training part over the number of training events.

    Parameters
    ----------
    curves : sequence of Curve
        One per run, one row per training, with columns ``n_events``, ``figure`` (test part) and ``train_figure``, both
        with ``…_error``; the label ``figure`` names the figure, the same for all.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, one lacks a column, or they are of different figures.
    """
    title = _check(curves)
    colours = run_pens or pens([str(curve.run) for curve in curves])
    with drawing_panels(lower=False) as (figure, (axes,)):
        for curve in curves:
            _draw_run(axes, curve, colours[str(curve.run)])
        _finish(axes, curves, colours, label or Label())
        axes.set_xlabel("Training events")
        axes.set_ylabel(title)
    return figure


def _check(curves: Sequence[Curve]) -> str:
    """Return the title of the figure that all curves are about."""
    require_columns(curves, _COLUMNS, what="a learning curve")
    found = sorted({str(curve.labels.get("figure", "auc")) for curve in curves})
    if len(found) > 1:
        msg = f"learning curves in one picture show one figure of merit, found {found}: draw one picture for each"
        raise ShapeError(msg)
    return _TITLES.get(found[0], axis_title(found[0]))


def _draw_run(axes: Axes, curve: Curve, pen: Pen) -> None:
    order = np.argsort(curve.columns["n_events"], kind="stable")
    n_events, value, error, train, train_error = (curve.columns[name][order] for name in _COLUMNS)
    draw_line(axes, n_events, value, error, pen=Pen(pen.colour, "-", pen.marker))
    axes.plot(n_events, value, pen.marker, color=pen.colour, markersize=8, markeredgecolor="white", zorder=4)
    axes.errorbar(
        n_events,
        train,
        yerr=np.nan_to_num(train_error),
        fmt=pen.marker,
        linestyle="--",
        linewidth=1.5,
        color=pen.colour,
        markerfacecolor="white",
        markersize=7,
        elinewidth=1.4,
        zorder=3,
    )


def _finish(axes: Axes, curves: Sequence[Curve], colours: Mapping[str, Pen], label: Label) -> None:
    runs = list(dict.fromkeys(str(curve.run) for curve in curves))
    entries = [
        Line2D([], [], color=colours[run].colour, marker=colours[run].marker, label=short_name(run)) for run in runs
    ]
    entries += [
        Line2D([], [], linestyle="-", color=_GREY, label="test"),
        Line2D([], [], linestyle="--", linewidth=1.5, color=_GREY, label="training"),
    ]
    values = finite(*(curve.columns[name] for curve in curves for name in ("figure", "train_figure")))
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    room = max(high - low, 1e-3)
    axes.set_ylim(low - 0.12 * room, high + (0.15 + 0.09 * ((len(entries) + 1) // 2)) * room)
    axes.set_xscale("log")
    axes.margins(x=0.06)
    label_log_axis(axes.xaxis)
    axes.grid(which="major", alpha=0.35)
    axes.legend(handles=entries, loc="upper center", ncols=2, columnspacing=1.4)
    write_label(axes, label)
