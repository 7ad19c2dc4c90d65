"""ROC curves: signal efficiency against background rejection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hepml.contracts import Curve, Metric
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing_panels
from hepml.plots.labels import Label, short_name, write_label
from hepml.plots.pens import Pen, pens

_LARGEST_ERROR = 0.5  # of the rejection: beyond, a handful of background events decides and there is nothing to see
_RATIO_GRID = np.linspace(0.01, 0.99, 197)


def draw_roc(
    curves: Sequence[Curve],
    metrics: Sequence[Metric] = (),
    *,
    label: Label | None = None,
    ratio: bool = True,
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
        From these ``auc`` goes into the legend and ``rejection_at_<efficiency>`` is marked by a point with its error.
        Only those of the curve's own run, part and class and of the average over members count.
    label : Label, optional
        The words above.
    ratio : bool
        With two or more runs, add a panel with the rejection of each over that of the first.
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
            mine = [m for m in metrics if _belongs(m, curve)]
            _draw_run(panels[0], curve, mine, colours[str(curve.run)])
        _finish_main(panels[0], curves, label or Label())
        if two_panels:
            _draw_ratios(panels[1], curves, colours)
        panels[-1].set_xlabel(r"Signal efficiency  $\varepsilon_S$")
    return figure


def _belongs(metric: Metric, curve: Curve) -> bool:
    mine = (metric.run, metric.member, metric.against, metric.class_, metric.part, metric.weights, metric.selection)
    selection, weights = curve.labels.get("selection"), curve.labels.get("weights", "physics")
    return mine == (curve.run, curve.member, None, curve.class_, curve.part, weights, selection)


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
    text = f"{short_name(str(curve.run))}   AUC = {_value(area)}" if area else short_name(str(curve.run))
    axes.plot(efficiency, rejection, color=pen.colour, linestyle=pen.line, label=text, zorder=3)
    axes.fill_between(
        efficiency, rejection - error, rejection + error, color=pen.colour, alpha=0.25, linewidth=0, zorder=2
    )
    for metric in metrics:
        if metric.name.startswith("rejection_at_") and np.isfinite(metric.value):
            at = float(metric.name.removeprefix("rejection_at_"))
            axes.errorbar(
                at,
                metric.value,
                yerr=np.nan_to_num(metric.error),
                fmt=pen.marker,
                color=pen.colour,
                markersize=8,
                markeredgecolor="white",
                elinewidth=2,
                capsize=4,
                zorder=4,
            )


def _value(metric: Metric) -> str:
    if not metric.error > 0:
        return f"{metric.value:.4f}"
    decimals = max(4, 1 - int(np.floor(np.log10(metric.error))))
    return f"{metric.value:.{decimals}f} ± {metric.error:.{decimals}f}"


def _finish_main(axes: Axes, curves: Sequence[Curve], label: Label) -> None:
    guess = np.linspace(1e-3, 1.0, 500)
    axes.plot(guess, 1.0 / guess, color="black", linestyle=(0, (1, 2)), linewidth=1.5, label="random guess", zorder=1)
    tops = [_top(curve) for curve in curves]
    axes.set_yscale("log")
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.9, 3.0 * max([10.0, *tops]))
    axes.set_ylabel(r"Background rejection  1 / $\varepsilon_B$")
    axes.grid(which="major", alpha=0.35)
    axes.legend(loc="upper right")
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


def _draw_ratios(axes: Axes, curves: Sequence[Curve], run_pens: Mapping[str, Pen]) -> None:
    limits = [0.8, 1.2]
    for curve in curves:
        grid, value, error = _ratio(curve, curves[0])
        pen = run_pens[str(curve.run)]
        axes.plot(grid, value, color=pen.colour, linestyle=pen.line)
        axes.fill_between(grid, value - error, value + error, color=pen.colour, alpha=0.25, linewidth=0)
        limits += [*value, *(value - error)[grid > 0.2], *(value + error)[grid > 0.2]]
    axes.set_ylim(max(0.0, min(limits)), min(max(limits), 5.0))
    axes.set_ylabel(f"Ratio to {short_name(str(curves[0].run), longest=10)}", fontsize="small")
    axes.grid(which="major", alpha=0.35)
