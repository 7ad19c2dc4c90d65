"""Truth against prediction of a regression, as a two-dimensional histogram."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hepml.contracts import Curve
from hepml.plots.columns import require_columns
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, axis_title, short_name, write_label

_COLUMNS = ("truth_low", "truth_high", "prediction_low", "prediction_high", "sum_w")
_DECADES = 5.0


def draw_truth_prediction(curve: Curve, *, label: Label | None = None) -> Figure:
    """Draw how often each pair of truth and prediction occurs, in logarithmic colours, with the diagonal.

    Parameters
    ----------
    curve : Curve
        One row per cell, with columns ``truth_low``, ``truth_high``, ``prediction_low``, ``prediction_high`` and
        ``sum_w``; the label ``output`` names the target.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        The curve lacks a column or has no rows.
    """
    require_columns([curve], _COLUMNS, what="truth against prediction")
    x, y, sum_w = _grid(curve)
    title = axis_title(str(curve.labels.get("output", "target")))
    with drawing(width=8.6, height=7.0) as figure:
        axes = figure.subplots()
        filled = sum_w[sum_w > 0]
        top = float(filled.max(initial=1e-9))
        norm = LogNorm(max(float(filled.min(initial=0.5 * top)), top * 10**-_DECADES), top, clip=False)
        picture = axes.pcolormesh(
            x, y, np.where(sum_w > 0, sum_w, np.nan).T, norm=norm, cmap="viridis", rasterized=True
        )
        diagonal = [max(x[0], y[0]), min(x[-1], y[-1])]
        axes.plot(diagonal, diagonal, color="black", linestyle="--", linewidth=1.5, label="prediction = truth")
        axes.set_xlabel(f"True {title}")
        axes.set_ylabel(f"{short_name(str(curve.run), longest=14)}: predicted {title}", fontsize="medium")
        axes.legend(loc="upper left")
        figure.colorbar(picture, ax=axes, pad=0.02, label="Σw per bin")
        write_label(axes, label or Label())
    return figure


def _grid(curve: Curve) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the edges of both axes and Σw, shape (n_truth, n_prediction); cells that are not listed are empty."""
    columns = curve.columns
    x_low, x_index = np.unique(columns["truth_low"], return_inverse=True)
    y_low, y_index = np.unique(columns["prediction_low"], return_inverse=True)
    sum_w = np.zeros((len(x_low), len(y_low)))
    sum_w[x_index, y_index] = columns["sum_w"]
    x, y = np.append(x_low, columns["truth_high"].max()), np.append(y_low, columns["prediction_high"].max())
    return x, y, sum_w
