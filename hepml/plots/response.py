"""Bias and resolution of a regression in bins."""

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
from hepml.plots.pens import Pen, pens

_COLUMNS = ("low", "high", "truth_mean", "bias", "bias_error", "resolution", "resolution_error")
_DIFFERENCE = "delta_resolution"


def draw_response(
    curves: Sequence[Curve],
    *,
    differences: Sequence[Curve] = (),
    label: Label | None = None,
    run_pens: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw bias (above) and resolution (below) of all runs in bins of the truth or of a spectator.

    Parameters
    ----------
    curves : sequence of Curve
        One per run, of one target (label ``output``) in bins of one quantity (label ``of``), with columns ``low``,
        ``high``, ``truth_mean``, ``bias`` and ``resolution`` (half of the central 68% interval), both with ``…_error``;
        in units of the target, or relative to it where the label ``relative`` is true.
    differences : sequence of Curve
        In the same bins, one for each run but the one that they are compared with (label ``against``), with columns
        ``delta_resolution`` and ``delta_resolution_error``; drawn in a panel of their own.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, _COLUMNS, what="a response in bins")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    if differences:
        require_columns(differences, ("low", "high", _DIFFERENCE, f"{_DIFFERENCE}_error"), what="a difference in bins")
    with drawing(height=10.4 if differences else 8.2) as figure:
        upper, lower, *below = figure.subplots(3 if differences else 2, 1, sharex=True)
        for name, axes in (("bias", upper), ("resolution", lower)):
            for curve in curves:
                _draw(axes, curve, name, colours[str(curve.run)])
            axes.set_ylabel(_title(name, curves[0]))
            axes.grid(which="major", alpha=0.35)
        for axes in below:
            _draw_differences(axes, differences, colours)
        _finish(upper, lower, curves, label or Label())
        show_bins([upper, lower, *below][-1], curves[0], _of(curves[0]))
    return figure


def _draw(axes: Axes, curve: Curve, name: str, pen: Pen) -> None:
    value, error = curve.columns[name], np.nan_to_num(curve.columns[f"{name}_error"])
    draw_steps(axes, edges_of(curve), value, error, pen=pen, name=short_name(str(curve.run)))
    if curve.labels.get("of") == curve.labels.get("output"):  # the mean of the truth lies on this axis
        axes.plot(curve.columns["truth_mean"], value, pen.marker, color=pen.colour, markersize=6, zorder=4)


def _draw_differences(axes: Axes, curves: Sequence[Curve], colours: Mapping[str, Pen]) -> None:
    for curve in curves:
        value, error = curve.columns[_DIFFERENCE], np.nan_to_num(curve.columns[f"{_DIFFERENCE}_error"])
        draw_steps(axes, edges_of(curve), value, error, pen=colours[str(curve.run)])
    axes.axhline(0.0, color="black", linewidth=0.8, zorder=1)
    axes.set_ylim(*_around_zero(curves, _DIFFERENCE))
    axes.set_ylabel(f"Δ to {short_name(str(curves[0].labels.get('against')), longest=10)}")
    axes.grid(which="major", alpha=0.35)


def _around_zero(curves: Sequence[Curve], name: str) -> tuple[float, float]:
    """Return the range of an axis that shows zero and all values with their errors."""
    ends = [c.columns[name] + side * np.nan_to_num(c.columns[f"{name}_error"]) for c in curves for side in (-1, 1)]
    low, high = min(0.0, *finite(*ends), 0.0), max(0.0, *finite(*ends), 0.0)
    room = 0.1 * max(high - low, 1e-9)
    return low - room, high + room


def _finish(upper: Axes, lower: Axes, curves: Sequence[Curve], label: Label) -> None:
    upper.axhline(0.0, color="black", linewidth=0.8, zorder=1)
    upper.set_ylim(*_around_zero(curves, "bias"))
    width = [c.columns["resolution"] + np.nan_to_num(c.columns["resolution_error"]) for c in curves]
    lower.set_ylim(0.0, 1.15 * float(finite(*width).max(initial=1e-9)))
    columns = legend_columns(names := list(dict.fromkeys(str(curve.run) for curve in curves)))
    upper.legend(loc="upper left", ncols=columns, columnspacing=1.2)
    make_room(upper, rows=-(-len(names) // columns))
    write_label(upper, label)


def _of(curve: Curve) -> str:
    of, output = str(curve.labels.get("of", "truth")), curve.labels.get("output")
    return f"True {axis_title(of)}" if of == output else axis_title(of)


def _title(name: str, curve: Curve) -> str:
    if curve.labels.get("relative"):
        return f"Relative {name}"
    _, bracket, unit = axis_title(str(curve.labels.get("output", ""))).partition("[")
    return f"{name.capitalize()} {bracket}{unit}".strip()
