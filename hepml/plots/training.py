"""Training curves: loss per epoch, learning rate below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from hepml.contracts import Curve
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing_panels
from hepml.plots.labels import Label, short_name, write_label
from hepml.plots.pens import Pen, pens

_GREY = "#4d4d4d"


def draw_training(
    curves: Sequence[Curve],
    *,
    epoch_name: str = "Epoch",
    loss_name: str = "Loss",
    label: Label | None = None,
    run_pens: Mapping[str, Pen] | None = None,
) -> Figure:
    """Draw loss and validation loss of every member over the epochs, with the epoch that was kept marked.

    Parameters
    ----------
    curves : sequence of Curve
        One per member, of one run or of several that count epochs alike; columns ``epoch`` (from 0), ``loss`` and,
        with a validation part, ``validation_loss``; the label ``kept_epoch``, without which it is that of the least
        validation loss; the panel with the learning rate is drawn where all have a column ``learning_rate``.
    epoch_name : str
        Name of a step: ``"Epoch"``, or ``"Trees"`` for a boosted model.
    loss_name : str
        Name of the loss; it has no unit.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the curves.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, ("epoch", "loss"), what="a training curve")
    colours = run_pens or pens([str(curve.run) for curve in curves])
    with_rate = all(_has_rate(curve) for curve in curves)
    with drawing_panels(lower=with_rate) as (figure, panels):
        for curve in curves:
            _draw_losses(panels[0], curve, colours[str(curve.run)])
        _finish_losses(panels[0], curves, colours, loss_name, label or Label())
        if with_rate:
            _draw_rates(panels[1], curves, colours)
        panels[-1].set_xlabel(epoch_name)
        panels[-1].xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
        panels[-1].minorticks_off()
    return figure


def _has_rate(curve: Curve) -> bool:
    return bool(np.isfinite(curve.columns.get("learning_rate", np.empty(0))).any())


def _draw_losses(axes: Axes, curve: Curve, pen: Pen) -> None:
    epoch, loss = curve.columns["epoch"], curve.columns["loss"]
    axes.plot(epoch, loss, color=pen.colour, linestyle="--", linewidth=1.6, alpha=0.8)
    if "validation_loss" in curve.columns:
        loss = curve.columns["validation_loss"]
        axes.plot(epoch, loss, color=pen.colour, linestyle="-", linewidth=2.0)
    kept = _kept(curve)
    if kept is not None:
        axes.plot(epoch[kept], loss[kept], "*", color=pen.colour, markersize=17, markeredgecolor="black", zorder=4)


def _kept(curve: Curve) -> int | None:
    """Return the place of the epoch that was kept, if it is known."""
    validation = curve.columns.get("validation_loss", np.empty(0))
    best = int(np.nanargmin(validation)) if np.isfinite(validation).any() else None
    return curve.labels.get("kept_epoch", best)


def _finish_losses(
    axes: Axes, curves: Sequence[Curve], colours: Mapping[str, Pen], loss_name: str, label: Label
) -> None:
    runs = list(dict.fromkeys(str(curve.run) for curve in curves))
    members = {run: sum(str(curve.run) == run for curve in curves) for run in runs}
    entries = [
        Line2D([], [], color=colours[run].colour, linewidth=5, label=f"{short_name(run)}{_seeds(members[run])}")
        for run in runs
    ]
    entries += [
        Line2D([], [], linestyle="--", linewidth=1.6, label="training", color=_GREY),
        Line2D([], [], linestyle="-", linewidth=2.0, label="validation", color=_GREY),
        Line2D([], [], linestyle="", marker="*", markersize=15, markeredgecolor="black", label="kept", color=_GREY),
    ]
    if not any("validation_loss" in curve.columns for curve in curves):
        del entries[-2]
    axes.set_ylabel(loss_name)
    axes.grid(which="major", alpha=0.35)
    axes.legend(handles=entries, loc="upper right")
    axes.margins(y=0.08)
    write_label(axes, label)


def _seeds(n_members: int) -> str:
    return f"  ({n_members} trainings)" if n_members > 1 else ""


def _draw_rates(axes: Axes, curves: Sequence[Curve], colours: Mapping[str, Pen]) -> None:
    for curve in curves:
        axes.plot(curve.columns["epoch"], curve.columns["learning_rate"], color=colours[str(curve.run)].colour)
    axes.set_yscale("log")
    axes.set_ylabel("Learning rate", fontsize="small")
    axes.grid(which="major", alpha=0.35)
