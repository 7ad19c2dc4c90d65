"""The Kalman filter on tracks of its own barrel: residuals, pulls of width 1, χ²."""

import numpy as np
import pytest

from hepml.errors import ShapeError
from hepml.samples.barrel_flight import build_barrel, draw_particles, fly
from hepml.samples.track_options import TrackSampleOptions
from hepml.tracking import HelixFilter

N_SEEDS = 3


def simulated(n, **changes):
    """Return the tracker, the true states and the measured hits of the tracks that reach every layer."""
    options = TrackSampleOptions(detector="barrel", **changes)
    barrel, rng = build_barrel(options), np.random.default_rng(1)
    states = fly(barrel, draw_particles(n, options, rng), rng)
    states = states[~np.isnan(states).any(axis=(1, 2))]
    sigma = np.stack([barrel.rphi_cm / barrel.radii_cm, np.full(len(barrel.radii_cm), barrel.z_cm)], axis=-1)
    hits = states[..., :2] + sigma * rng.standard_normal((*states.shape[:2], 2))
    hits[..., 0] = wrapped(hits[..., 0])
    return barrel, states, hits


def wrapped(phi):
    return np.remainder(phi + np.pi, 2 * np.pi) - np.pi


def followed(barrel, hits):
    """Return the states on the last layer, and the residuals and pulls of each prediction, (n, n_layers − seeds, 2)."""
    kalman = HelixFilter(barrel)
    state = kalman.start(hits[:, :N_SEEDS])
    residuals, sigmas = [], []
    for layer in range(N_SEEDS, hits.shape[1]):
        state, expected = kalman.predict(state)
        assert expected.layer == layer
        off = hits[:, layer] - expected.place
        residuals.append(np.stack([wrapped(off[:, 0]), off[:, 1]], axis=-1))
        sigmas.append(np.sqrt(np.diagonal(expected.covariance, axis1=1, axis2=2)))
        state = kalman.update(state, hits[:, layer])
    residuals = np.stack(residuals, axis=1)
    return state, residuals, residuals / np.stack(sigmas, axis=1)


@pytest.fixture(scope="module")
def tracks():
    barrel, states, hits = simulated(4000)
    return barrel, states, hits, *followed(barrel, hits)


def test_pulls_of_predictions_have_width_one(tracks):
    pulls = tracks[-1]
    np.testing.assert_allclose(pulls.std(axis=0), 1, atol=0.05)
    np.testing.assert_allclose(pulls.mean(axis=0), 0, atol=4 / np.sqrt(len(pulls)))
    assert np.abs(pulls).max() < 6  # no tails: each of 56 000 is as good as Gaussian


def test_pulls_of_the_state_have_width_one(tracks):
    _, states, _, last, _, _ = tracks
    off = last.parameters - states[:, -1]
    off[:, [0, 2]] = wrapped(off[:, [0, 2]])
    pulls = off / np.sqrt(np.diagonal(last.covariance, axis1=1, axis2=2))
    np.testing.assert_allclose(pulls.std(axis=0), 1, atol=0.05)
    np.testing.assert_allclose(pulls.mean(axis=0), 0, atol=4 / np.sqrt(len(pulls)))


def test_chi2_counts_the_degrees_of_freedom(tracks):
    last = tracks[3]
    assert set(last.n_hits.tolist()) == {10}
    assert last.chi2.mean() == pytest.approx(2 * 10 - 5, rel=0.03)
    assert last.chi2.var() == pytest.approx(2 * (2 * 10 - 5), rel=0.1)


def test_residuals_shrink_to_resolution_and_scattering(tracks):
    # On the last layers the hits before tell the helix; the last two layers' scattering and the resolution remain.
    barrel, _, _, _, residuals, _ = tracks
    along = np.median(np.abs(residuals[..., 0]), axis=0) * barrel.radii_cm[N_SEEDS:]
    assert np.all(np.diff(along) < 0)
    assert 0.6745 * barrel.rphi_cm < along[-1] < 3 * barrel.rphi_cm
    assert 0.6745 * barrel.z_cm < np.median(np.abs(residuals[:, -1, 1])) < 2 * barrel.z_cm


