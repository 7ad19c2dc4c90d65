"""Reliability diagrams: whether a score of 0.8 means 80% signal, before and after calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from hepml.contracts import Curve, Metric
from hepml.plots.bands import edges_of, finite
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing_panels
from hepml.plots.figures_of_merit import metric_of, value_text
from hepml.plots.labels import Label, short_name, write_label
from hepml.plots.pens import Pen, pens

_NAMES = {"none": "as trained", "isotonic": "isotonic", "temperature": "temperature"}
_COLUMNS = ("low", "high", "score_mean", "fraction", "fraction_error", "n_eff")


def draw_reliability(curves: Sequence[Curve], metrics: Sequence[Metric] = (), *, label: Label | None = None) -> Figure:
    """Draw the fraction of a class over the mean score in bins of the score, and how many events each bin has.

    Parameters
    ----------
    curves : sequence of Curve
        Of one run and class, one per calibration (label ``calibration``: ``"none"``, ``"isotonic"``,
        ``"temperature"``), with columns ``low``, ``high``, ``score_mean``, ``fraction``, ``fraction_error`` and
        ``n_eff`` (effective number of events).
    metrics : sequence of Metric
        From these ``ece`` and ``ece_<calibration>`` (expected calibration errors) go into the legend.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, _COLUMNS, what="a reliability diagram")
    colours = pens([*_NAMES, *(_calibration(curve) for curve in curves)])
    with drawing_panels(lower=True) as (figure, (upper, lower)):
        upper.plot([0, 1], [0, 1], color="black", linestyle=(0, (1, 2)), linewidth=1.5, label="perfect", zorder=1)
        for curve in curves:
            _draw_points(upper, curve, metrics, colours[_calibration(curve)])
        _draw_population(lower, curves, colours)
        upper.set_xlim(0.0, 1.0)
        upper.set_ylim(0.0, 1.18)
        upper.set_ylabel(f"Fraction of {short_name(str(curves[0].class_), longest=16)}")
        upper.legend(loc="upper left")
        upper.grid(which="major", alpha=0.35)
        write_label(upper, label or Label())
        lower.set_xlabel(_score_title(curves[0]))
    return figure


def _calibration(curve: Curve) -> str:
    return str(curve.labels.get("calibration", "none"))


def _score_title(curve: Curve) -> str:
    run, name = (short_name(str(text), longest=16) for text in (curve.run, curve.class_))
    return f"Mean {run} score of {name}"


def _draw_points(axes: Axes, curve: Curve, metrics: Sequence[Metric], pen: Pen) -> None:
    calibration = _calibration(curve)
    error = metric_of(metrics, "ece" if calibration == "none" else f"ece_{calibration}", curve)
    text = _NAMES.get(calibration, short_name(calibration))
    text += "" if error is None else f"   ECE = {value_text(error)}"
    x, value = curve.columns["score_mean"], curve.columns["fraction"]
    axes.errorbar(
        x,
        value,
        yerr=np.nan_to_num(curve.columns["fraction_error"]),
        fmt=pen.marker,
        linestyle=pen.line,
        linewidth=1.4,
        color=pen.colour,
        markersize=7,
        elinewidth=1.6,
        markeredgecolor="white",
        label=text,
        zorder=3,
    )


def _draw_population(axes: Axes, curves: Sequence[Curve], colours: Mapping[str, Pen]) -> None:
    """Draw the effective number of events per bin: where it is small, a deviation means little."""
    for curve in curves:
        pen = colours[_calibration(curve)]
        filled = np.where(curve.columns["n_eff"] > 0, curve.columns["n_eff"], np.nan)
        axes.stairs(filled, edges_of(curve), baseline=None, color=pen.colour, linestyle=pen.line, linewidth=1.8)
    population = finite(*(curve.columns["n_eff"] for curve in curves))
    decades = np.log10(population[population > 0]) if (population > 0).any() else np.zeros(1)
    axes.set_yscale("log")
    axes.set_ylim(10.0 ** np.floor(decades.min()), 10.0 ** np.ceil(decades.max() + 0.05))  # so that ticks have room
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel("Events per bin", fontsize="small")
