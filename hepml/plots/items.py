"""Outputs per item of a sequence: accuracy, widths and pulls, item by item or all together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hepml.contracts import Curve, Metric
from hepml.plots.bands import draw_line, draw_steps, edges_of, finite, make_room
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing, drawing_panels
from hepml.plots.figures_of_merit import metric_of, value_text
from hepml.plots.labels import Label, axis_title, legend_columns, short_name, write_label
from hepml.plots.pens import Pen, pens


def draw_accuracy_by_item(
    curves: Sequence[Curve],
    *,
    item_name: str = "Item",
    label: Label | None = None,
    run_pens: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw how often each run finds the true place of an item, over the number of the item.

    Parameters
    ----------
    curves : sequence of Curve
        One per run, with columns ``item``, ``accuracy`` and ``accuracy_error``; the label ``seed_items`` says up to
        where items are known beforehand.
    item_name : str
        What an item is: ``"Layer"``.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, ("item", "accuracy", "accuracy_error"), what="an accuracy by item")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    with drawing_panels(lower=False) as (figure, (axes,)):
        for curve in curves:
            _draw_by_item(axes, curve, "accuracy", colours[str(curve.run)])
        low = float(finite(*(curve.columns["accuracy"] for curve in curves)).min(initial=1.0))
        axes.set_ylim(low - 0.05 * (1 - low) - 1e-6, 1.0 + 0.03 * (1 - low) + 1e-6)
        axes.set_ylabel("Hit accuracy")
        _show_seeds(axes, curves[0])
        axes.legend(loc="best")
        _finish(axes, item_name, label)
    return figure


def draw_widths_by_item(
    curves: Sequence[Curve],
    *,
    item_name: str = "Item",
    label: Label | None = None,
    run_pens: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw the widths of residuals (above) and pulls (below) of one feature over the number of the item.

    Parameters
    ----------
    curves : sequence of Curve
        One per run, of one feature (label ``output``), with columns ``item``, ``residual_width``, ``pull_width`` and
        both with ``…_error``.
    item_name, label, run_pens
        As in `draw_accuracy_by_item`.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    columns = ("residual_width", "residual_width_error", "pull_width", "pull_width_error")
    require_columns(curves, ("item", *columns), what="widths by item")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    with drawing_panels(lower=True) as (figure, (upper, lower)):
        for curve in curves:
            _draw_by_item(upper, curve, "residual_width", colours[str(curve.run)])
            _draw_by_item(lower, curve, "pull_width", colours[str(curve.run)])
        name, _, unit = axis_title(str(curves[0].labels.get("output", ""))).partition(" [")
        upper.set_ylabel(f"σ$_{{68}}$ of predicted − true {name}" + (f" [{unit}" if unit else ""))
        upper.set_ylim(bottom=0.0)
        upper.legend(loc="upper left", ncols=legend_columns([str(curve.run) for curve in curves]))
        make_room(upper, rows=2)
        lower.axhline(1.0, color="black", linewidth=0.8, zorder=1)
        lower.set_ylabel("Pull width")
        lower.grid(which="major", alpha=0.35)
        _show_seeds(upper, curves[0])
        _finish(upper, "", label)
        lower.set_xlabel(item_name)
    return figure


def draw_pulls(
    curves: Sequence[Curve],
    metrics: Sequence[Metric] = (),
    *,
    label: Label | None = None,
    run_pens: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw the pulls of one feature with the unit normal distribution that they follow where errors are right.

    Parameters
    ----------
    curves : sequence of Curve
        One per run, of one feature (label ``output``), with columns ``low``, ``high``, ``density`` and
        ``density_error``.
    metrics : sequence of Metric
        From these ``pull_width`` goes into the legend.
    label, run_pens
        As in `draw_accuracy_by_item`.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, ("low", "high", "density", "density_error"), what="a histogram of pulls")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    with drawing(height=7.0) as figure:
        axes = figure.subplots()
        for curve in curves:
            density, error = curve.columns["density"], np.nan_to_num(curve.columns["density_error"])
            name = _with_width(curve, metrics)
            draw_steps(axes, edges_of(curve), density, error, pen=colours[str(curve.run)], name=name)
        edges = edges_of(curves[0])
        pull = np.linspace(edges[0], edges[-1], 401)
        normal = np.exp(-0.5 * pull**2) / np.sqrt(2 * np.pi)
        axes.plot(pull, normal, color="black", linestyle=":", linewidth=1.8, label="unit normal", zorder=4)
        axes.set_xlim(edges[0], edges[-1])
        axes.set_ylim(bottom=0.0)
        axes.set_xlabel(f"Pull of {axis_title(str(curves[0].labels.get('output', '')).partition(' [')[0])}")
        axes.set_ylabel("Probability density")
        axes.legend(loc="upper left")
        make_room(axes, rows=len(curves) + 1)
        axes.grid(which="major", axis="x", alpha=0.35)
        write_label(axes, label or Label())
    return figure


def _draw_by_item(axes: Axes, curve: Curve, name: str, pen: Pen) -> None:
    item, value, error = curve.columns["item"], curve.columns[name], np.nan_to_num(curve.columns[f"{name}_error"])
    draw_line(axes, item, value, error, pen=pen, name=short_name(str(curve.run)))


def _with_width(curve: Curve, metrics: Sequence[Metric]) -> str:
    width = metric_of(metrics, "pull_width", curve)
    name = short_name(str(curve.run))
    return name if width is None else f"{name}   σ$_{{68}}$ = {value_text(width)}"


def _show_seeds(axes: Axes, curve: Curve) -> None:
    """Mark up to where items are known beforehand."""
    n_seeds = int(curve.labels.get("seed_items", 0))
    first = float(curve.columns["item"].min(initial=np.inf))
    if n_seeds > first:
        axes.axvspan(first, n_seeds - 0.5, color="0.9", linewidth=0, zorder=0)


def _finish(axes: Axes, item_name: str, label: Label | None) -> None:
    axes.margins(x=0.0)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    axes.minorticks_off()
    axes.set_xlabel(item_name)
    axes.grid(which="major", alpha=0.35)
    write_label(axes, label or Label())
