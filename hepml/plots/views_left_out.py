"""What a run loses without one of its views."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from hepml.contracts import Curve
from hepml.errors import ShapeError
from hepml.plots.bars import Bars, draw_bars, height_of
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, legend_columns, plain, short_name, write_label
from hepml.plots.pens import pens

_NAMES = {"auc": "AUC", "accuracy": "Accuracy", "rmse": "RMSE"}


def draw_views_left_out(curves: Sequence[Curve], *, label: Label | None = None) -> Figure:
    """Draw by how much each figure of merit of one run changes without each of its views, a colour for each view.

    Parameters
    ----------
    curves : sequence of Curve
        One per figure of merit, with columns ``change`` and ``change_error``, a row for each view; the label ``views``
        names the rows, the same for all, and ``figure`` the figure of merit.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        There is no curve, one lacks a column, or they are of different views.
    """
    views = _views(curves)
    rows = [_row_name(curve) for curve in curves]
    colours = pens(views)
    bars = [
        Bars(
            dict(zip(rows, (float(curve.columns["change"][i]) for curve in curves), strict=True)),
            dict(zip(rows, (float(curve.columns["change_error"][i]) for curve in curves), strict=True)),
            colours[view],
            f"without {short_name(view)}",
        )
        for i, view in enumerate(views)
    ]
    with drawing(width=9.0, height=height_of(len(rows), len(bars))) as figure:
        axes = figure.subplots()
        draw_bars(axes, bars, rows)
        axes.axvline(0.0, color="black", linewidth=1.0)
        axes.margins(x=0.06)
        axes.set_xlabel(f"Change of {plain(short_name(str(curves[0].run)))} without the view")
        axes.set_ylabel("Figure of merit", fontsize="small")
        figure.legend(loc="outside lower right", ncols=legend_columns([each.name for each in bars]))
        write_label(axes, label or Label())
    return figure


def _views(curves: Sequence[Curve]) -> list[str]:
    require_columns(curves, ("change", "change_error"), what="a figure of views left out")
    found = [list(map(str, curve.labels["views"])) for curve in curves]
    if any(views != found[0] for views in found):
        msg = f"a figure of views left out shows one run, found the views {found}: draw one figure for each run"
        raise ShapeError(msg)
    return found[0]


def _row_name(curve: Curve) -> str:
    """Return what the figure of merit is called.

    Examples
    --------
    >>> _row_name(Curve("view_left_out", {}, class_="nue", labels={"figure": "auc"}))
    'AUC of nue'
    """
    figure = str(curve.labels["figure"])
    about = ": ".join(str(word) for word in (curve.labels.get("output"), curve.class_) if word)
    name = _NAMES.get(figure, figure)
    return f"{name} of {about}" if about else name
