"""Event displays: what a detector's views have seen, and what each pixel says to a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hepml.errors import ShapeError
from hepml.plots.drawing import drawing
from hepml.plots.event_panels import (
    EventView,
    charge_colours,
    charge_norm,
    draw_charge,
    draw_colour_bar,
    draw_heat,
    heat_colours,
    heat_norm,
)
from hepml.plots.labels import Label, short_name
from hepml.plots.sheet import HEADER, sheet_of_events, sheet_of_maps


@dataclass(frozen=True)
class EventPicture:
    """One event: one or two lines of text to stand above it, and its views."""

    title: tuple[str, ...]
    views: tuple[EventView, ...]


@dataclass(frozen=True)
class HeatPicture:
    """One heat map of an event: its heading, what a colour means, and one array for each of the event's views."""

    title: str
    content: str
    views: tuple[NDArray[np.floating[Any]], ...]


def draw_event(event: EventPicture, *, label: Label | None = None) -> Figure:
    """Draw the views of one event side by side, around its hits, on one scale of colours.

    Parameters
    ----------
    event : EventPicture
        One or more views.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        There is no view.
    """
    return draw_events({"": [event]}, label=label)


def draw_events(groups: Mapping[str, Sequence[EventPicture]], *, label: Label | None = None) -> Figure:
    """Draw events below one another, a column for each group of them, all on one scale of colours.

    Parameters
    ----------
    groups : mapping of str to sequence of EventPicture
        By the heading of their column; a group may have fewer events than others, or none.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        There is no event, or events have different numbers of views.
    """
    events = [event for group in groups.values() for event in group]
    n_views = _n_views(events)
    n_rows = max(len(group) for group in groups.values())
    side = 4.6 if len(events) == 1 else 2.4
    sheet = sheet_of_events(n_rows, len(groups), n_views, side=side, headings=any(groups))
    norm = charge_norm([view for event in events for view in event.views])
    with drawing(width=sheet.width, height=sheet.height, layout="none") as figure:
        for index, (heading, group) in enumerate(groups.items()):
            first, longest = index * n_views, int(n_views * side * 11)
            left = sheet.lefts[first]
            sheet.write_lines(figure, [heading], left=left, bottom=HEADER + 0.35, longest=longest, bold=True)
            for row, event in enumerate(group):
                bottom = sheet.tops[row] - 0.06
                sheet.write_lines(figure, event.title, left=left, bottom=bottom, longest=longest)
                for place, view in enumerate(event.views):
                    axes = sheet.panel(figure, row, first + place)
                    draw_charge(axes, view, norm)
                    _name_axes(axes, view, x=row == len(group) - 1, y=place == 0)
        content = events[0].views[0].axes.content
        draw_colour_bar(figure, sheet.bar(figure, len(sheet.lefts) - 1), charge_colours(), norm, content)
        sheet.write_label(figure, label or Label())
    return figure


def draw_heat_maps(event: EventPicture, maps: Sequence[HeatPicture], *, label: Label | None = None) -> Figure:
    """Draw an event and, beside it, heat maps over its hits in grey: a row for each view, a column for each method.

    Each method has a scale of its own, the same for all views, with 0 in its middle.

    Parameters
    ----------
    event : EventPicture
        One or more views.
    maps : sequence of HeatPicture
        One or more.
    label : Label, optional
        The words above.

    Raises
    ------
    ShapeError
        There is no view or no map, or a map has other shapes than the event's views.
    """
    _check_maps(event, maps)
    sheet = sheet_of_maps(len(event.views), len(maps) + 1, side=2.9)
    charge = charge_norm(event.views)
    heats = [heat_norm(each.views) for each in maps]
    with drawing(width=sheet.width, height=sheet.height, layout="none") as figure:
        sheet.write_lines(figure, event.title, left=sheet.lefts[0], bottom=HEADER + 0.45, longest=120)
        for column, heading in enumerate(("Event", *(each.title for each in maps))):
            left = sheet.lefts[column]
            sheet.write_lines(figure, [heading], left=left, bottom=sheet.tops[0] - 0.08, longest=32, bold=True)
        for row, view in enumerate(event.views):
            draw_charge(sheet.panel(figure, row, 0), view, charge)
            for column, (each, norm) in enumerate(zip(maps, heats, strict=True), start=1):
                draw_heat(sheet.panel(figure, row, column), view, each.views[row], norm)
        for axes, (row, column) in zip(figure.axes, np.ndindex(len(event.views), len(maps) + 1), strict=True):
            _name_axes(axes, event.views[row], x=row == len(event.views) - 1, y=column == 0)
        draw_colour_bar(figure, sheet.bar(figure, 0), charge_colours(), charge, event.views[0].axes.content)
        for column, (each, norm) in enumerate(zip(maps, heats, strict=True), start=1):
            draw_colour_bar(figure, sheet.bar(figure, column), heat_colours(), norm, each.content)
        sheet.write_label(figure, label or Label())
    return figure


def _name_axes(axes: Axes, view: EventView, *, x: bool, y: bool) -> None:
    if x:
        axes.set_xlabel(short_name(view.axes.x_name), fontsize=13)
    if y:
        axes.set_ylabel(short_name(view.axes.y_name), fontsize=13)


def _n_views(events: Sequence[EventPicture]) -> int:
    found = sorted({len(event.views) for event in events})
    if len(found) != 1 or not found[0]:
        msg = f"events of a figure have one number of views, one or more, found {found}: choose the same views of each"
        raise ShapeError(msg)
    return found[0]


def _check_maps(event: EventPicture, maps: Sequence[HeatPicture]) -> None:
    shapes = [view.image.shape for view in event.views]
    found = [[view.shape for view in each.views] for each in maps]
    if not shapes or not found or any(each != shapes for each in found):
        msg = f"heat maps have the shapes of the event's views, {shapes}, found {found}: explain the same event"
        raise ShapeError(msg)
