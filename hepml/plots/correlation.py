"""Correlation matrices of the variables of one class."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hepml.contracts import Curve
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, short_name, write_label

MOST_NUMBERS = 15
"""Variables up to which each cell says its number."""

_DARK = 60  # correlation from which on a cell needs light text


def draw_correlation(curve: Curve, *, label: Label | None = None) -> Figure:
    """Draw the correlation of each pair of variables as a triangle of cells, in percent.

    Parameters
    ----------
    curve : Curve
        One row per cell, with columns ``row``, ``column`` (indices into the label ``features``) and ``correlation``.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        The curve lacks a column or has no rows.
    """
    require_columns([curve], ("row", "column", "correlation"), what="a correlation matrix")
    names = [short_name(str(name).partition(" [")[0], longest=28) for name in curve.labels["features"]]
    value = np.full((len(names), len(names)), np.nan)
    row, column = (curve.columns[name].astype(int) for name in ("row", "column"))
    value[row, column] = 100.0 * curve.columns["correlation"]
    value[np.triu_indices(len(names), k=1)] = np.nan  # says the same once more
    side = float(np.clip(0.52 * len(names) + 4.0, 7.0, 11.5))
    with drawing(width=side + 1.2, height=side, layout="compressed") as figure:
        axes = figure.subplots()
        picture = axes.imshow(value, cmap="RdBu_r", vmin=-100.0, vmax=100.0)
        if len(names) <= MOST_NUMBERS:
            _write_cells(axes, value)
        _name_variables(axes, names)
        bar = figure.colorbar(picture, ax=axes, pad=0.02, aspect=28)
        events = "all events" if curve.class_ is None else short_name(curve.class_)
        bar.set_label(f"Linear correlation, {events} [%]", fontsize="small")
        write_label(axes, label or Label())
    return figure


def _write_cells(axes: Axes, value: NDArray[np.float64]) -> None:
    for (row, column), number in np.ndenumerate(value):
        if np.isfinite(number):
            colour = "white" if abs(number) > _DARK else "black"
            text = f"{round(number):d}".replace("-", "−")
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize="x-small")


def _name_variables(axes: Axes, names: list[str]) -> None:
    size = "small" if len(names) <= MOST_NUMBERS else "xx-small"
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor", fontsize=size)
    axes.set_yticks(range(len(names)), names, fontsize=size)
    axes.tick_params(which="both", length=0)
    axes.set_xticks([], minor=True)
    axes.set_yticks([], minor=True)
    axes.set_xlabel("Variable", fontsize="small")
    axes.set_ylabel("Variable", fontsize="small")
