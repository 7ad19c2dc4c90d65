"""Where figures are drawn: in the style of this room, without global state, laid out once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hepml.plots.style import hep_style


@contextmanager
def drawing(
    *, width: float = 8.0, height: float = 7.0, layout: Literal["constrained", "compressed", "none"] = "constrained"
) -> Iterator[Figure]:
    """Yield an empty figure that no global state of matplotlib knows about, in the style of this room.

    What is drawn in the context is laid out once, at its end: the same places in every format and at every resolution.

    Parameters
    ----------
    width, height : float
        In inches.
    layout : {"constrained", "compressed", "none"}
        ``"compressed"`` is for panels of a fixed shape; ``"none"`` for those that have their places (`Sheet`).
    """
    with hep_style():
        figure = Figure(figsize=(width, height), layout=None if layout == "none" else layout)
        yield figure
        FigureCanvasAgg(figure)
        engine = figure.get_layout_engine()
        if engine is None:
            figure.draw_without_rendering()  # ticks are made when they are first drawn, in the style of that moment
        else:
            engine.execute(figure)
            figure.set_layout_engine("none")


@contextmanager
def drawing_panels(*, lower: bool) -> Iterator[tuple[Figure, list[Axes]]]:
    """Yield a figure with one panel, or with a main panel and a lower one on the same horizontal axis."""
    heights = [3.2, 1] if lower else [1]
    with drawing(height=8.2 if lower else 7.0) as figure:
        panels = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)
        yield figure, list(panels[:, 0])
