"""Building tracks: the same as an obvious loop, and what it does with holes, noise and shared hits."""

from dataclasses import replace

import numpy as np
import pytest
from barrel_sample import barrel_sample
from slow_track_builder import build_slowly

from hepml.errors import HepmlError
from hepml.tracking import BuildOptions, HelixFilter, SeedOptions, build_tracks
from hepml.tracking.ambiguity import choose_tracks


@pytest.mark.parametrize("branches", [1, 3])
def test_tracks_are_those_of_an_obvious_loop(branches):
    events, barrel = barrel_sample(2, particles=40, noise_hits=60, efficiency=0.9, eta_max=2.0, half_length_cm=150)
    options, kalman = BuildOptions(branches=branches, gate=25, min_hits=5), HelixFilter(barrel)
    found = build_tracks(events, barrel, kalman, options)
    assert sorted(map(tuple, found.hits.tolist())) == build_slowly(events, barrel, kalman, options)
    assert (found.n_holes > 0).sum() > 5
    assert (found.hits[:, 9] == -1).sum() > 5  # some leave the barrel by its ends
    assert np.all(np.diff(found.event) >= 0)


def test_lonely_particles_are_found_with_all_their_hits():
    events, barrel = barrel_sample(40, particles=1, noise_hits=0, efficiency=1, pt_gev=(1.0, 20.0), eta_max=1.0)
    found = build_tracks(events, barrel, HelixFilter(barrel), BuildOptions(gate=50))
    assert found.event.tolist() == list(range(40))
    np.testing.assert_array_equal(found.hits.ravel(), np.arange(400))  # an event has ten hits, from layer to layer
    np.testing.assert_allclose(found.pt_gev, events.pt_gev, rtol=0.15)
    np.testing.assert_allclose(found.eta, events.eta, atol=0.01)
    assert found.chi2.mean() == pytest.approx(2 * 7, rel=0.15)  # seven hits of two coordinates after the seed


def test_a_particle_without_its_first_hit_is_found_by_other_seed_layers():
    events, barrel = barrel_sample(40, particles=1, noise_hits=0, efficiency=1, pt_gev=(1.0, 20.0), eta_max=1.0)
    moved = np.where(events.layer == 0, events.z_cm + 1000, events.z_cm)  # to where nobody looks
    without = replace(events, z_cm=moved)
    kalman, options = HelixFilter(barrel), BuildOptions(gate=50, seeds=SeedOptions(layers=[(0, 1, 2)]))
    assert len(build_tracks(without, barrel, kalman, options)) == 0
    found = build_tracks(without, barrel, kalman, BuildOptions(gate=50))
    assert found.n_hits.tolist() == [9] * 40


def test_no_event():
    events, barrel = barrel_sample(1, particles=1, noise_hits=0, efficiency=0)
    found = build_tracks(events, barrel, HelixFilter(barrel))
    assert (len(found), found.hits.shape, found.parameters.shape) == (0, (0, 10), (0, 5))


def test_more_hits_win_and_then_the_lower_chi2():
    used = np.zeros(10, bool)
    hits = np.array([[0, 1, 2, -1], [0, 1, 3, -1], [4, 5, 6, 7], [4, 5, 6, 8], [9, -1, -1, 7]])
    kept = choose_tracks(hits, np.array([2.0, 1.0, 9.0, 8.0, 0.0]), max_shared=1, used=used)
    assert kept.tolist() == [3, 1, 4]
    assert np.flatnonzero(used).tolist() == [0, 1, 3, 4, 5, 6, 7, 8, 9]


def test_options_that_cannot_work_are_refused():
    with pytest.raises(ValueError, match="a hit of its own"):
        BuildOptions(max_shared=6)
    with pytest.raises((ValueError, HepmlError), match="rise"):
        SeedOptions(layers=[(0, 2, 1)])
