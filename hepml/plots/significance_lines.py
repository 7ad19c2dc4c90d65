"""Lines of expected significance, and the mark of the best cut: what both figures of it share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from hepml.contracts import Curve
from hepml.plots.bands import draw_line, finite, make_room
from hepml.plots.labels import Label, write_label
from hepml.plots.pens import Pen

FIGURES = {"ams": "AMS", "s_over_sqrt_b": r"$s/\sqrt{b}$", "s_over_sqrt_sb": r"$s/\sqrt{s+b}$"}
"""Columns of a significance curve and how they are written."""

_GREY = "#4d4d4d"
_EDGE = 0.03  # of the scores, where they crowd
_LARGEST_ERROR = 0.5  # of the value: beyond, a handful of background events decides


def draw_scan(axes: Axes, curve: Curve, x_name: str, name: str, pen: Pen, text: str) -> None:
    """Draw one figure over the column `x_name`: the test part with its band and in the legend, validation dotted."""
    x, value, error = (curve.columns[column] for column in (x_name, name, f"{name}_error"))
    order = np.argsort(x, kind="stable")
    x, value, error = x[order], value[order], error[order]
    if curve.part == "validation":
        axes.plot(x, _known(value, error), color=pen.colour, linestyle=":", linewidth=1.6, zorder=2)
    else:
        draw_line(axes, x, _known(value, error), error, pen=pen, name=text)


def _known(value: NDArray[np.float64], error: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values whose error says something, NaN elsewhere."""
    with np.errstate(invalid="ignore"):
        return np.where(np.nan_to_num(error) <= _LARGEST_ERROR * np.abs(value), value, np.nan)


def best_threshold(curve: Curve, label: str = "best_threshold") -> float | None:
    """Return the cut that was chosen; None where there is none."""
    best = curve.labels.get(label)
    return None if best is None or not np.isfinite(best) else float(best)


def scale_of_cuts(best: float) -> str:
    """Return the scale of an axis of cuts on which the best one can be read, also where scores crowd at 0 or 1."""
    return "linear" if _EDGE < best < 1.0 - _EDGE else "logit"


def finish_scan(axes: Axes, curves: Sequence[Curve], names: Sequence[str], label: Label) -> None:
    """Write the legend, with room above the figures `names`, and the words above."""
    entries = list(axes.get_legend_handles_labels()[0])
    if any(curve.part == "validation" for curve in curves):
        entries.append(Line2D([], [], linestyle=":", linewidth=1.6, color=_GREY, label="validation"))
    if any(line.get_marker() == "*" for line in axes.lines):
        entries.append(_star(best_name(curves)))
    axes.set_ylim(0.0, 1.02 * max(_top(curves, name) for name in names))
    axes.legend(handles=entries, loc="upper center", ncols=2, columnspacing=1.2)
    make_room(axes, rows=(len(entries) + 1) // 2)
    axes.grid(which="major", alpha=0.35)
    write_label(axes, label)


def _top(curves: Sequence[Curve], name: str) -> float:
    """Return the upper end of the bands of the test part, and of the lines of validation."""
    known = [(c, _known(c.columns[name], c.columns[f"{name}_error"])) for c in curves]
    used = [value + (c.columns[f"{name}_error"] if c.part != "validation" else 0.0) for c, value in known]
    return float(finite(*used).max(initial=1e-3))


def best_name(curves: Sequence[Curve]) -> str:
    """Return what the mark of the best cut is called: without a validation part it is a maximum, and biased."""
    chosen = any(curve.part == "validation" for curve in curves)
    return "best cut on validation" if chosen else "largest (biased upwards)"


def _star(text: str) -> Line2D:
    return Line2D([], [], linestyle="", marker="*", markersize=15, markeredgecolor="black", color=_GREY, label=text)
