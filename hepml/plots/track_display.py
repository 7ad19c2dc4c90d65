"""A track in layers of pixels: what is on, where the track is, and where each model sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from hepml.errors import ShapeError
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, short_name, write_label
from hepml.plots.pens import Pen, pens

_COLUMNS = 3
_PANEL_INCHES = 4.6


@dataclass(frozen=True)
class TrackPicture:
    """One event.

    Attributes
    ----------
    title : str
        Which it is.
    on : array of bool, shape (n_layers, n_pixels)
        Pixels that are on.
    true_pixel : array, shape (n_layers,)
        The track's; NaN where there is none.
    found : mapping of str to array, shape (n_layers,)
        What each run finds.
    seed_layers : int
        First layers, which hold the track alone.
    """

    title: str
    on: NDArray[np.bool_]
    true_pixel: NDArray[np.float64]
    found: Mapping[str, NDArray[np.float64]]
    seed_layers: int = 0


def draw_tracks(
    pictures: Sequence[TrackPicture], *, label: Label | None = None, run_pens: Mapping[str, Pen] | None = None
) -> Figure:
    """Draw events side by side: pixels that are on in grey, the true track as a line, mistakes of runs as marks.

    A run is only seen where it is wrong, at the pixel that it takes for the track's.

    Parameters
    ----------
    pictures : sequence of TrackPicture
        One per event, all with the same runs.
    label : Label, optional
        The words above.
    run_pens : mapping of str to Pen, optional
        By run; by default in the order of the first picture.

    Raises
    ------
    ShapeError
        There is no picture.
    """
    if not pictures:
        msg = "there is no event to draw: give one picture or more"
        raise ShapeError(msg)
    runs = list(pictures[0].found)
    colours = run_pens or pens(runs)
    n_columns = min(_COLUMNS, len(pictures))
    n_rows = -(-len(pictures) // n_columns)
    with drawing(width=_PANEL_INCHES * n_columns, height=_PANEL_INCHES * n_rows + 1.4) as figure:
        panels = figure.subplots(n_rows, n_columns, squeeze=False, sharex=True, sharey=True)
        for axes in panels.flat[len(pictures) :]:
            axes.set_axis_off()
        for axes, picture in zip(panels.flat, pictures, strict=False):
            _draw(axes, picture, colours)
        for axes in panels[-1]:
            axes.set_xlabel("Layer")
        for axes in panels[:, 0]:
            axes.set_ylabel("Pixel")
        handles, names = panels[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=3, fontsize="small")
        write_label(panels[0, 0], label or Label(), last=panels[0, -1])
    return figure


def _draw(axes: Axes, picture: TrackPicture, colours: Mapping[str, Pen]) -> None:
    n_layers, n_pixels = picture.on.shape
    extent = (-0.5, n_layers - 0.5, -0.5, n_pixels - 0.5)
    axes.imshow(picture.on.T, origin="lower", extent=extent, cmap="Greys", vmin=0, vmax=2.5, aspect="auto", zorder=0)
    if picture.seed_layers:
        axes.axvline(picture.seed_layers - 0.5, color="0.4", linewidth=1.0, linestyle=":", zorder=1)
    layer = np.arange(n_layers)
    axes.plot(layer, picture.true_pixel, color="black", linewidth=1.2, zorder=2, label="true track")
    for number, (run, found) in enumerate(picture.found.items()):
        wrong = np.isfinite(picture.true_pixel) & (found != picture.true_pixel)
        pen = colours[run]
        axes.plot(
            layer[wrong],
            found[wrong],
            linestyle="none",
            marker=pen.marker,
            color=pen.colour,
            markersize=9 - 1.2 * number,
            markerfacecolor="none",
            markeredgewidth=1.6,
            zorder=3,
            label=f"{short_name(run)}, wrong",
        )
    axes.text(0.02, 0.98, picture.title, transform=axes.transAxes, va="top", fontsize="x-small", zorder=5)
    axes.set_xlim(extent[:2])
    axes.set_ylim(extent[2:])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.minorticks_off()
