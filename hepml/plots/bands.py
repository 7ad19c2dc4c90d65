"""Lines and steps with a band of one standard deviation."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hepml.contracts import Curve
from hepml.plots.pens import Pen

BAND = 0.25
"""Opacity of a band: three on top of one another are still told apart."""


def draw_line(
    axes: Axes,
    x: NDArray[np.float64],
    value: NDArray[np.float64],
    error: NDArray[np.float64],
    *,
    pen: Pen,
    name: str | None = None,
) -> None:
    """Draw a line through points and a band of ± `error`; no band where the error is NaN."""
    axes.plot(x, value, color=pen.colour, linestyle=pen.line, label=name, zorder=3)
    axes.fill_between(x, value - error, value + error, color=pen.colour, alpha=BAND, linewidth=0, zorder=2)


def draw_steps(
    axes: Axes,
    edges: NDArray[np.float64],
    value: NDArray[np.float64],
    error: NDArray[np.float64],
    *,
    pen: Pen,
    name: str | None = None,
) -> None:
    """Draw one step per bin and a band of ± `error`; no band where the error is NaN."""
    axes.stairs(value, edges, baseline=None, color=pen.colour, linestyle=pen.line, linewidth=2.2, label=name, zorder=3)
    low, high = value - error, value + error
    axes.stairs(high, edges, baseline=low, fill=True, color=pen.colour, alpha=BAND, linewidth=0, zorder=2)


def edges_of(curve: Curve) -> NDArray[np.float64]:
    """Return the edges of a curve's bins, from its columns ``low`` and ``high``."""
    return np.append(curve.columns["low"], curve.columns["high"][-1:])


def centres_of(curve: Curve) -> NDArray[np.float64]:
    """Return the centres of a curve's bins."""
    return 0.5 * (curve.columns["low"] + curve.columns["high"])


def finite(*values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return all finite numbers of some arrays, to choose the range of an axis by."""
    every = np.concatenate([np.empty(0), *values])
    return every[np.isfinite(every)]


def make_room(axes: Axes, *, rows: int, row_inches: float = 0.32) -> None:
    """Raise the upper limit of an axis so that a legend of so many rows lies above what is drawn.

    Parameters
    ----------
    axes : Axes
        With its limits around the data; linear or logarithmic.
    rows : int
        Lines of the legend.
    row_inches : float
        Height of one.
    """
    height = axes.bbox.height / axes.figure.dpi
    share = min((row_inches * rows + 0.15) / max(height, row_inches), 0.7)
    low, high = axes.get_ylim()
    if axes.get_yscale() == "log":
        axes.set_ylim(low, high * (high / low) ** (share / (1 - share)))
    else:
        axes.set_ylim(low, high + (high - low) * share / (1 - share))
