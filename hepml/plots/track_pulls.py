"""Pulls of predicted hits beside the normal distribution that they should have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from hepml.contracts import Curve, Metric
from hepml.plots.bands import draw_steps, edges_of, make_room
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.figures_of_merit import value_text
from hepml.plots.labels import Label, short_name, write_label
from hepml.plots.pens import Pen, pens

_TITLES = {"rphi": r"Pull along the circle, $r\varphi$", "z": "Pull along z"}


def draw_track_pulls(
    curves: Sequence[Curve],
    metrics: Sequence[Metric] = (),
    *,
    label: Label | None = None,
    run_pens: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw a panel per coordinate and a line with a band per propagator.

    Parameters
    ----------
    curves : sequence of Curve
        By propagator and coordinate (label ``coordinate``), with columns ``low``, ``high``, ``density`` and
        ``density_error``.
    metrics : sequence of Metric
        From these the width ``pull_width_<coordinate>`` goes into the legend.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By propagator; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, ("low", "high", "density", "density_error"), what="a histogram of pulls")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    coordinates = list(dict.fromkeys(str(curve.labels.get("coordinate")) for curve in curves))
    with drawing(width=7.0 * len(coordinates), height=6.2) as figure:
        panels = list(figure.subplots(1, len(coordinates), squeeze=False, sharey=True)[0])
        for axes, coordinate in zip(panels, coordinates, strict=True):
            chosen = [curve for curve in curves if curve.labels.get("coordinate") == coordinate]
            edges = edges_of(chosen[0])
            x = np.linspace(edges[0], edges[-1], 400)
            axes.plot(x, np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi), color="black", linewidth=1.2, label="normal")
            for curve in chosen:
                error = curve.columns["density_error"]
                name = _name(curve, metrics)
                draw_steps(
                    axes, edges_of(curve), curve.columns["density"], error, pen=colours[str(curve.run)], name=name
                )
            axes.set_xlim(x[0], x[-1])
            axes.set_xlabel(_TITLES.get(coordinate, short_name(coordinate)))
            axes.legend(loc="upper left")
            make_room(axes, rows=len(chosen) + 1)
            axes.grid(which="major", axis="x", alpha=0.35)
        panels[0].set_ylabel("Probability density")
        write_label(panels[0], label or Label(), last=panels[-1])
    return figure


def _name(curve: Curve, metrics: Sequence[Metric]) -> str:
    wanted = f"pull_width_{curve.labels.get('coordinate')}"
    for metric in metrics:
        if (metric.name, metric.run, metric.selection) == (wanted, curve.run, None):
            return f"{short_name(str(curve.run))}   σ = {value_text(metric)}"
    return short_name(str(curve.run))
