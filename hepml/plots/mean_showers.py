"""Average showers: the mean energy of every cell, layer by layer, and what generators have over full simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from hepml.errors import ShapeError
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, plain, short_name, write_label

_DECADES = 5.0  # what a reader can tell apart on one colour scale
_WIDEST_RATIO = 4.0
_SMALL = 11


@dataclass(frozen=True)
class LayerAxes:
    """What the cells of a layer mean.

    Attributes
    ----------
    name : str
        Of the layer.
    row_name, column_name : str
        Quantities along rows and columns, with units.
    row_range, column_range : (float, float)
        Outer edges of the first and the last.
    """

    name: str
    row_name: str = "Row"
    column_name: str = "Column"
    row_range: tuple[float, float] = (0.0, 1.0)
    column_range: tuple[float, float] = (0.0, 1.0)


def draw_mean_showers(
    means: Mapping[str, Sequence[NDArray[Any]]],
    layers: Sequence[LayerAxes],
    *,
    content: str = "Mean energy of a cell [GeV]",
    ratios: bool = True,
    label: Label | None = None,
) -> Figure:
    """Draw the mean shower of each sample, a column for each layer, and below the ratio of each to the first.

    Without ratios also single showers, one below the other.

    Every layer has a logarithmic scale of its own, the same for all samples; ratios are shown from 1/4 to 4.

    Parameters
    ----------
    means : mapping of str to sequence of array, each shape (n_rows, n_columns)
        By sample, full simulation first: the mean energy in every cell of each layer.
    layers : sequence of LayerAxes
        As many as each sample has arrays.
    content : str
        Quantity of a cell with its unit.
    ratios : bool
        Draw them.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        There is no sample or layer, or samples differ in the shapes of their layers.
    """
    _check(means, layers)
    n_rows = 2 * len(means) - 1 if ratios else len(means)
    with drawing(width=4.2 * len(layers) + 1.6, height=2.9 * n_rows + 0.6, layout="compressed") as figure:
        grid = figure.subplots(n_rows, len(layers), squeeze=False)
        for column, layer in enumerate(layers):
            own = {name: np.asarray(images[column]) for name, images in means.items()}
            last = column == len(layers) - 1
            _draw_means(figure, grid[: len(means), column], own, layer, content if last else "")
            if ratios:
                _draw_ratios(figure, grid[len(means) :, column], own, layer, with_bar=last)
        _name_axes(grid, layers)
        write_label(grid[0, 0], label or Label(), last=grid[0, -1])
    return figure


def _draw_means(
    figure: Figure, panels: NDArray[Any], means: Mapping[str, NDArray[Any]], layer: LayerAxes, content: str
) -> None:
    """Draw a layer of all samples on one scale."""
    scale = _scale(list(means.values()))
    for axes, (name, image) in zip(panels, means.items(), strict=True):
        # Empty cells take the colour of the lowest value: no light holes in a dark picture.
        picture = _show(axes, np.maximum(image, float(scale.vmin or 0.0)), layer, "inferno", scale)
        _name(axes, f"{short_name(name, longest=16)}, {layer.name}", colour="white")
    _bar(figure, picture, panels, content)


def _draw_ratios(
    figure: Figure, panels: NDArray[Any], means: Mapping[str, NDArray[Any]], layer: LayerAxes, *, with_bar: bool
) -> None:
    """Draw a layer of all samples but the first over that of the first."""
    (reference, first), *others = means.items()
    scale = LogNorm(1 / _WIDEST_RATIO, _WIDEST_RATIO)
    for axes, (name, image) in zip(panels, others, strict=True):
        picture = _show(axes, _over(image, first), layer, "RdBu_r", scale)
        _name(axes, f"{short_name(name, longest=16)} / {short_name(reference, longest=16)}", colour="black")
    if others and with_bar:
        _bar(figure, picture, panels, "Ratio", ratio=True)


def _check(means: Mapping[str, Sequence[NDArray[Any]]], layers: Sequence[LayerAxes]) -> None:
    shapes = {name: [np.shape(image) for image in images] for name, images in means.items()}
    first = next(iter(shapes.values()), [])
    fits = len(first) == len(layers) > 0 and all(each == first for each in shapes.values())
    if not fits or any(len(shape) != 2 for shape in first):
        msg = f"mean showers need one array (n_rows, n_columns) for each of {len(layers)} layers, found {shapes}"
        raise ShapeError(msg)


def _scale(images: Sequence[NDArray[Any]]) -> LogNorm:
    filled = np.concatenate([image[image > 0].ravel() for image in map(np.asarray, images)])
    top = float(filled.max(initial=0.0)) or 1.0
    return LogNorm(max(float(filled.min(initial=0.1 * top)), top * 10**-_DECADES), top)


def _over(image: NDArray[Any], reference: NDArray[Any]) -> NDArray[np.float64]:
    """Return the ratio; NaN, which is left white, where both are empty."""
    ratio = np.full(image.shape, np.nan)
    np.divide(image, reference, out=ratio, where=reference > 0)
    ratio[(reference <= 0) & (image > 0)] = np.inf
    return np.clip(ratio, 1 / _WIDEST_RATIO, _WIDEST_RATIO)


def _show(axes: Axes, image: NDArray[Any], layer: LayerAxes, colours: str, scale: Normalize) -> AxesImage:
    extent = (*layer.column_range, *layer.row_range)
    picture = axes.imshow(
        image, origin="lower", extent=extent, cmap=colours, norm=scale, interpolation="nearest", aspect="auto"
    )
    axes.set_box_aspect(0.75)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(4))
    axes.minorticks_off()
    axes.tick_params(labelsize=_SMALL, length=5)
    return picture


def _name(axes: Axes, text: str, *, colour: str) -> None:
    axes.tick_params(which="both", color=colour)
    words = axes.text(0.04, 0.95, plain(text), transform=axes.transAxes, va="top", fontsize=_SMALL, color=colour)
    words.set_in_layout(False)
    if colour == "black":
        words.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5})


def _name_axes(grid: NDArray[Any], layers: Sequence[LayerAxes]) -> None:
    for axes, layer in zip(grid[-1], layers, strict=True):
        axes.set_xlabel(short_name(layer.column_name), fontsize=_SMALL + 2)
    for row in grid:
        row[0].set_ylabel(short_name(layers[0].row_name), fontsize=_SMALL + 2)


def _bar(figure: Figure, picture: AxesImage, panels: NDArray[Any], text: str, *, ratio: bool = False) -> None:
    bar = figure.colorbar(picture, ax=list(panels), pad=0.02, aspect=30, extend="both" if ratio else "neither")
    bar.set_label(plain(text), fontsize=_SMALL + 1)
    bar.ax.tick_params(labelsize=_SMALL, which="both")
    if ratio:
        bar.set_ticks([0.25, 0.5, 1, 2, 4], labels=["¼", "½", "1", "2", "4"])
        bar.ax.minorticks_off()
