"""Event displays: one scale for all views, white where nothing is, and heat maps around 0."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import LogNorm

from hepml.errors import ShapeError
from hepml.plots import EventPicture, EventView, HeatPicture, ImageAxes, draw_event, draw_events, draw_heat_maps
from hepml.plots.event_panels import MOST_PIXELS

AXES = ImageAxes("Plane", "Cell", (0, 80), (10, 30), "Charge [PE]")


def event(*, content="Charge [PE]", brightest=100.0, size=(40, 20)):
    """Hits of 1 and `brightest` in the middle of the first view, and of 10 in the corner of the second."""
    first, second = np.zeros(size), np.zeros(size)
    first[20, 10], first[24, 12], second[-1, 0] = 1.0, brightest, 10.0
    axes = ImageAxes(AXES.x_name, AXES.y_name, AXES.x_range, AXES.y_range, content)
    return EventPicture(("nue, seen as nue 0.9", "row 3"), (EventView("x", first, axes), EventView("y", second, axes)))


def panels(figure):
    return [axes for axes in figure.axes if axes.images]


def test_views_share_a_scale_and_empty_pixels_are_white():
    first, second = panels(draw_event(event()))
    picture = first.images[0]
    assert isinstance(picture.norm, LogNorm)
    assert picture.norm is second.images[0].norm
    assert (picture.norm.vmin, picture.norm.vmax) == (1.0, 100.0)
    np.testing.assert_array_equal(picture.get_array().compressed(), [1.0, 100.0])
    assert picture.cmap(np.ma.masked)[:3] == (1.0, 1.0, 1.0)


def test_a_logarithm_is_not_taken_twice():
    norm = panels(draw_event(event(content="Log of charge")))[0].images[0].norm
    assert not isinstance(norm, LogNorm)
    assert (norm.vmin, norm.vmax) == (0.0, 100.0)


def test_a_panel_shows_the_surroundings_of_the_hits_at_their_place():
    """Pixels of 2 planes and 1 cell; a picture around (20, 10) to (24, 12), at least 12 pixels wide."""
    figure = draw_event(event())
    left, right, low, high = panels(figure)[0].images[0].get_extent()
    assert left <= 40 < 50 <= right
    assert low <= 20 < 23 <= high
    assert right - left == 2 * 13  # 5 pixels of hits and 4 on each side
    assert (panels(figure)[0].get_xlabel(), panels(figure)[0].get_ylabel()) == ("Plane", "Cell")
    assert panels(figure)[1].images[0].get_extent()[1] == 80


def test_no_hit_is_lost_in_a_large_view():
    """More pixels than a panel has dots are drawn as the strongest of each block."""
    large = event(size=(3 * MOST_PIXELS, 30))
    large.views[0].image[0, 0] = large.views[0].image[-1, -1] = 7.0
    drawn = panels(draw_event(large))[0].images[0].get_array()
    assert drawn.shape[1] <= MOST_PIXELS
    assert sorted(drawn.compressed()) == [1.0, 7.0, 7.0, 100.0]


def test_heat_maps_lie_over_grey_hits_with_zero_in_the_middle():
    heat = tuple(np.full(view.image.shape, value) for view, value in zip(event().views, (-2.0, 1.0), strict=True))
    figure = draw_heat_maps(event(), [HeatPicture("Occlusion", "Logit of nue per pixel", heat)])
    charge, over, *_ = panels(figure)
    assert len(charge.images) == 1
    hits, colours = over.images
    assert hits.get_array().compressed().tolist() == [1.0, 1.0]
    assert (colours.norm.vmin, colours.norm.vmax) == (-2.0, 2.0)
    red, blue = colours.cmap(colours.norm(2.0)), colours.cmap(colours.norm(-2.0))
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    assert colours.cmap(colours.norm(0.0))[3] == 0.0
    assert [axes.get_ylabel() for axes in figure.axes if "Logit" in axes.get_ylabel()] == ["Logit of nue per pixel"]


def test_empty_events_and_flat_maps():
    axes = event().views[0].axes
    empty = EventPicture((), (EventView("", np.zeros((5, 5)), axes),))
    assert len(panels(draw_events({"right": [empty], "wrong": []}))) == 1
    assert panels(draw_heat_maps(empty, [HeatPicture("a", "b", (np.zeros((5, 5)),))]))


def test_what_does_not_fit():
    with pytest.raises(ShapeError, match="one number of views"):
        draw_events({"a": [event(), EventPicture((), event().views[:1])]})
    with pytest.raises(ShapeError, match="heat maps have the shapes"):
        draw_heat_maps(event(), [HeatPicture("a", "b", (np.zeros((2, 2)),))])


def test_a_whole_view_is_shown_where_cells_are_compared():
    first = event().views[0]
    for whole, shape in ((False, (13, 13)), (True, first.image.T.shape)):
        picture = EventPicture(("",), (EventView("x", first.image, AXES, whole=whole),))
        assert panels(draw_event(picture))[0].images[0].get_array().shape == shape
