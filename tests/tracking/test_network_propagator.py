"""A network as a propagator: its Gaussian in the frame of the extrapolation, and the same builder over it."""

import numpy as np
import pytest
from barrel_sample import barrel_sample
from slow_track_builder import build_slowly

from hepml.contracts import FittedModel
from hepml.errors import ShapeError
from hepml.representations import Sequence
from hepml.tracking import (
    STEP_FEATURES,
    BarrelOptions,
    BuildOptions,
    NetworkPropagator,
    build_tracks,
    hits_of_particles,
    places_of_hits,
    track_steps,
)

BARREL = BarrelOptions().barrel


class OfTheLastItem(FittedModel):
    """A model that can be followed by hand: the mean is that of the item's last residuals, or 0."""

    def __init__(self, mean_share=0.0, covariance=(1.0, 0.0, 1.0)):
        self.mean_share, self.covariance = mean_share, covariance

    def predict(self, inputs):
        residual = np.nan_to_num(inputs["track"][:, :, :2]) * self.mean_share
        covariance = np.broadcast_to(self.covariance, (*residual.shape[:2], 3))
        return {"next_item": np.concatenate([residual, covariance], axis=-1).astype(np.float32)}


def propagator(**options):
    missing = ("residual_rphi", "residual_z")
    features = [{"name": name, "missing": "nan"} if name in missing else name for name in STEP_FEATURES]
    representation = Sequence(Sequence.Options(features=features, length=len(BARREL.radii_cm)))
    return NetworkPropagator(BARREL, OfTheLastItem(**options), representation)


def places(n_events=2):
    events, _ = barrel_sample(n_events, particles=40, efficiency=1.0)
    hits = hits_of_particles(events, n_layers=10)
    return places_of_hits(events, hits[(hits >= 0).all(axis=1)])


def test_the_gaussian_is_moved_and_scaled_by_the_extrapolation():
    hits = places()
    network = propagator(mean_share=0.5, covariance=(4.0, 0.5, 9.0))
    state = network.start(hits[:, :4])
    _, expected = network.predict(state)
    steps = track_steps(hits[:, :4], BARREL)
    error = steps.error_cm[:, -1] / [BARREL.radii_cm[4], 1.0]
    off = expected.place - steps.place[:, -1]
    np.testing.assert_allclose(off, 0.5 * steps.features[:, -1, :2] * error, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(expected.covariance[:, 0, 0], 4 * error[:, 0] ** 2, rtol=1e-6)
    np.testing.assert_allclose(expected.covariance[:, 1, 0], 0.5 * error[:, 0] * error[:, 1], rtol=1e-6)
    np.testing.assert_allclose(expected.covariance[:, 1, 1], 9 * error[:, 1] ** 2, rtol=1e-6)


def test_states_are_the_track_so_far_and_are_never_changed():
    hits = places()
    network = propagator(mean_share=0.5)
    state = network.start(hits[:, :3])
    ahead, _ = network.predict(state)
    with_hits = network.update(ahead, hits[:, 3])
    without = network.update(ahead, np.full((len(hits), 2), np.nan))
    np.testing.assert_array_equal(with_hits.steps.features, track_steps(hits[:, :4], BARREL).features)
    assert np.isnan(without.hits[:, 3]).all()
    assert (state.layer, ahead.layer, with_hits.layer, ahead.steps.features.shape[1]) == (2, 3, 3, 3)
    twice = network.choose(with_hits, np.array([1, 1, 0]))
    np.testing.assert_array_equal(network.predict(twice)[1].place, network.predict(with_hits)[1].place[[1, 1, 0]])


def test_seeds_of_other_layers_have_no_hit_between():
    hits = places()[:5]
    network = propagator()
    state = network.start(hits[:, [0, 1, 3]], [0, 1, 3])
    assert state.layer == 3
    assert np.isnan(state.hits[:, 2]).all()
    off = np.abs(network.predict(state)[1].place[:, 1] - hits[:, 4, 1])
    assert np.median(off) < 0.3


def test_there_is_nothing_beyond_the_last_layer():
    network = propagator()
    with pytest.raises(ShapeError, match="last of 10"):
        network.predict(network.start(places()[:2]))


def test_no_tracks():
    network = propagator()
    state, expected = network.predict(network.start(np.empty((0, 3, 2))))
    assert expected.place.shape == (0, 2)
    assert network.update(state, np.empty((0, 2))).layer == 3


def test_tracks_are_those_of_an_obvious_loop():
    events, barrel = barrel_sample(1, particles=8, noise_hits=40, efficiency=0.95)
    network, options = propagator(covariance=(2.0, 0.1, 1.5)), BuildOptions(gate=25, min_hits=5)
    found = build_tracks(events, barrel, network, options)
    assert len(found) > 6
    assert sorted(map(tuple, found.hits.tolist())) == build_slowly(events, barrel, network, options)
