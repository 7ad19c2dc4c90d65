"""Expected significance of several runs against signal efficiency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepml.contracts import Curve
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing_panels
from hepml.plots.labels import Label, short_name
from hepml.plots.pens import Pen, pens
from hepml.plots.significance_lines import FIGURES, best_threshold, draw_scan, finish_scan


def draw_significance(
    curves: Sequence[Curve],
    *,
    figure_of_merit: str = "ams",
    label: Label | None = None,
    run_pens: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw the significance of all runs over signal efficiency, with the cut of each that is best on validation.

    Parameters
    ----------
    curves : sequence of Curve
        One or two per run: part ``"test"`` as line with band, ``"validation"`` as thin line.  Columns ``threshold``,
        ``signal_efficiency``, and the figure with ``…_error``; the label ``best_threshold`` is the cut that is marked.
        Points of the test part with an error above half of the value are left out.
    figure_of_merit : str
        Key of `FIGURES`.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    columns = ("signal_efficiency", "threshold", figure_of_merit, f"{figure_of_merit}_error")
    require_columns(curves, columns, what="a significance scan")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    with drawing_panels(lower=False) as (figure, (axes,)):
        for curve in curves:
            pen = colours[str(curve.run)]
            draw_scan(axes, curve, "signal_efficiency", figure_of_merit, pen, short_name(str(curve.run)))
            if curve.part != "validation":
                _mark_best(axes, curve, figure_of_merit, pen)
        axes.set_xlim(0.0, 1.0)
        finish_scan(axes, curves, [figure_of_merit], label or Label())
        axes.set_xlabel(r"Signal efficiency  $\varepsilon_S$")
        axes.set_ylabel(f"Expected significance  {FIGURES[figure_of_merit]}")
    return figure


def _mark_best(axes: Axes, curve: Curve, name: str, pen: Pen) -> None:
    best = best_threshold(curve)
    if best is None:
        return
    at = int(np.argmin(np.abs(curve.columns["threshold"] - best)))
    x, y = curve.columns["signal_efficiency"][at], curve.columns[name][at]
    axes.plot(x, y, "*", color=pen.colour, markersize=19, markeredgecolor="black", zorder=5)
