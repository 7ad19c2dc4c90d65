"""Efficiency of a cut in bins of a spectator, class by class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepml.contracts import Curve
from hepml.plots.bands import draw_steps, edges_of, finite, make_room
from hepml.plots.binned_axis import show_bins
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, axis_title, legend_columns, short_name, write_label
from hepml.plots.log_ticks import label_log_axis
from hepml.plots.pens import Pen, pens

_DECADES = 0.7  # of values in one panel, from which on its axis is logarithmic
_SMALLEST_DECADE = 3.0


def draw_efficiency(
    curves: Sequence[Curve], *, label: Label | None = None, run_pens: Mapping[str, Pen] | None = None
) -> Figure:
    """Draw the efficiency of each true class in bins of one spectator: a panel per class, a line per run.

    Parameters
    ----------
    curves : sequence of Curve
        One per run and true class, of one spectator (label ``spectator``) and one cut (labels ``signal`` and
        ``signal_efficiency``), with columns ``low``, ``high``, ``efficiency`` and ``efficiency_error``.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, ("low", "high", "efficiency", "efficiency_error"), what="an efficiency in bins")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    signal = str(curves[0].labels.get("signal", ""))
    classes = sorted(dict.fromkeys(str(curve.class_) for curve in curves), key=lambda name: name != signal)
    with drawing(height=2.2 + 2.9 * len(classes)) as figure:
        panels = figure.subplots(len(classes), 1, sharex=True, squeeze=False)[:, 0]
        for axes, name in zip(panels, classes, strict=True):
            _draw_class(axes, name, [curve for curve in curves if str(curve.class_) == name], colours)
        _finish(list(panels), curves, label or Label())
    return figure


def _draw_class(axes: Axes, name: str, curves: Sequence[Curve], colours: Mapping[str, Pen]) -> None:
    for curve in curves:
        pen, value = colours[str(curve.run)], curve.columns["efficiency"]
        error = np.nan_to_num(curve.columns["efficiency_error"])
        draw_steps(axes, edges_of(curve), value, error, pen=pen, name=short_name(str(curve.run)))
    axes.set_ylabel(f"Efficiency, {short_name(name, longest=12)}")
    axes.grid(which="major", alpha=0.35)
    _choose_range(axes, curves, of_signal=name == curves[0].labels.get("signal"))


def _choose_range(axes: Axes, curves: Sequence[Curve], *, of_signal: bool) -> None:
    """Choose a logarithmic axis where those of a background differ by factors."""
    values = finite(*(curve.columns["efficiency"] for curve in curves))
    errors = [np.nan_to_num(curve.columns["efficiency_error"]) for curve in curves]
    highs = finite(*(c.columns["efficiency"] + e for c, e in zip(curves, errors, strict=True)))
    positive, top = values[values > 0], float(highs.max(initial=1e-6))
    if not of_signal and len(positive) and np.log10(positive.max() / positive.min()) > _DECADES:
        bottom = max(0.5 * float(positive.min()), top * 10**-_SMALLEST_DECADE)
        axes.set_yscale("log")
        axes.set_ylim(bottom, top * (top / bottom) ** 0.15)
        label_log_axis(axes.yaxis)
    else:
        axes.set_ylim(0.0, 1.15 * top)


def _finish(panels: Sequence[Axes], curves: Sequence[Curve], label: Label) -> None:
    labels = curves[0].labels
    signal, efficiency = short_name(str(labels.get("signal", "")), longest=14), labels.get("signal_efficiency")
    cut = None if efficiency is None else f"cut at $\\varepsilon_S$ = {efficiency:g} for {signal}"
    columns = legend_columns(names := list(dict.fromkeys(str(curve.run) for curve in curves)))
    panels[0].legend(loc="upper left", ncols=columns, title=cut, title_fontsize=14, alignment="left", columnspacing=1.2)
    make_room(panels[0], rows=-(-len(names) // columns) + 1)
    show_bins(panels[-1], curves[0], axis_title(str(labels.get("spectator", "Spectator"))))
    write_label(panels[0], label)
