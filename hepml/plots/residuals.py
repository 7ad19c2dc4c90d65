"""Residuals of a regression: prediction minus truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepml.contracts import Curve, Metric
from hepml.plots.bands import centres_of, draw_steps, edges_of, finite, make_room
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing_panels
from hepml.plots.figures_of_merit import metric_of, value_text
from hepml.plots.labels import Label, axis_title, short_name, write_label
from hepml.plots.pens import Pen, pens

_COLUMNS = ("low", "high", "density", "density_error")
_RUNS_WITH_TRAINING = 2  # of more, points on top of one another cannot be told apart


def draw_residuals(
    curves: Sequence[Curve],
    metrics: Sequence[Metric] = (),
    *,
    logarithmic: bool = False,
    label: Label | None = None,
    run_pens: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw the residuals of all runs on the test part as lines with bands, of few on the training part as points.

    Parameters
    ----------
    curves : sequence of Curve
        Of one target (label ``output``), one or two per run: part ``"test"`` and ``"train"``, with columns ``low``,
        ``high``, ``density`` (unit area) and ``density_error``.
    metrics : sequence of Metric
        From these ``resolution`` (half of the central 68% interval) goes into the legend.
    logarithmic : bool
        Vertical axis; shows the tails.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, _COLUMNS, what="a histogram of residuals")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    with drawing_panels(lower=False) as (figure, (axes,)):
        few = len({curve.run for curve in curves}) <= _RUNS_WITH_TRAINING
        for curve in curves:
            if few or curve.part != "train":
                _draw(axes, curve, metrics, colours[str(curve.run)])
        axes.axvline(0.0, color="black", linewidth=0.8, zorder=1)
        _finish(axes, curves, logarithmic, label or Label())
        axes.set_xlabel(_title(curves[0]))
    return figure


def _draw(axes: Axes, curve: Curve, metrics: Sequence[Metric], pen: Pen) -> None:
    density, error = curve.columns["density"], np.nan_to_num(curve.columns["density_error"])
    name = short_name(str(curve.run))
    if curve.part == "train":
        axes.errorbar(
            centres_of(curve),
            density,
            yerr=error,
            fmt=pen.marker,
            color=pen.colour,
            markersize=5,
            elinewidth=1.4,
            label=f"{name}, train",
        )
        return
    resolution = metric_of(metrics, "resolution", curve)
    text = name if resolution is None else f"{name}   σ$_{{68}}$ = {value_text(resolution)}{_unit(curve)}"
    draw_steps(axes, edges_of(curve), density, error, pen=pen, name=text)


def _finish(axes: Axes, curves: Sequence[Curve], logarithmic: bool, label: Label) -> None:
    values = finite(*(curve.columns["density"] for curve in curves))
    highs = [curve.columns["density"] + np.nan_to_num(curve.columns["density_error"]) for curve in curves]
    top, positive = float(finite(*highs).max(initial=1e-9)), values[values > 0]
    if logarithmic:
        axes.set_yscale("log")
        axes.set_ylim(0.5 * float(positive.min(initial=top)), 1.5 * top)
    else:
        axes.set_ylim(0.0, 1.02 * top)
    # One run that went astray must not make spikes of the others.
    low, high = (float(np.median([edges[end] for edges in map(edges_of, curves)])) for end in (0, -1))
    axes.set_xlim(low, high)
    axes.set_ylabel("Probability density")
    axes.legend(loc="upper left")
    make_room(axes, rows=len(axes.get_legend_handles_labels()[0]))
    axes.grid(which="major", axis="x", alpha=0.35)
    write_label(axes, label)


def _unit(curve: Curve) -> str:
    _, _, unit = axis_title(str(curve.labels.get("output", ""))).partition(" [")
    return f" {unit.removesuffix(']')}" if unit else ""


def _title(curve: Curve) -> str:
    quantity, bracket, unit = axis_title(str(curve.labels.get("output", "target"))).partition(" [")
    return f"Predicted − true {quantity}{bracket}{unit}"
