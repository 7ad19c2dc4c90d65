"""Circles through three hits."""

import numpy as np
import pytest

from hepml.samples.barrel_flight import build_barrel, draw_particles, fly
from hepml.samples.track_options import TrackSampleOptions
from hepml.tracking.helix_seed import helix_through


def test_hits_of_a_helix_give_its_state():
    options = TrackSampleOptions(detector="barrel", thickness_x0=0.0)
    barrel, rng = build_barrel(options), np.random.default_rng(1)
    states = fly(barrel, draw_particles(500, options, rng), rng)
    three = [0, 4, 9]
    found = helix_through(states[:, three, :2], barrel.radii_cm[three], field_t=2.0)
    found[:, 2] = states[:, 0, 2] + np.remainder(found[:, 2] - states[:, 0, 2] + np.pi, 2 * np.pi) - np.pi
    np.testing.assert_allclose(found, states[:, 0], rtol=1e-9, atol=1e-9)


def test_a_semicircle_by_hand():
    # From (1, 0) by (2, 1) to (3, 0): radius 1, to the right, so positive; at first along y, z by 0.5 per cm of arc.
    places = np.array([[1.0, 0.0], [2.0, 1.0], [3.0, 0.0]])
    hits = np.stack([np.arctan2(places[:, 1], places[:, 0]), [0.0, np.pi / 4, np.pi / 2]], axis=-1)
    state = helix_through(hits[None], np.hypot(*places.T), field_t=2.0)[0]
    assert state[2:4] == pytest.approx([np.pi / 2, 0.5])
    assert 1 / state[4] == pytest.approx(0.00299792458 * 2 * 1.0)  # pT = 0.3 B R
