"""One view of an event in a panel: its charge in colours, or in grey beneath a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from hepml.plots.images import ImageAxes
from hepml.plots.labels import plain

MOST_PIXELS = 250
"""Pixels along an axis of a panel: of more, blocks are drawn, so that no hit falls between two dots of the screen."""

_SHOWN = 0.99
_DECADES = 3.0  # of charge that one scale of colours tells apart
_LEAST_WINDOW = 12
_SMALL = 11


@dataclass(frozen=True)
class EventView:
    """One view of an event.

    Attributes
    ----------
    name : str
        Of the view; empty where an event has one.
    image : array, shape (n_x, n_y)
        0 where nothing was seen.
    axes : ImageAxes
        What its pixels mean.
    whole : bool
        Show all of it, and not a window around what was seen: for events that are compared cell by cell.
    """

    name: str
    image: NDArray[np.floating[Any]]
    axes: ImageAxes
    whole: bool = False


def charge_colours() -> Colormap:
    """Return colours from light on white for little charge to dark for much."""
    colours = LinearSegmentedColormap.from_list("charge", colormaps["viridis_r"](np.linspace(0.08, 1.0, 256)))
    return colours.with_extremes(bad="white")


def heat_colours() -> Colormap:
    """Return blue for what speaks against, red for what speaks for, clear for nothing: the event shines through."""
    colours = colormaps["RdBu_r"](np.linspace(0, 1, 257))
    colours[:, 3] = np.minimum(1.0, 4 * np.abs(np.linspace(-0.5, 0.5, 257)))
    return LinearSegmentedColormap.from_list("heat", colours, N=257)


def charge_norm(views: Sequence[EventView]) -> Normalize:
    """Return one scale for all views: logarithmic, unless the pixels are logarithms already."""
    filled = np.concatenate([np.abs(view.image[view.image != 0]).ravel() for view in views] or [np.ones(1)])
    top = float(filled.max(initial=0.0)) or 1.0
    if "log of" in views[0].axes.content.lower():
        return Normalize(0.0, top)
    lowest = max(float(filled.min(initial=top)), top * 10**-_DECADES)
    return LogNorm(min(lowest, 0.5 * top), top)


def heat_norm(images: Sequence[NDArray[np.floating[Any]]]) -> Normalize:
    """Return a scale with 0 in its middle that ends where one in a hundred pixels goes beyond it."""
    sizes = np.concatenate([np.abs(image[image != 0]).ravel() for image in images] or [np.zeros(0)])
    widest = float(np.quantile(sizes, _SHOWN)) if sizes.size else 1.0
    return Normalize(-widest, widest)


def draw_charge(axes: Axes, view: EventView, norm: Normalize) -> None:
    """Draw a view around its hits."""
    window = _window(view)
    _show(axes, view, np.ma.masked_equal(_blocks(np.abs(view.image), window), 0), window, charge_colours(), norm)
    _finish(axes, view)


def draw_heat(axes: Axes, view: EventView, heat: NDArray[np.floating[Any]], norm: Normalize) -> None:
    """Draw a heat map around the view's hits, which are grey beneath it."""
    window = _window(view)
    hits = np.ma.masked_equal(_blocks((view.image != 0).astype(float), window), 0)
    _show(axes, view, hits, window, LinearSegmentedColormap.from_list("grey", ["0.72", "0.72"]), Normalize(0, 1))
    _show(axes, view, _blocks(heat, window), window, heat_colours(), norm)
    _finish(axes, view)


def draw_colour_bar(figure: Figure, place: Axes, colours: Colormap, norm: Normalize, text: str) -> None:
    """Draw what colours mean into a panel of its own."""
    beyond = "both" if (norm.vmin or 0.0) < 0 else "neither"
    bar = figure.colorbar(ScalarMappable(norm, colours), cax=place, extend=beyond)
    bar.set_label(plain(text), fontsize=_SMALL + 1)
    place.tick_params(labelsize=_SMALL, length=5)
    place.tick_params(which="minor", length=3)


def _show(
    axes: Axes,
    view: EventView,
    image: NDArray[np.floating[Any]],
    window: tuple[slice, slice],
    colours: Colormap,
    norm: Normalize,
) -> None:
    extent: list[float] = []
    for part, size, (low, high) in zip(window, view.image.shape, (view.axes.x_range, view.axes.y_range), strict=True):
        extent += [low + (high - low) * end / size for end in (part.start, part.stop)]
    axes.imshow(
        image.T,
        origin="lower",
        extent=(extent[0], extent[1], extent[2], extent[3]),
        cmap=colours,
        norm=norm,
        interpolation="nearest",
        aspect="auto",
    )


def _finish(axes: Axes, view: EventView) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(4))
    axes.minorticks_off()
    axes.tick_params(labelsize=_SMALL, length=5)
    if view.name:
        words = axes.text(0.035, 0.955, plain(view.name), transform=axes.transAxes, va="top", fontsize=_SMALL)
        words.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5})


def _window(view: EventView) -> tuple[slice, slice]:
    """Return the rows and columns with hits, with a margin; all of them where there is no hit."""
    hits = view.image != 0
    if view.whole or not hits.any():
        return slice(0, hits.shape[0]), slice(0, hits.shape[1])
    return _around(hits.any(axis=1)), _around(hits.any(axis=0))


def _around(hits: NDArray[np.bool_]) -> slice:
    place = np.flatnonzero(hits)
    first, last = int(place[0]), int(place[-1]) + 1
    margin = max(2, (last - first) // 12, -(-(_LEAST_WINDOW - (last - first)) // 2))
    return slice(max(0, first - margin), min(len(hits), last + margin))


def _blocks(image: NDArray[np.floating[Any]], window: tuple[slice, slice]) -> NDArray[np.floating[Any]]:
    """Return the window in blocks of pixels, at most `MOST_PIXELS` along an axis, each as its strongest pixel."""
    cut = image[window]
    size = max(-(-length // MOST_PIXELS) for length in cut.shape)
    if size == 1:
        return cut
    padded = np.pad(cut, [(0, -length % size) for length in cut.shape])
    blocks = padded.reshape(padded.shape[0] // size, size, -1, size).swapaxes(1, 2)
    flat = blocks.reshape(*blocks.shape[:2], -1)
    return np.take_along_axis(flat, np.abs(flat).argmax(axis=-1, keepdims=True), axis=-1)[..., 0]
