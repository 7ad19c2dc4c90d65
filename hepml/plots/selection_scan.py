"""The scan of the cut that selects a class: s/√(s + b), efficiency and purity of all runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepml.contracts import Curve
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, short_name
from hepml.plots.pens import Pen, pens
from hepml.plots.significance_lines import FIGURES, best_threshold, draw_scan, finish_scan, scale_of_cuts

_FIGURE = "s_over_sqrt_sb"
_PANELS = {_FIGURE: FIGURES[_FIGURE], "signal_efficiency": "Efficiency", "purity": "Purity"}
_BEST = "best_threshold_s_over_sqrt_sb"


def draw_selection_scan(
    curves: Sequence[Curve], *, label: Label | None = None, run_pens: Mapping[str, Pen] | None = None
) -> Figure:
    """Draw s/√(s + b), efficiency and purity over the cut on the score, with the cut of each run that is chosen.

    Parameters
    ----------
    curves : sequence of Curve
        Of one class, one or two per run: part ``"test"`` as lines with bands, ``"validation"`` as thin lines above.
        Columns ``threshold`` and, with ``…_error``, ``s_over_sqrt_sb``, ``signal_efficiency`` and ``purity``; the label
        ``best_threshold_s_over_sqrt_sb`` is the cut that is marked where it stands on the test part.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    columns = [name for figure in _PANELS for name in (figure, f"{figure}_error")]
    require_columns(curves, ("threshold", *columns), what="a scan of a selection")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    with drawing(height=9.5) as figure:
        panels = dict(zip(_PANELS, figure.subplots(3, 1, sharex=True, height_ratios=[2.2, 1, 1]), strict=True))
        for name, axes in panels.items():
            for curve in curves:
                if curve.part != "validation" or name == _FIGURE:
                    draw_scan(axes, curve, "threshold", name, colours[str(curve.run)], short_name(str(curve.run)))
                if curve.part != "validation":
                    _mark(axes, curve, name, colours[str(curve.run)])
        _finish(panels, curves, label or Label())
    return figure


def _mark(axes: Axes, curve: Curve, name: str, pen: Pen) -> None:
    best = best_threshold(curve, _BEST)
    if best is None:
        return
    at = int(np.argmin(np.abs(curve.columns["threshold"] - best)))
    axes.axvline(best, color=pen.colour, linestyle=pen.line, linewidth=1.0, alpha=0.6, zorder=1)
    axes.plot(best, curve.columns[name][at], "*", color=pen.colour, markersize=17, markeredgecolor="black", zorder=5)


def _finish(panels: Mapping[str, Axes], curves: Sequence[Curve], label: Label) -> None:
    for name, axes in panels.items():
        axes.set_ylabel(_PANELS[name])
        axes.grid(which="major", alpha=0.35)
        if name != _FIGURE:
            axes.set_ylim(0.0, 1.05)
    finish_scan(panels[_FIGURE], curves, [_FIGURE], label)
    scales = {scale_of_cuts(best) for curve in curves if (best := best_threshold(curve, _BEST)) is not None}
    if "logit" in scales:
        panels[_FIGURE].set_xscale("logit")
    else:
        panels[_FIGURE].set_xlim(0.0, 1.0)
    panels["purity"].set_xlabel(f"Cut on the score of {short_name(str(curves[0].class_), longest=16)}")
