"""Figures of found tracks: their lines are the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from plots.toy_tracks import rate_curves, toy_event, toy_pulls

from hepml.errors import ShapeError
from hepml.plots import draw_track_event, draw_track_pulls, draw_track_rates


def test_a_panel_per_rate_and_a_line_per_builder():
    panels = draw_track_rates([*rate_curves("kalman", 0.9), *rate_curves("network", 0.95)]).axes
    assert [axes.get_ylabel() for axes in panels] == ["Efficiency", "Fake rate", "Duplicate rate"]
    lines = [patch for patch in panels[0].patches if not patch.get_fill()]
    np.testing.assert_array_equal(lines[1].get_data().values, [0.95, 0.99, np.nan])
    assert panels[0].get_ylim()[0] < 0.89
    assert panels[1].get_ylim()[0] < 0 < panels[1].get_ylim()[1]
    assert panels[-1].get_xscale() == "log"
    assert draw_track_rates(rate_curves("kalman", 0.9, variable="eta")).axes[-1].get_xlabel() == r"$\eta$"
    with pytest.raises(ShapeError):
        draw_track_rates([])


def test_widths_of_pulls_are_in_the_legend():
    curves, metrics = toy_pulls("network")
    for axes in draw_track_pulls(curves, metrics).axes:
        assert [text.get_text() for text in axes.get_legend().get_texts()] == ["normal", "network   σ = 1.010 ± 0.020"]


def test_an_event_shows_what_is_found_lost_and_fake():
    across, along = draw_track_event(*toy_event(), min_hits=4).axes
    names = [text.get_text() for text in along.get_legend().get_texts()]
    assert names == ["2 particles", "1 found", "1 lost", "1 fakes"]
    fake = [line for line in across.lines if line.get_color() == "#bd1f01"]
    [radii] = [np.hypot(*line.get_data()) for line in fake]
    np.testing.assert_allclose(radii, [3, 10, 20, 30])
