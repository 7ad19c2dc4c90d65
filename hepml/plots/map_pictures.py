"""Monitored maps with a fault: what was counted, what was expected, how far off it is, and where it is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hepml.errors import ShapeError
from hepml.plots.drawing import drawing
from hepml.plots.labels import Label, short_name, write_label

_LARGEST_PULL = 8.0
_TITLES = ("Observed counts", "Expected counts", "Pull")


@dataclass(frozen=True)
class MapPicture:
    """One map as one run sees it; each array has shape (rows, columns).

    Attributes
    ----------
    run, output, kind : str
        Of the model, the map, and the fault.
    title : str
        Which lumisection, and its score.
    observed, expected, pull : array of float32
        NaN in cells that are left out.
    marked, injected : array of bool
        Cells that the run marks, and those that have the fault.
    """

    run: str
    output: str
    kind: str
    title: str
    observed: NDArray[np.float32]
    expected: NDArray[np.float32]
    pull: NDArray[np.float32]
    marked: NDArray[np.bool_]
    injected: NDArray[np.bool_]


def draw_maps(pictures: Sequence[MapPicture], *, label: Label | None = None) -> Figure:
    """Draw a row per map: observed and expected counts on one scale, and the pull.

    The cells with the fault are inside the dashed line, those that are marked inside the full one.

    Parameters
    ----------
    pictures : sequence of MapPicture
        Of one run and one map.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        There is no picture.
    """
    if not pictures:
        msg = "maps need one picture or more, found none: evaluate a run on a test part with faults"
        raise ShapeError(msg)
    with drawing(width=15.0, height=2.7 * len(pictures) + 0.8) as figure:
        grid = figure.subplots(len(pictures), 3, squeeze=False)
        for row, picture in zip(grid, pictures, strict=True):
            _draw_row(figure, list(row), picture)
        for axes, title in zip(grid[-1], _TITLES, strict=True):
            axes.set_xlabel(title, fontsize=14)
        write_label(grid[0][0], label or Label(), last=grid[0][-1])
    return figure


def _draw_row(figure: Figure, row: list[Axes], picture: MapPicture) -> None:
    counts = Normalize(0.0, max(float(np.nanpercentile(picture.observed, 99.5)), 1.0))
    pulls = Normalize(-_LARGEST_PULL, _LARGEST_PULL)
    shown = (
        (picture.observed, counts, "viridis"),
        (picture.expected, counts, "viridis"),
        (picture.pull, pulls, "RdBu_r"),
    )
    for axes, (values, scale, colours) in zip(row, shown, strict=True):
        axes.set_facecolor("0.75")
        if np.isfinite(values).any():
            drawn = axes.imshow(
                values, origin="lower", cmap=colours, norm=scale, interpolation="nearest", aspect="auto"
            )
            figure.colorbar(drawn, ax=axes, pad=0.02)
        _outline(axes, picture.injected, colour="black", line="--")
        _outline(axes, picture.marked, colour="magenta", line="-")
        axes.tick_params(labelsize=12)
        axes.minorticks_off()
    row[0].set_ylabel(short_name(picture.kind.replace("_", " "), longest=18), fontsize=14)
    row[1].set_title(short_name(picture.title, longest=48), fontsize=12)


def _outline(axes: Axes, cells: NDArray[np.bool_], *, colour: str, line: str) -> None:
    """Draw the border of some cells."""
    padded = np.pad(cells, 1)
    for row, column in np.argwhere(padded[1:, 1:-1] != padded[:-1, 1:-1]):
        axes.plot([column - 0.5, column + 0.5], [row - 0.5] * 2, color=colour, linestyle=line, linewidth=1.4)
    for row, column in np.argwhere(padded[1:-1, 1:] != padded[1:-1, :-1]):
        axes.plot([column - 0.5] * 2, [row - 0.5, row + 0.5], color=colour, linestyle=line, linewidth=1.4)
