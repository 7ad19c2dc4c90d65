"""Sculpting: what a cut on the score does to the shape of a background spectator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepml.contracts import Curve, Metric
from hepml.plots.bands import draw_steps, edges_of, finite
from hepml.plots.binned_axis import show_bins
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing_panels
from hepml.plots.figures_of_merit import value_text
from hepml.plots.labels import Label, axis_title, short_name, write_label
from hepml.plots.pens import Pen, pens

_COLUMNS = ("low", "high", "before", "before_error", "after", "after_error")
_WIDEST_RATIO = 5.0


def draw_sculpting(
    curves: Sequence[Curve],
    metrics: Sequence[Metric] = (),
    *,
    label: Label | None = None,
    run_pens: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw a background spectator before and after the cut of each run, unit area, and after over before below.

    Parameters
    ----------
    curves : sequence of Curve
        One per run, of one background (`Curve.class_`), spectator, signal and cut (labels ``spectator``, ``signal``,
        ``signal_efficiency``), with columns ``low``, ``high``, ``before`` and ``after`` (densities of unit area), both
        with ``…_error``.
    metrics : sequence of Metric
        From these ``jsd_<spectator>_at_<signal efficiency>``, the Jensen–Shannon divergence in bits, goes into
        the legend.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, _COLUMNS, what="a figure of sculpting")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    first = curves[0]
    with drawing_panels(lower=True) as (figure, (upper, lower)):
        name = f"{short_name(str(first.class_), longest=14)} before the cut"
        upper.stairs(first.columns["before"], edges_of(first), fill=True, color="#c9cfd6", label=name, zorder=1)
        for curve in curves:
            _draw_run(upper, lower, curve, metrics, colours[str(curve.run)])
        _finish(upper, lower, curves, label or Label())
    return figure


def _draw_run(upper: Axes, lower: Axes, curve: Curve, metrics: Sequence[Metric], pen: Pen) -> None:
    distance = _distance(metrics, curve)
    text = short_name(str(curve.run)) + ("" if distance is None else f"   JSD = {value_text(distance)}")
    after, error = curve.columns["after"], np.nan_to_num(curve.columns["after_error"])
    draw_steps(upper, edges_of(curve), after, error, pen=pen, name=text)
    before = np.where(curve.columns["before"] > 0, curve.columns["before"], np.nan)
    draw_steps(lower, edges_of(curve), after / before, error / before, pen=pen)


def _distance(metrics: Sequence[Metric], curve: Curve) -> Metric | None:
    spectator, efficiency = curve.labels.get("spectator"), curve.labels.get("signal_efficiency", 0.5)
    name, wanted = f"jsd_{spectator}_at_{efficiency:g}", (curve.run, curve.member, None, "physics")
    found = [m for m in metrics if m.name == name and (m.run, m.member, m.selection, m.weights) == wanted]
    signal = curve.labels.get("signal")
    return next((m for m in found if np.isfinite(m.value) and signal in (None, m.class_)), None)


def _finish(upper: Axes, lower: Axes, curves: Sequence[Curve], label: Label) -> None:
    labels = curves[0].labels
    top = float(finite(*(c.columns[name] for c in curves for name in ("before", "after"))).max(initial=1e-9))
    upper.set_ylim(0.0, (1.2 + 0.075 * (len(curves) + 2)) * top)
    upper.set_ylabel("Probability density")
    efficiency = labels.get("signal_efficiency")
    title = None if efficiency is None else f"cut at $\\varepsilon_S$ = {efficiency:g}"
    upper.legend(loc="upper right", title=title, title_fontsize=14, alignment="left")
    write_label(upper, label)
    ratios = finite(
        *(c.columns["after"] / np.where(c.columns["before"] > 0, c.columns["before"], np.nan) for c in curves)
    )
    lower.set_ylim(0.0, float(np.clip(1.15 * ratios.max(initial=1.0), 2.0, _WIDEST_RATIO)))
    lower.axhline(1.0, color="black", linewidth=0.8, zorder=1)
    lower.set_ylabel("After / before", fontsize="small")
    show_bins(lower, curves[0], axis_title(str(labels.get("spectator", "Spectator"))))
