"""Score distributions: training part over test part, class by class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import mplhep
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hepml.contracts import Curve, Metric
from hepml.errors import ShapeError
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing_panels
from hepml.plots.labels import Label, short_name, write_label
from hepml.plots.pens import Pen, pens

_COLUMNS = ("low", "high", "density", "density_error")
_LOWEST_PULL_LIMIT = 4.0


def draw_scores(
    curves: Sequence[Curve],
    metrics: Sequence[Metric] = (),
    *,
    score_name: str | None = None,
    logarithmic: bool = False,
    label: Label | None = None,
    class_pens: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw the training part (points) over the test part (filled) of each class, and their difference in σ below.

    Parameters
    ----------
    curves : sequence of Curve
        Of one run, one per true class and part ``"train"`` or ``"test"``, with columns ``low`` and ``high`` (bin
        edges), ``density`` (unit area) and ``density_error``; the label ``score_of`` names the class that the score
        is of.  Without a training part there is no lower panel.
    metrics : sequence of Metric
        From these ``ks_p_value`` goes into the legend; that of a class is about its own score, which with two classes
        is as good as the other's.
    score_name : str, optional
        What is on the horizontal axis (a score has no unit); by default from `score_of`.
    logarithmic : bool
        Vertical axis.
    label : Label, optional
        The words above.
    class_pens : mapping of str to Pen, optional
        By class; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, one of them lacks a column, or they are of different scores.
    """
    score_of = _check(curves)
    classes = list(dict.fromkeys(str(curve.class_) for curve in curves))
    colours = class_pens or pens(classes)
    train = {str(c.class_): c for c in curves if c.part == "train"}
    test = {str(c.class_): c for c in curves if c.part != "train"}
    with drawing_panels(lower=bool(train)) as (figure, panels):
        for name in classes:
            known = name == score_of or len(classes) == 2
            p_value = _p_value(metrics, name, curves[0]) if known else None
            _draw_class(panels[0], name, test.get(name), train.get(name), colours[name], p_value)
        _finish_main(panels[0], curves, logarithmic, label or Label())
        for name in classes:
            if name in train and name in test:
                _draw_pull(panels[1], test[name], train[name], colours[name])
        if train:
            _finish_pull(panels[1])
        panels[-1].set_xlabel(score_name or f"{short_name(str(curves[0].run))} score of {short_name(score_of)}")
    return figure


def _check(curves: Sequence[Curve]) -> str:
    """Return the class that all scores are of."""
    require_columns(curves, _COLUMNS, what="a score histogram")
    scores = sorted({str(curve.labels.get("score_of", curves[0].class_)) for curve in curves})
    if len(scores) > 1:
        msg = f"a figure of scores shows the score of one class, found those of {scores}: draw one figure for each"
        raise ShapeError(msg)
    return scores[0]


def _p_value(metrics: Sequence[Metric], name: str, curve: Curve) -> float | None:
    wanted = ("ks_p_value", name, curve.run, curve.member, None)
    found = [m.value for m in metrics if (m.name, str(m.class_), m.run, m.member, m.selection) == wanted]
    return found[0] if found and np.isfinite(found[0]) else None


def _draw_class(
    axes: Axes, name: str, test: Curve | None, train: Curve | None, pen: Pen, p_value: float | None
) -> None:
    shown = short_name(name, longest=12)
    if test is not None:
        edges = _edges(test)
        density = test.columns["density"]
        mplhep.histplot(
            density,
            edges,
            ax=axes,
            histtype="fill",
            color=pen.colour,
            alpha=0.3,
            label=f"{shown}, {test.part.replace('_', ' ')}",
        )
        mplhep.histplot(density, edges, ax=axes, histtype="step", yerr=False, color=pen.colour, linewidth=1.8)
    if train is not None:
        text = f"{shown}, train" + ("" if p_value is None else f"  (KS p = {p_value:.2g})")
        axes.errorbar(
            _centres(train),
            train.columns["density"],
            yerr=np.nan_to_num(train.columns["density_error"]),
            fmt=pen.marker,
            color=pen.colour,
            markersize=5,
            elinewidth=1.5,
            label=text,
        )


def _finish_main(axes: Axes, curves: Sequence[Curve], logarithmic: bool, label: Label) -> None:
    everything = np.concatenate([curve.columns["density"] for curve in curves])
    positive = everything[np.isfinite(everything) & (everything > 0)]
    top = float(positive.max(initial=1e-3))
    n_classes = len({curve.class_ for curve in curves})
    if logarithmic:
        axes.set_yscale("log")
        axes.set_ylim(0.5 * float(positive.min(initial=top)), 30 * top)
    else:
        axes.set_ylim(0.0, (1.18 + 0.07 * n_classes) * top)  # room for the legend
    axes.set_xlim(float(curves[0].columns["low"].min()), float(curves[0].columns["high"].max()))
    axes.set_ylabel("Probability density")
    axes.legend(loc="upper center", ncols=2, columnspacing=1.2)
    write_label(axes, label)


def _draw_pull(axes: Axes, test: Curve, train: Curve, pen: Pen) -> None:
    difference = train.columns["density"] - test.columns["density"]
    error = np.hypot(train.columns["density_error"], test.columns["density_error"])
    pull = np.divide(difference, error, out=np.full_like(difference, np.nan), where=error > 0)
    axes.plot(_centres(train), pull, pen.marker, color=pen.colour, markersize=5)


def _finish_pull(axes: Axes) -> None:
    axes.axhspan(-1, 1, color="#94a4a2", alpha=0.25, linewidth=0)
    axes.axhline(0, color="black", linewidth=1)
    pulls = np.concatenate([np.empty(0), *(np.abs(line.get_ydata()) for line in axes.lines[:-1])])
    limit = max(_LOWEST_PULL_LIMIT, 1.15 * float(np.nanmax(pulls, initial=0.0)))
    axes.set_ylim(-limit, limit)
    axes.set_ylabel("(train − test) / σ", fontsize="small")


def _edges(curve: Curve) -> NDArray[np.float64]:
    return np.append(curve.columns["low"], curve.columns["high"][-1:])


def _centres(curve: Curve) -> NDArray[np.float64]:
    return 0.5 * (curve.columns["low"] + curve.columns["high"])
