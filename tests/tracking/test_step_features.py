"""Items of tracks: geometry that is exact on helices, and no look ahead."""

import numpy as np
import pytest

from hepml.contracts import Barrel
from hepml.samples.barrel_flight import build_barrel, draw_particles, fly
from hepml.samples.track_options import TrackSampleOptions
from hepml.tracking import STEP_FEATURES, track_steps
from hepml.tracking.step_features import with_next_item

STRAIGHT = Barrel(2.0, np.array([1.0, 2.0, 3.0, 4.0, 6.0]), 50.0, 0.01, 0.1, 0.0)


def feature(steps, name):
    return steps.features[..., STEP_FEATURES.index(name)]


def helices(n, **changes):
    """Return the tracker, particles, and the places of their crossings without noise and scattering."""
    options = TrackSampleOptions(detector="barrel", thickness_x0=0, **changes)
    rng = np.random.default_rng(1)
    particles = draw_particles(n, options, rng)
    states = fly(build_barrel(options), particles, rng)
    return build_barrel(options), particles, states[..., :2]


def line(*, rise=0.5, moved=()):
    hits = np.stack([np.zeros(5), rise * STRAIGHT.radii_cm], axis=-1)[None].copy()
    for layer, phi, z in moved:
        hits[0, layer] += phi, z
    return hits


def test_helices_are_where_they_are_expected():
    barrel, particles, places = helices(200, d0_cm=0)
    steps = track_steps(places, barrel)
    np.testing.assert_allclose(feature(steps, "residual_rphi")[:, 3:], 0, atol=1e-6)
    np.testing.assert_allclose(feature(steps, "residual_z")[:, 3:], 0, atol=1e-6)
    for name in ("whole_rphi", "recent_rphi", "beam_rphi", "whole_z", "recent_z"):
        np.testing.assert_allclose(feature(steps, name), 0, atol=1e-6)
    np.testing.assert_allclose(feature(steps, "charge_over_pt")[:, 5], particles.charge / particles.pt, rtol=1e-6)
    np.testing.assert_allclose(feature(steps, "tan_lambda")[:, 5], np.sinh(particles.eta), rtol=1e-6)


def test_a_line_by_hand():
    steps = track_steps(line(), STRAIGHT)
    np.testing.assert_allclose(steps.place[0, 2:4], [[0, 2], [0, 3]], atol=1e-12)
    assert np.isnan(steps.place[0, [0, 1, 4]]).all()  # fewer than three hits, and no further layer
    # the last two hits of the error σ: √(1 + 2² + 1²) σ one step ahead, and with the hit's own √(1 + 3² + 2²) σ two
    np.testing.assert_allclose(steps.error_cm[0, 2], np.sqrt(6) * np.array([0.01, 0.1]))
    np.testing.assert_allclose(steps.error_cm[0, 3], np.sqrt(14) * np.array([0.01, 0.1]))
    np.testing.assert_allclose(feature(steps, "gap")[0], [0, 0, 1, 2, 0])
    np.testing.assert_allclose(feature(steps, "radius")[0, 2:4], [4 / 6, 1])
    assert feature(steps, "seen")[0].tolist() == [1] * 5


def test_residuals_are_in_units_of_the_rough_error():
    error = np.sqrt(6) * np.array([0.01, 0.1])
    moved = track_steps(line(moved=[(3, 3 * error[0] / 4, -2 * error[1])]), STRAIGHT)
    np.testing.assert_allclose(moved.features[0, 3, :2], [3, -2])
    assert np.isnan(moved.features[0, :3, :2]).all()


def test_material_widens_the_rough_error_at_low_momentum():
    thick = STRAIGHT._replace(thickness_x0=0.02)
    soft = track_steps(line(moved=[(1, 0.02, 0), (2, 0.04, 0)]), thick)
    assert feature(soft, "log_error_rphi")[0, 2] > feature(track_steps(line(), thick), "log_error_rphi")[0, 2]


def test_a_layer_without_a_hit():
    hits = line()
    hits[0, 3] = np.nan
    steps = track_steps(hits, STRAIGHT)
    assert feature(steps, "seen")[0].tolist() == [1, 1, 1, 0, 1]
    assert np.isnan(steps.features[0, 3, :2]).all()
    np.testing.assert_allclose(steps.place[0, 3], [0, 3], atol=1e-12)  # from the layers before
    np.testing.assert_allclose(steps.features[0, 4, :2], 0, atol=1e-9)
    assert feature(steps, "gap")[0, 3] == 3


def test_items_know_nothing_of_later_ones():
    barrel, _, places = helices(20)
    changed = places.copy()
    changed[:, 6:] += 0.1
    before, after = (track_steps(each, barrel).features for each in (places, changed))
    np.testing.assert_array_equal(before[:, :6], after[:, :6])
    assert not np.array_equal(before[:, 6:], after[:, 6:], equal_nan=True)


def test_items_can_be_made_one_by_one():
    barrel, _, places = helices(20)
    places[3, 4], places[5, 1] = np.nan, np.nan
    steps = track_steps(places[:, :3], barrel)
    for layer in range(3, 10):
        steps = with_next_item(steps, places[:, : layer + 1], barrel)
    for one, whole in zip(steps, track_steps(places, barrel), strict=True):
        np.testing.assert_array_equal(one, whole)


def test_turns_do_not_matter():
    barrel, _, places = helices(20)
    turned = places.copy()
    turned[..., 0] = np.remainder(turned[..., 0] + 2.5 + np.pi, 2 * np.pi) - np.pi
    one, other = (track_steps(each, barrel).features for each in (places, turned))
    np.testing.assert_allclose(one, other, atol=1e-6)
    assert one[..., STEP_FEATURES.index("charge_over_pt")].std() == pytest.approx(0.8, abs=0.4)
