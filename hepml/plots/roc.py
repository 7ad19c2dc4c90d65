"""ROC curves: signal efficiency against background rejection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from hepml.contracts import Curve, Metric
from hepml.plots.bands import draw_line, finite
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing_panels
from hepml.plots.figures_of_merit import belongs, value_text
from hepml.plots.labels import Label, short_name, write_label
from hepml.plots.pens import Pen, pens

_LARGEST_ERROR = 0.5  # of the rejection: beyond, a handful of background events decides and there is nothing to see
_RATIO_GRID = np.linspace(0.01, 0.99, 197)
_WORKING_POINTS = 0.2  # signal efficiencies below are not used: they must not set the scale of the ratio
_WIDEST_RATIO = 4.0


def draw_roc(
    curves: Sequence[Curve],
    metrics: Sequence[Metric] = (),
    *,
    label: Label | None = None,
    ratio: bool = True,
    reference: str | None = None,
    run_pens: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw all runs on one ROC: rejection (1 / background efficiency, logarithmic) over signal efficiency.

    Parameters
    ----------
    curves : sequence of Curve
        One per run, with columns ``signal_efficiency``, ``rejection`` (1 / background efficiency) and
        ``rejection_error`` (at fixed signal efficiency).  Points with an error above half of the rejection, or without
        a finite one, are left out.
    metrics : sequence of Metric
        From these ``auc`` goes into the legend and ``rejection_at_<efficiency>`` is marked by a point with its error,
        unless that is above half of it too.
        Only those of the curve's own run, part and class and of the average over members count.
    label : Label, optional
        The words above.
    ratio : bool
        With two or more runs, add a panel with the rejection of each over that of the reference.  Its bands are the
        errors of each run alone: runs on the same events fluctuate together, so that they overstate the error of the
        ratio.
    reference : str, optional
        The run that others are divided by; by default the first.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, ("signal_efficiency", "rejection", "rejection_error"), what="a ROC")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    two_panels = ratio and len(curves) > 1
    with drawing_panels(lower=two_panels) as (figure, panels):
        for curve in curves:
            mine = [m for m in metrics if belongs(m, curve)]
            _draw_run(panels[0], curve, mine, colours[str(curve.run)])
        _finish_main(panels[0], curves, label or Label())
        if two_panels:
            below = next((curve for curve in curves if curve.run == reference), curves[0])
            _draw_ratios(panels[1], curves, below, colours)
        panels[-1].set_xlabel(r"Signal efficiency  $\varepsilon_S$")
    return figure


def _columns(curve: Curve) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return efficiency, rejection and its error where they say something, by increasing efficiency."""
    efficiency, rejection = curve.columns["signal_efficiency"], curve.columns["rejection"]
    error = np.nan_to_num(curve.columns["rejection_error"], nan=0.0)
    with np.errstate(invalid="ignore"):
        keep = np.isfinite(rejection) & (rejection > 0) & (error <= _LARGEST_ERROR * rejection)
    order = np.argsort(efficiency[keep], kind="stable")
    return efficiency[keep][order], rejection[keep][order], error[keep][order]


def _draw_run(axes: Axes, curve: Curve, metrics: Sequence[Metric], pen: Pen) -> None:
    efficiency, rejection, error = _columns(curve)
    area = next((m for m in metrics if m.name == "auc"), None)
    name = short_name(str(curve.run))
    text = f"{name}   AUC = {value_text(area, decimals=4)}" if area else name
    draw_line(axes, efficiency, rejection, error, pen=pen, name=text)
    for metric in metrics:
        if metric.name.startswith("rejection_at_") and metric.error <= _LARGEST_ERROR * metric.value:
            at = float(metric.name.removeprefix("rejection_at_"))
            axes.errorbar(
                at,
                metric.value,
                yerr=metric.error,
                fmt=pen.marker,
                color=pen.colour,
                markersize=8,
                markeredgecolor="white",
                elinewidth=2,
                capsize=4,
                zorder=4,
            )


def _finish_main(axes: Axes, curves: Sequence[Curve], label: Label) -> None:
    guess = np.linspace(1e-3, 1.0, 500)
    axes.plot(guess, 1.0 / guess, color="black", linestyle=(0, (1, 2)), linewidth=1.5, label="random guess", zorder=1)
    tops = [_top(curve) for curve in curves]
    axes.set_yscale("log")
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.9, 3.0 * max([10.0, *tops]))
    axes.set_ylabel(r"Background rejection  1 / $\varepsilon_B$")
    axes.grid(which="major", alpha=0.35)
    axes.legend(loc="best")
    write_label(axes, label)


def _top(curve: Curve) -> float:
    _, rejection, _ = _columns(curve)
    return float(rejection.max(initial=1.0))


def _ratio(curve: Curve, reference: Curve) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return signal efficiency, rejection over the reference's, and its error from the curve's own."""
    efficiency, rejection, error = _columns(curve)
    base_efficiency, base, _ = _columns(reference)
    if not len(efficiency) or not len(base_efficiency):
        return np.empty(0), np.empty(0), np.empty(0)
    start = max(efficiency[0], base_efficiency[0])
    grid = _RATIO_GRID[np.searchsorted(_RATIO_GRID, start) :]
    below = np.exp(np.interp(grid, base_efficiency, np.log(base)))
    value = np.exp(np.interp(grid, efficiency, np.log(rejection))) / below
    return grid, value, np.interp(grid, efficiency, error / rejection) * value


def _draw_ratios(axes: Axes, curves: Sequence[Curve], reference: Curve, run_pens: Mapping[str, Pen]) -> None:
    shown = [np.empty(0)]
    for curve in curves:
        grid, value, error = _ratio(curve, reference)
        draw_line(axes, grid, value, error, pen=run_pens[str(curve.run)])
        used = grid >= _WORKING_POINTS
        shown += [value[used], (value - error)[used], (value + error)[used]]
    numbers = finite(*shown)
    half = float(np.clip(1.1 * np.abs(numbers - 1.0).max(initial=0.0), 0.1, _WIDEST_RATIO))
    axes.axhline(1.0, color="black", linewidth=0.8, zorder=1)
    axes.set_ylim(max(0.0, 1.0 - half), 1.0 + half)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, prune="upper"))
    axes.set_ylabel(f"Ratio to {short_name(str(reference.run), longest=10)}", fontsize="small")
    axes.grid(which="major", alpha=0.35)
