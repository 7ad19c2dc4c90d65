"""Figures of single events: galleries of the most confident ones, and heat maps."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hepml.plots import draw_events
from hepml.workflow.event_pictures import MOST_VIEWS
from hepml.workflow.galleries import Gallery
from hepml.workflow.planned_figure import Drawable, PlannedFigure, stem


def galleries(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield the most confident events of each class and run."""
    for gallery in content.galleries:
        groups = {
            heading: events
            for heading, events in (("Most confident right", gallery.right), ("Most confident wrong", gallery.wrong))
            if events
        }
        if groups:
            yield PlannedFigure(
                stem("events", gallery.run, gallery.class_),
                f"Events of {gallery.class_} as {gallery.run} sees them",
                f"Events of the test part that are {gallery.class_}, around their hits: {_which(gallery)}. The number "
                "is the score of the class that the run sees. A colour is the charge of a pixel, white is empty; views "
                f"are side by side{_views(gallery)}.",
                f"Event displays of {gallery.class_}: {len(gallery.right)} that {gallery.run} is most confident and "
                f"right about, {len(gallery.wrong)} that it is most confident and wrong about.",
                partial(draw_events, groups, label=content.label),
                "events",
            )


def heat_maps(content: Drawable) -> Iterator[PlannedFigure]:
    """Yield events with their heat maps, those that are explained."""
    for gallery in content.galleries:
        for number, event in enumerate(gallery.explained, start=1):
            [summary] = event.picture.title[:1]
            several = len(gallery.explained) > 1
            yield PlannedFigure(
                stem("heat_maps", gallery.run, gallery.class_, number if several else None),
                f"What {gallery.run} looks at: {summary}",
                f"Heat maps of the logit of {event.of}, the class that {gallery.run} sees, over the hits in grey: red "
                f"speaks for {event.of}, blue against. {_methods(event.maps[0].method if event.maps else '')}",
                f"An event of {gallery.class_} that {gallery.run} takes for {event.of}, and beside it which pixels "
                "speak for that and which against.",
                partial(event.draw, label=content.label),
                "events",
            )


def _which(gallery: Gallery) -> str:
    parts = [
        f"the {len(events)} with the highest score of {what}"
        for events, what in ((gallery.right, "that class"), (gallery.wrong, "another class"))
        if events
    ]
    return " and ".join(parts)


def _views(gallery: Gallery) -> str:
    first = next(iter((*gallery.right, *gallery.wrong)))
    return f", the first {MOST_VIEWS} of them" if len(first.views) == MOST_VIEWS else ""


def _methods(first: str) -> str:
    occluded = "occlusion: how much the logit falls when a square of pixels is emptied, shared among its pixels"
    if first == "occlusion":
        return f"By {occluded}."
    return (
        "Input gradients: the slope of the logit in each pixel, also in empty ones; integrated gradients: what each "
        f"pixel adds on the way from an empty event; {occluded}. The three ask different questions and may differ; "
        "each has its own scale."
    )
