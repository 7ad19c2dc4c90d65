"""Correlations of shape variables: of full simulation, and what those of generators have more or less."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hepml.contracts import Curve
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, short_name, write_label

_PER_ROW = 2
_DIFFERENCE = 40.0  # percent at the ends of the scale of differences
_SMALL = 11


def draw_correlation_differences(curves: Sequence[Curve], *, label: Label | None = None) -> Figure:
    """Draw the correlations of the first sample, and those of each other one minus them, in percent.

    Parameters
    ----------
    curves : sequence of Curve
        Full simulation first; columns ``row``, ``column`` and ``correlation``, and the label ``features``.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        There is no curve, or one of them lacks a column.
    """
    require_columns(curves, ("row", "column", "correlation"), what="a correlation matrix")
    names = [short_name(str(name), longest=26) for name in curves[0].labels["features"]]
    matrices = [_matrix(curve, len(names)) for curve in curves]
    n_columns = min(_PER_ROW, len(curves))
    n_rows = math.ceil(len(curves) / n_columns)
    with drawing(width=7.4 * n_columns + 1.4, height=6.0 * n_rows + 1.4, layout="compressed") as figure:
        panels = figure.subplots(n_rows, n_columns, squeeze=False)
        for place, (axes, curve) in enumerate(zip(panels.flat, curves, strict=False)):
            change = matrices[place] - matrices[0] if place else matrices[0]
            limit = _DIFFERENCE if place else 100.0
            picture = axes.imshow(change, cmap="RdBu_r", vmin=-limit, vmax=limit)
            bar = figure.colorbar(picture, ax=axes, pad=0.02, aspect=28, extend="both" if place else "neither")
            what = f"{short_name(str(curve.run), longest=16)} − full [%]" if place else "Correlation, full [%]"
            bar.set_label(what, fontsize=_SMALL)
            bar.ax.tick_params(labelsize=_SMALL)
            left, lowest = place % n_columns == 0, place + n_columns >= len(curves)
            _name_variables(axes, names, left=left, lowest=lowest)
        for axes in panels.flat[len(curves) :]:
            axes.set_axis_off()
        write_label(panels[0, 0], label or Label(), last=panels[0, -1] if n_columns > 1 else None)
    return figure


def _matrix(curve: Curve, n: int) -> NDArray[np.float64]:
    value = np.full((n, n), np.nan)
    row, column = (curve.columns[name].astype(int) for name in ("row", "column"))
    value[row, column] = 100.0 * curve.columns["correlation"]
    value[np.triu_indices(n)] = np.nan  # says the same once more
    return value


def _name_variables(axes: Axes, names: Sequence[str], *, left: bool, lowest: bool) -> None:
    size = 9 if len(names) <= 20 else 6
    axes.set_xticks(range(len(names)), names if lowest else [], rotation=90, fontsize=size)
    axes.set_yticks(range(len(names)), names if left else [], fontsize=size)
    axes.tick_params(which="both", length=0)
    axes.set_xticks([], minor=True)
    axes.set_yticks([], minor=True)
