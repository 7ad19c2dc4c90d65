"""Permutation importance: what a model loses when a variable is shuffled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from hepml.contracts import Curve
from hepml.errors import ShapeError
from hepml.plots.bars import Bars, draw_bars, height_of, longest_first, width_of
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, axis_title, legend_columns, short_name, write_label
from hepml.plots.pens import Pen, pens

_TITLES = {"auc": "Loss of AUC when shuffled", "rmse": "Rise of RMSE when shuffled"}


def draw_importance(
    curves: Sequence[Curve], *, label: Label | None = None, run_pens: Mapping[str, Pen] | None = None
) -> Figure:
    """Draw the permutation importance of each variable, runs side by side, the most important at the top.

    Parameters
    ----------
    curves : sequence of Curve
        One per run, one row per variable, with columns ``drop`` and ``drop_error``; the label ``features`` names the
        rows and ``figure`` the figure that gets worse (``"auc"`` or ``"rmse"``), the same for all.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, one lacks a column, or they are of different figures.
    """
    figure_of_merit = _check(curves)
    colours = run_pens or pens([str(curve.run) for curve in curves])
    bars = [_bars(curve, colours[str(curve.run)]) for curve in curves]
    shown = longest_first(bars)
    n_all = len({name for each in bars for name in each.value})
    with drawing(width=width_of(shown), height=height_of(len(shown), len(bars))) as figure:
        axes = figure.subplots()
        draw_bars(axes, bars, shown)
        axes.axvline(0.0, color="black", linewidth=1.0)
        axes.margins(x=0.06)
        axes.set_xlabel(_TITLES.get(figure_of_merit, f"Loss of {axis_title(figure_of_merit)} when shuffled"))
        axes.set_ylabel(
            "Variable" if len(shown) == n_all else f"Variable (first {len(shown)} of {n_all})", fontsize="small"
        )
        figure.legend(loc="outside lower right", ncols=legend_columns([each.name for each in bars]))
        write_label(axes, label or Label())
    return figure


def _check(curves: Sequence[Curve]) -> str:
    """Return the figure of merit that all curves are about."""
    require_columns(curves, ("drop", "drop_error"), what="a figure of importance")
    found = sorted({str(curve.labels.get("figure", "auc")) for curve in curves})
    if len(found) > 1:
        msg = f"a figure of importance shows the loss of one figure of merit, found {found}: draw one figure for each"
        raise ShapeError(msg)
    return found[0]


def _bars(curve: Curve, pen: Pen) -> Bars:
    features = [str(name) for name in curve.labels["features"]]
    value = dict(zip(features, curve.columns["drop"].tolist(), strict=True))
    error = dict(zip(features, curve.columns["drop_error"].tolist(), strict=True))
    return Bars(value, error, pen, short_name(str(curve.run)))
