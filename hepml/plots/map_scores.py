"""Scores of monitored maps: faults found against false alarms, and scores over runs or entries."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from hepml.contracts import Curve
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing, drawing_panels
from hepml.plots.labels import Label, axis_title, short_name, write_label
from hepml.plots.pens import Pen, pens

_COLUMNS = 4


def draw_fault_rocs(
    curves: Sequence[Curve], *, label: Label | None = None, run_pens: Mapping[str, Pen] | None = None
) -> Figure:
    """Draw the share of faults that is found against the share of false alarms, a panel per kind of fault.

    Parameters
    ----------
    curves : sequence of Curve
        One per run and kind (label ``kind``), with columns ``efficiency`` and ``false_alarm_rate``; the label
        ``n_good`` says where the axis begins.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, ("efficiency", "false_alarm_rate"), what="a ROC of faults")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    kinds = list(dict.fromkeys(str(curve.labels.get("kind", "")) for curve in curves))
    rows = math.ceil(len(kinds) / _COLUMNS)
    columns = min(len(kinds), _COLUMNS)
    with drawing(width=4.2 * columns + 1, height=4.2 * rows + 0.6) as figure:
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for axes in grid.flat[len(kinds) :]:
            axes.set_axis_off()
        for axes, kind in zip(grid.flat, kinds, strict=False):
            for curve in (c for c in curves if str(c.labels.get("kind", "")) == kind):
                least = 0.5 / max(int(curve.labels.get("n_good", 1000)), 1)
                rate = np.maximum(curve.columns["false_alarm_rate"], least)
                pen = colours[str(curve.run)]
                name = short_name(str(curve.run))
                axes.plot(rate, curve.columns["efficiency"], color=pen.colour, linestyle=pen.line, label=name)
            axes.axvline(0.01, color="0.6", linewidth=1.0, zorder=0)
            axes.set_xscale("log")
            axes.set_xlim(least, 1.0)
            axes.set_ylim(0.0, 1.05)
            axes.text(0.06, 0.5, short_name(kind.replace("_", " ")), transform=axes.transAxes, fontsize=14)
        grid[0][0].legend(loc="lower right", fontsize=11)
        for axes in grid[:, 0]:
            axes.set_ylabel("Faults found")
        for axes in grid.flat[max(len(kinds) - columns, 0) : len(kinds)]:
            axes.set_xlabel("False alarms", fontsize=15)
            axes.tick_params(labelbottom=True)
        write_label(grid[0][0], label or Label(), last=grid[0][-1])
    return figure


def draw_scores_over(
    curves: Sequence[Curve], *, over: str, label: Label | None = None, run_pens: Mapping[str, Pen] | None = None
) -> Figure:
    """Draw scores of good lumisections over a column, and below it the false alarms.

    Lines are medians and bands the central 68%; triangles are the highest scores, and horizontal lines the thresholds.

    Parameters
    ----------
    curves : sequence of Curve
        One per run, with the columns of `hepml.evaluation.map_curves`.
    over : str
        ``"run"`` or ``"entries"``.
    label, run_pens
        As in `draw_fault_rocs`.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, (over, "median", "low_score", "high_score", "highest"), what=f"scores over {over}")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    with drawing_panels(lower=True) as (figure, (upper, lower)):
        for curve in curves:
            pen, found = colours[str(curve.run)], curve.columns
            upper.plot(
                found[over], found["median"], color=pen.colour, linestyle=pen.line, label=short_name(str(curve.run))
            )
            upper.fill_between(found[over], found["low_score"], found["high_score"], color=pen.colour, alpha=0.15, lw=0)
            upper.plot(found[over], found["highest"], "v", color=pen.colour, markersize=5)
            threshold = float(curve.labels.get("threshold", math.nan))
            if math.isfinite(threshold):
                upper.axhline(threshold, color=pen.colour, linestyle=":", linewidth=1.2)
            rate, error = found["false_alarm_rate"], np.nan_to_num(found["false_alarm_rate_error"])
            lower.errorbar(found[over], rate, yerr=error, fmt="o", color=pen.colour, markersize=4, linewidth=1.2)
        lower.axhline(0.01, color="0.4", linewidth=1.0)
        lower.set_ylim(bottom=0.0)
        lower.set_ylabel("False\nalarms", fontsize=14)
        upper.set_ylabel("Score of good lumisections")
        upper.legend(loc="upper left", fontsize=12, ncols=3)
        low, high = upper.get_ylim()
        upper.set_ylim(low, high + 0.3 * (high - low))
        if over == "entries":
            lower.set_xscale("log")
        lower.set_xlabel(axis_title(over).capitalize())
        write_label(upper, label or Label())
    return figure
