"""Mean images of the classes, and how they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize, SymLogNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from hepml.errors import ShapeError
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, plain, short_name, write_label

_DECADES = 5.0  # what a reader can tell apart on one colour scale


@dataclass(frozen=True)
class ImageAxes:
    """What the pixels of an image mean.

    Attributes
    ----------
    x_name, y_name : str
        Quantities along the first and the second index, with units; by default the angles of a jet image.
    x_range, y_range : (float, float)
        Outer edges of the first and the last pixel.
    content : str
        Quantity of a pixel with its unit: ``"Mean fraction of jet pT"``.
    """

    x_name: str = "Δη after preprocessing"
    y_name: str = "Δφ after preprocessing [rad]"
    x_range: tuple[float, float] = (-1.0, 1.0)
    y_range: tuple[float, float] = (-1.0, 1.0)
    content: str = "Mean pixel"


def draw_mean_images(
    means: Mapping[str, NDArray[Any]],
    *,
    image_axes: ImageAxes | None = None,
    label: Label | None = None,
) -> Figure:
    """Draw the mean image of each class on one logarithmic scale, and what the first has more than each other.

    Parameters
    ----------
    means : mapping of str to array, shape (n_x, n_y)
        By class; the others are subtracted from the first.
    image_axes : ImageAxes, optional
        Names, ranges and content.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        There is no image, one is not two-dimensional, or their shapes differ.
    """
    _check(means)
    meaning = image_axes or ImageAxes()
    columns, rows = _grid(len(means))
    with drawing(width=5.0 * columns + 1.2, height=4.9 * rows, layout="compressed") as figure:
        mean_panels, difference_panels = _panels(figure, len(means))
        panels = [*mean_panels, *difference_panels]
        _draw_means(figure, mean_panels, means, meaning)
        _draw_differences(figure, difference_panels, means, meaning)
        for row in (mean_panels, difference_panels) if len(means) > 2 else (mean_panels,):
            row[0].set_ylabel(plain(meaning.y_name))
        write_label(mean_panels[0], label or Label(), last=(mean_panels if len(means) > 2 else panels)[-1])
    return figure


def _grid(n_classes: int) -> tuple[int, int]:
    """Return the columns and rows of panels: all in one row for two classes, else differences below the means."""
    return {1: (1, 1), 2: (3, 1)}.get(n_classes, (n_classes, 2))


def _panels(figure: Figure, n_classes: int) -> tuple[list[Axes], list[Axes]]:
    """Return the panels of the means and of the differences."""
    columns, rows = _grid(n_classes)
    grid = figure.subplots(rows, columns, squeeze=False)
    if rows == 1:
        return [*grid[0, :n_classes]], [*grid[0, n_classes:]]
    grid[1, 0].set_axis_off()  # the first class has no difference from itself
    return [*grid[0]], [*grid[1, 1:]]


def _check(means: Mapping[str, NDArray[Any]]) -> None:
    shapes = {name: np.shape(image) for name, image in means.items()}
    if not shapes or len(set(shapes.values())) > 1 or any(len(shape) != 2 for shape in shapes.values()):
        msg = f"mean images must be one or more arrays of one shape (n_x, n_y), found {shapes}: choose a channel"
        raise ShapeError(msg)


def _draw_means(figure: Figure, panels: Sequence[Axes], means: Mapping[str, NDArray[Any]], meaning: ImageAxes) -> None:
    filled = np.concatenate([image[image > 0].ravel() for image in means.values()])
    top = float(filled.max(initial=0.0)) or 1.0
    lowest = max(float(filled.min(initial=0.1 * top)), top * 10**-_DECADES)
    scale = LogNorm(lowest, top)
    for panel, (name, image) in zip(panels, means.items(), strict=True):
        # Empty pixels take the colour of the lowest value: no light holes in a dark picture.
        picture = _show(panel, np.maximum(image, lowest), meaning, colours="inferno", scale=scale)
        _name_panel(panel, short_name(name), colour="white")
    _colour_bar(figure, picture, panels, meaning.content)


def _draw_differences(
    figure: Figure, panels: Sequence[Axes], means: Mapping[str, NDArray[Any]], meaning: ImageAxes
) -> None:
    (first, reference), *others = means.items()
    differences = {name: reference - image for name, image in others}
    widest = max((float(np.abs(image).max()) for image in differences.values()), default=1.0) or 1.0
    # Linear around nothing and logarithmic outside: the tails differ by orders of magnitude less than the core.
    scale = SymLogNorm(linthresh=0.01 * widest, vmin=-widest, vmax=widest)
    for panel, (name, image) in zip(panels, differences.items(), strict=True):
        picture = _show(panel, image, meaning, colours="RdBu_r", scale=scale)
        _name_panel(panel, f"{short_name(first, longest=10)} − {short_name(name, longest=10)}", colour="black")
    if differences:
        _colour_bar(figure, picture, panels, f"Difference: {meaning.content[:1].lower()}{meaning.content[1:]}")


def _show(axes: Axes, image: NDArray[Any], meaning: ImageAxes, *, colours: str, scale: Normalize) -> AxesImage:
    extent = (*meaning.x_range, *meaning.y_range)
    picture = axes.imshow(
        image.T, origin="lower", extent=extent, cmap=colours, norm=scale, interpolation="nearest", aspect="auto"
    )
    axes.set_box_aspect(1)
    axes.set_xlabel(plain(meaning.x_name))
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    return picture


def _name_panel(axes: Axes, text: str, *, colour: str) -> None:
    """Write the name into the corner, and make it and the ticks visible on the picture."""
    axes.tick_params(which="both", color=colour)
    words = axes.text(0.06, 0.94, text, transform=axes.transAxes, va="top", fontweight="bold", color=colour)
    words.set_in_layout(False)


def _colour_bar(figure: Figure, picture: AxesImage, panels: Sequence[Axes], text: str) -> None:
    bar = figure.colorbar(picture, ax=list(panels), pad=0.02, aspect=24)
    bar.set_label(plain(text), fontsize="small")