def test_momentum_is_measured_as_gluckstern_says():
    # Uniform layers, no material: σ(1/pT) = σ/(0.3 B L²) √(720/(N + 4)) with m and T; N points, L from first to last.
    barrel, states, hits = simulated(3000, thickness_x0=0.0, layers=40, pt_gev=(20, 30), eta_max=0.2)
    last, _, pulls = followed(barrel, hits)
    np.testing.assert_allclose(pulls.std(axis=0), 1, atol=0.07)
    expected = 50e-6 / (0.2998 * 2 * 0.97**2) * np.sqrt(720 / 44)
    assert np.std(last.parameters[:, 4] - states[:, -1, 4]) == pytest.approx(expected, rel=0.08)


def test_tracks_without_a_hit_stay_as_predicted(tracks):
    barrel, _, hits = tracks[:3]
    kalman = HelixFilter(barrel)
    state, _ = kalman.predict(kalman.start(hits[:4, :N_SEEDS]))
    missing = hits[:4, N_SEEDS].copy()
    missing[1, 0] = np.nan
    after = kalman.update(state, missing)
    assert after.n_hits.tolist() == [4, 3, 4, 4]
    np.testing.assert_array_equal(after.parameters[1], state.parameters[1])
    assert np.all(after.parameters[[0, 2, 3]] != state.parameters[[0, 2, 3]])
    assert np.all(np.diagonal(after.covariance[0]) <= np.diagonal(state.covariance[0]))


def test_tracks_do_not_depend_on_one_another(tracks):
    barrel, _, hits = tracks[:3]
    one = followed(barrel, hits[7:8])[0]
    np.testing.assert_array_equal(one.parameters[0], tracks[3].parameters[7])
    kalman = HelixFilter(barrel)
    chosen = kalman.choose(tracks[3], np.array([7, 7, 0]))
    np.testing.assert_array_equal(chosen.covariance, tracks[3].covariance[[7, 7, 0]])
    none = followed(barrel, hits[:0])[0]
    assert none.parameters.shape == (0, 5)


def test_what_curls_up_is_nan_from_there(tracks):
    barrel, _, hits = tracks[:3]
    kalman = HelixFilter(barrel)
    state = kalman.start(hits[:2, :N_SEEDS])
    state.parameters[0, 4] = 40.0  # a circle of 8 cm across, 11 cm from the next layer
    after, expected = kalman.predict(state)
    assert np.isnan(expected.place).all(axis=1).tolist() == [True, False]
    assert np.isnan(expected.covariance).all(axis=(1, 2)).tolist() == [True, False]
    after = kalman.update(after, hits[:2, N_SEEDS])
    assert np.isnan(after.parameters).all(axis=1).tolist() == [True, False]
    assert after.n_hits.tolist() == [3, 4]


def test_rules_are_said(tracks):
    barrel, _, hits, last = tracks[:4]
    with pytest.raises(ShapeError, match="3 or more"):
        HelixFilter(barrel).start(hits[:, :2])
    with pytest.raises(ShapeError, match="layer 9 is the last of 10"):
        HelixFilter(barrel).predict(last)


def test_a_seed_with_a_layer_left_out_is_followed_as_if_it_had_no_hit_there(tracks):
    barrel, _, hits, *_ = tracks
    kalman, few = HelixFilter(barrel), hits[:50]
    state = kalman.start(few[:, [0, 1, 3]], [0, 1, 3])
    assert state.layer == 3
    assert state.n_hits.tolist() == [3] * 50
    off = few[:, 4] - kalman.predict(state)[1].place
    assert np.median(np.abs(off[:, 1])) < 0.2
    later = kalman.start(few[:, [1, 2, 3]], [1, 2, 3])
    np.testing.assert_allclose(later.parameters[:, 4], state.parameters[:, 4], atol=0.2)


def test_seed_layers_that_do_not_rise_are_refused(tracks):
    barrel, _, hits, *_ = tracks
    with pytest.raises(ShapeError, match=r"seed layers rise.*\[0, 2, 1\]"):
        HelixFilter(barrel).start(hits[:, :3], [0, 2, 1])
