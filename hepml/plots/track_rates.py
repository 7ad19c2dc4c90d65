"""Efficiency, fakes and duplicates of found tracks in bins of one variable, builder by builder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepml.contracts import Curve
from hepml.plots.bands import draw_steps, edges_of, finite
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, legend_columns, short_name, write_label
from hepml.plots.log_ticks import label_log_axis
from hepml.plots.pens import Pen, pens

_TITLES = {
    "track_efficiency": "Efficiency",
    "track_fake_rate": "Fake rate",
    "track_duplicate_rate": "Duplicate rate",
}
_AXES = {"pt_gev": r"$p_T$ [GeV]", "eta": r"$\eta$", "n_particles": "Particles of the event"}
_DECADE = 8.0  # from this ratio of its ends on, a positive variable has a logarithmic axis


def draw_track_rates(
    curves: Sequence[Curve], *, label: Label | None = None, run_pens: Mapping[str, Pen] | None = None
) -> Figure:
    """Draw a panel per rate and a line with a band per builder.

    Parameters
    ----------
    curves : sequence of Curve
        Of one variable (label ``variable``), by builder and rate, with columns ``low``, ``high``, ``value``, ``error``.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By builder; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, ("low", "high", "value", "error"), what="a rate in bins")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    names = list(dict.fromkeys(curve.name for curve in curves))
    with drawing(height=2.4 + 2.5 * len(names)) as figure:
        panels = list(figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0])
        for axes, name in zip(panels, names, strict=True):
            _draw_rate(axes, [curve for curve in curves if curve.name == name], colours)
            axes.set_ylabel(_TITLES.get(name, short_name(name)))
        _finish(panels, curves[0], label or Label())
    return figure


def _draw_rate(axes: Axes, curves: Sequence[Curve], colours: Mapping[str, Pen]) -> None:
    for curve in curves:
        value, error = curve.columns["value"], np.nan_to_num(curve.columns["error"])
        draw_steps(axes, edges_of(curve), value, error, pen=colours[str(curve.run)], name=short_name(str(curve.run)))
    ends = [curve.columns["value"] + sign * curve.columns["error"] for curve in curves for sign in (-1, 1)]
    seen = finite(*ends)
    if curves[0].name == "track_efficiency":
        low = float(seen.min(initial=1.0))
        axes.set_ylim(low - 0.4 * (1 - low), 1 + 0.12 * (1 - low))  # room for the legend below
        axes.axhline(1.0, color="black", linewidth=0.8, zorder=1)
    else:
        top = 1.25 * float(seen.max(initial=1e-6))
        axes.set_ylim(-0.03 * top, top)
    axes.grid(which="major", alpha=0.35)


def _finish(panels: Sequence[Axes], curve: Curve, label: Label) -> None:
    edges, variable = edges_of(curve), str(curve.labels.get("variable", ""))
    last = panels[-1]
    if edges[0] > 0 and edges[-1] / edges[0] > _DECADE:
        last.set_xscale("log")
        label_log_axis(last.xaxis)
    last.set_xlim(edges[0], edges[-1])
    last.set_xlabel(_AXES.get(variable, short_name(variable)))
    names = panels[0].get_legend_handles_labels()[1]
    panels[0].legend(loc="lower right", ncols=legend_columns(names))
    write_label(panels[0], label)
