"""Confusion matrices: which class is taken for which."""

from __future__ import annotations

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hepml.contracts import Curve
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, short_name, write_label

_TITLES = {"efficiency": "Fraction of the true class", "purity": "Fraction of the predicted class"}
_DARK = 0.55  # from which on a cell needs light text


def draw_confusion(
    curve: Curve, *, normalised: Literal["efficiency", "purity"] = "efficiency", label: Label | None = None
) -> Figure:
    """Draw the confusion matrix of one run, with a number and its error in each cell.

    Parameters
    ----------
    curve : Curve
        One row per cell, with columns ``true_class`` and ``predicted_class`` (indices into the label ``classes``),
        ``efficiency`` and ``purity`` (shares of the true and of the predicted class), both with ``…_error``.
    normalised : {"efficiency", "purity"}
        Which share is shown: rows, or columns, sum to 1.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        The curve lacks a column or has no rows.
    """
    columns = ("true_class", "predicted_class", normalised, f"{normalised}_error")
    require_columns([curve], columns, what="a confusion matrix")
    names = [short_name(str(name), longest=12) for name in curve.labels["classes"]]
    true, predicted = (curve.columns[name].astype(int) for name in columns[:2])
    value, error = np.full((2, len(names), len(names)), np.nan)
    value[true, predicted], error[true, predicted] = curve.columns[normalised], curve.columns[f"{normalised}_error"]
    side = max(6.5, 1.5 * len(names) + 2.5)
    with drawing(width=side + 1.5, height=side, layout="compressed") as figure:
        axes = figure.subplots()
        picture = axes.imshow(value, cmap="Blues", vmin=0.0, vmax=1.0)
        _write_cells(axes, value, error)
        _name_classes(axes, names)
        figure.colorbar(picture, ax=axes, label=_TITLES[normalised], pad=0.02)
        write_label(axes, label or Label(right=short_name(str(curve.run))))
    return figure


def _write_cells(axes: Axes, value: NDArray[np.float64], error: NDArray[np.float64]) -> None:
    for (row, column), share in np.ndenumerate(value):
        text = f"{share:.3f}\n± {error[row, column]:.3f}" if np.isfinite(share) else "–"
        colour = "white" if share > _DARK else "black"
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize="small")


def _name_classes(axes: Axes, names: list[str]) -> None:
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names, rotation=90, va="center")
    axes.tick_params(which="both", length=0)
    axes.set_xlabel("Predicted class")
    axes.set_ylabel("True class")
