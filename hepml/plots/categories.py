"""Scores and efficiencies by category of the true events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepml.contracts import Curve
from hepml.plots.bands import draw_steps, edges_of, finite, make_room
from hepml.plots.bars import Bars, draw_bars, height_of, width_of
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, legend_columns, plain, short_name, write_label
from hepml.plots.pens import Pen, pens

_COLUMNS_OF_LEGEND = 3


def draw_category_scores(curves: Sequence[Curve], *, label: Label | None = None) -> Figure:
    """Draw the score of one class: a line for each category of its own events (above) and of all others (below).

    Parameters
    ----------
    curves : sequence of Curve
        Of one run, class and spectator, one per category (label ``category``) and panel (label ``of_class``), with
        columns ``low``, ``high``, ``density`` and ``density_error``.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, ("low", "high", "density", "density_error"), what="scores by category")
    colours = pens([str(curve.labels.get("category")) for curve in curves])  # the same in both panels
    class_ = short_name(str(curves[0].class_), longest=16)
    groups = {of: [c for c in curves if bool(c.labels.get("of_class")) == of] for of in (True, False)}
    groups = {of: group for of, group in groups.items() if group}
    with drawing(height=2.2 + 3.6 * len(groups)) as figure:
        panels = figure.subplots(len(groups), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (of, group) in zip(panels, groups.items(), strict=True):
            _draw_panel(axes, group, colours, f"{class_} events" if of else "All other events")
        panels[-1].set_xlabel(f"{short_name(str(curves[0].run), longest=16)} score of {class_}")
        write_label(panels[0], label or Label())
    return figure


def _draw_panel(axes: Axes, curves: Sequence[Curve], colours: Mapping[str, Pen], title: str) -> None:
    for curve in curves:
        name = str(curve.labels.get("category"))
        error = np.nan_to_num(curve.columns["density_error"])
        text = short_name(name, longest=14)
        draw_steps(axes, edges_of(curve), curve.columns["density"], error, pen=colours[name], name=text)
    tops = finite(*(curve.columns["density"] + np.nan_to_num(curve.columns["density_error"]) for curve in curves))
    axes.set_ylim(0.0, 1.05 * float(tops.max(initial=1e-6)))
    axes.set_xlim(float(curves[0].columns["low"][0]), float(curves[0].columns["high"][-1]))
    axes.set_ylabel("Density")
    axes.legend(loc="upper center", ncols=_COLUMNS_OF_LEGEND, title=title, title_fontsize=14, columnspacing=1.2)
    make_room(axes, rows=1 - (-len(curves) // _COLUMNS_OF_LEGEND))


def draw_category_efficiency(
    curves: Sequence[Curve], *, label: Label | None = None, run_pens: Mapping[str, Pen] | None = None
) -> Figure:
    """Draw the efficiency of the selection of each class by category: a bar per run.

    Parameters
    ----------
    curves : sequence of Curve
        Of one spectator, one per run and class, with columns ``efficiency`` and ``efficiency_error``, one row for each
        name in the label ``categories``.  Where no run has a value there is no bar.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, ("efficiency", "efficiency_error"), what="an efficiency by category")
    runs = list(dict.fromkeys(str(curve.run) for curve in curves))
    colours = run_pens or pens(runs)
    bars = [_bars([c for c in curves if str(c.run) == run], run, colours[run]) for run in runs]
    variables = list(dict.fromkeys(name for each in bars for name in each.value))
    with drawing(width=1.0 + width_of(variables), height=height_of(len(variables), len(runs))) as figure:
        axes = figure.subplots()
        draw_bars(axes, bars, variables)
        axes.set_xlim(0.0, 1.05)
        axes.set_xlabel("Efficiency of the selection")
        axes.set_ylabel(f"Class, {plain(str(curves[0].labels.get('spectator', 'category')))}")
        figure.legend(loc="outside lower right", ncols=legend_columns(runs))
        write_label(axes, label or Label())
    return figure


def _bars(curves: Sequence[Curve], run: str, pen: Pen) -> Bars:
    value, error = {}, {}
    for curve in curves:
        rows = zip(
            curve.labels["categories"], curve.columns["efficiency"], curve.columns["efficiency_error"], strict=True
        )
        for category, efficiency, its_error in rows:
            if np.isfinite(efficiency):
                name = f"{curve.class_}, {category}"
                value[name], error[name] = float(efficiency), float(its_error)
    return Bars(value, error, pen, short_name(run))
