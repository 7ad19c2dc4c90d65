"""The scan of a cut: expected significances and numbers of events over the cut on one run's score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepml.contracts import Curve
from hepml.plots.bands import draw_line
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing_panels
from hepml.plots.labels import Label, short_name
from hepml.plots.pens import COLOURS, Pen, pens
from hepml.plots.significance_lines import FIGURES, best_name, best_threshold, draw_scan, finish_scan, scale_of_cuts


def draw_cut_scan(curves: Sequence[Curve], *, label: Label | None = None) -> Figure:
    """Draw all significances of one run over the cut on its score, and the expected events below.

    Parameters
    ----------
    curves : sequence of Curve
        Of one run: part ``"test"`` as lines with bands, ``"validation"`` as thin lines.  Columns ``threshold`` and,
        with ``…_error``, those of `FIGURES`, ``signal_yield`` and ``background_yield``; the label ``best_threshold`` is
        the cut that is marked.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    yields = ("signal_yield", "background_yield")
    require_columns(curves, ("threshold", *FIGURES, *yields), what="a scan of the cut")
    tests = [curve for curve in curves if curve.part != "validation"] or list(curves)
    with drawing_panels(lower=True) as (figure, (upper, lower)):
        for pen, (name, text) in zip(pens(list(FIGURES)).values(), FIGURES.items(), strict=True):
            for curve in curves:
                draw_scan(upper, curve, "threshold", name, pen, text)
        for pen, name in zip((Pen(COLOURS[1], "-", "o"), Pen(COLOURS[0], "--", "o")), yields, strict=True):
            _draw_yield(lower, tests[0], name, pen)
        _finish_cut_scan(upper, lower, curves, tests[0], label or Label())
    return figure


def _draw_yield(axes: Axes, curve: Curve, name: str, pen: Pen) -> None:
    order = np.argsort(curve.columns["threshold"], kind="stable")
    x, value, error = (curve.columns[c][order] for c in ("threshold", name, f"{name}_error"))
    draw_line(axes, x, np.where(value > 0, value, np.nan), error, pen=pen, name=name.removesuffix("_yield"))


def _finish_cut_scan(upper: Axes, lower: Axes, curves: Sequence[Curve], test: Curve, label: Label) -> None:
    best = best_threshold(test)
    if best is not None:
        for axes in (upper, lower):
            axes.axvline(best, color="black", linewidth=1.3, zorder=1, label=best_name(curves))
            axes.set_xscale(scale_of_cuts(best))
    finish_scan(upper, curves, list(FIGURES), label)
    upper.set_ylabel("Expected significance")
    if upper.get_xscale() == "linear":
        upper.set_xlim(0.0, 1.0)
    lower.set_yscale("log")
    lower.set_ylabel("Events", fontsize="small")
    lower.legend(handles=lower.get_legend_handles_labels()[0][:2], loc="lower left", fontsize="x-small", ncols=2)
    run, signal = (short_name(str(name), longest=16) for name in (test.run, test.class_))
    lower.set_xlabel(f"Cut on the {run} score of {signal}")
