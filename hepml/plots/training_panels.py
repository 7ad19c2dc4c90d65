"""What a training was watched by: losses of several networks, sizes of gradients, figures of physics."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hepml.contracts import Curve
from hepml.errors import ShapeError
from hepml.plots.bands import finite
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, short_name, write_label

_ELSEWHERE = frozenset({"epoch", "learning_rate", "seconds"})
_PER_ROW, _MANY = (2, 3), 6
_LINES = ("-", "--", ":", "-.")
_DECADES = 2.0
_VALIDATION = "validation_"


def training_quantities(curves: Sequence[Curve]) -> list[str]:
    """Return the quantities of training curves, each once: that of validation is drawn beside its own.

    Examples
    --------
    >>> columns = {name: np.zeros(1) for name in ("epoch", "loss", "validation_loss", "gradient")}
    >>> training_quantities([Curve("training", columns)])
    ['loss', 'gradient']
    """
    names = dict.fromkeys(name for curve in curves for name in curve.columns if name not in _ELSEWHERE)
    return [name for name in names if not (name.startswith(_VALIDATION) and name.removeprefix(_VALIDATION) in names)]


def draw_training_panels(
    curves: Sequence[Curve], *, label: Label | None = None, colours: Sequence[str] = ("#3f90da", "#bd1f01")
) -> Figure:
    """Draw each quantity of a training in a panel of its own against the epoch; the epoch that was kept is marked.

    Parameters
    ----------
    curves : sequence of Curve
        One per member of a run: ``epoch`` (from 0) and quantities; those named ``validation_…`` share the panel of the
        same name without it.
    label : Label, optional
        The words above.
    colours : sequence of str
        Of training and of validation.

    Raises
    ------
    ShapeError
        There is no curve, or none has a quantity.
    """
    require_columns(curves, ("epoch",), what="a training curve")
    names = training_quantities(curves)
    if not names:
        msg = f"training curves of {curves[0].run!r} have no quantity beside the epoch: nothing is to be drawn"
        raise ShapeError(msg)
    n_columns = min(_PER_ROW[len(names) > _MANY], len(names))
    n_rows = math.ceil(len(names) / n_columns)
    with drawing(width=6.6 * n_columns + 0.4, height=3.3 * n_rows + 0.8) as figure:
        panels = figure.subplots(n_rows, n_columns, squeeze=False, sharex=True)
        for place, (axes, name) in enumerate(zip(panels.flat, names, strict=False)):
            _draw(axes, curves, name, colours)
            if place + n_columns >= len(names):
                axes.set_xlabel("Epoch")
                axes.tick_params(labelbottom=True)
        for axes in panels.flat[len(names) :]:
            axes.set_axis_off()
        write_label(panels[0, 0], label or Label(), last=panels[0, -1] if n_columns > 1 else None)
    return figure


def _draw(axes: Axes, curves: Sequence[Curve], name: str, colours: Sequence[str]) -> None:
    for member, curve in enumerate(curves):
        line = _LINES[member % len(_LINES)]
        for which, colour in zip((name, f"{_VALIDATION}{name}"), _colours_of(name, colours), strict=True):
            if which not in curve.columns:
                continue
            epoch, value = curve.columns["epoch"], curve.columns[which]
            axes.plot(epoch, value, color=colour, linestyle=line, linewidth=1.8, label=_entry(which, curve, curves))
            kept = curve.labels.get("kept_epoch")
            if kept is not None and kept < len(epoch) and np.isfinite(value[kept]):
                axes.plot(epoch[kept], value[kept], "*", color=colour, markersize=13, markeredgecolor="black")
    values = finite(*(c.columns[each] for c in curves for each in (name, f"{_VALIDATION}{name}") if each in c.columns))
    if len(values) and values.min() > 0 and values.max() / values.min() > 10**_DECADES:
        axes.set_yscale("log")
    axes.set_ylabel(short_name(name.replace("_", " "), longest=30), fontsize="small")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    axes.grid(which="major", alpha=0.35)
    if len(axes.get_lines()) and _has_both(curves, name):
        axes.legend(loc="upper right", fontsize="x-small")


def _colours_of(name: str, colours: Sequence[str]) -> Mapping[int, str] | Sequence[str]:
    """Return the colours of a quantity and of the same on validation."""
    return colours[::-1] if name.startswith(_VALIDATION) else colours


def _has_both(curves: Sequence[Curve], name: str) -> bool:
    return any(name in c.columns and f"{_VALIDATION}{name}" in c.columns for c in curves)


def _entry(which: str, curve: Curve, curves: Sequence[Curve]) -> str | None:
    """Return the words of the legend, once for all members."""
    if curve is not curves[0]:
        return None
    return "validation" if which.startswith(_VALIDATION) else "training"
