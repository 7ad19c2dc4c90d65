"""Steps of several samples, and below them the ratio of each to the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator
from numpy.typing import NDArray

from hepml.contracts import Curve
from hepml.errors import ShapeError
from hepml.plots.bands import draw_steps, edges_of
from hepml.plots.labels import short_name
from hepml.plots.pens import Pen

WIDEST = (0.5, 1.5)
"""Ratios that are shown; what is beyond lies at the edge."""

_UNKNOWN = 0.4
"""Relative error of the first sample from which on a ratio to it says nothing."""


def draw_over_ratio(
    upper: Axes, lower: Axes, curves: Sequence[Curve], *, value: str, error: str, pens: Mapping[str, Pen]
) -> None:
    """Draw histograms with bands of one standard deviation, and ratios to the first, whose band lies around 1.

    Parameters
    ----------
    upper, lower : Axes
        Where.
    curves : sequence of Curve
        In the same bins; columns ``low``, ``high``, `value` and `error`.
    value, error : str
        Names of columns.
    pens : mapping of str to Pen
        By run.

    Raises
    ------
    ShapeError
        The bins differ.
    """
    first = curves[0]
    for curve in curves:
        if not (len(edges_of(curve)) == len(edges_of(first)) and np.allclose(edges_of(curve), edges_of(first))):
            msg = f"ratios need equal bins, but those of {curve.run!r} differ: evaluate them alike"
            raise ShapeError(msg)
        pen, edges = pens[str(curve.run)], edges_of(curve)
        content, width = curve.columns[value], curve.columns[error]
        draw_steps(upper, edges, content, width, pen=pen, name=short_name(str(curve.run), longest=16))
        ratio, of_ratio = _over(content, width, first.columns[value], first.columns[error])
        draw_steps(lower, edges, np.clip(ratio, *WIDEST), of_ratio, pen=pen)
    lower.set_ylim(*WIDEST)
    lower.axhline(1.0, color="black", linewidth=0.8, zorder=1)
    lower.yaxis.set_major_locator(FixedLocator([0.75, 1.0, 1.25]))
    edges = edges_of(first)
    upper.set_xlim(float(edges[0]), float(edges[-1]))


def _over(
    content: NDArray[np.float64],
    error: NDArray[np.float64],
    reference: NDArray[np.float64],
    of_reference: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ratios and their errors, those of the reference left out: they are the band around 1."""
    filled = (reference > 0) & (of_reference < _UNKNOWN * reference)
    ratio, width = (
        np.divide(each, reference, out=np.full(len(reference), np.nan), where=filled) for each in (content, error)
    )
    return ratio, width
