"""The tracker of a recipe, and events from columns."""

import awkward as ak
import numpy as np
import pytest

from hepml.contracts import BarrelEvents
from hepml.errors import ShapeError
from hepml.samples.barrel_flight import build_barrel
from hepml.samples.track_options import TrackSampleOptions
from hepml.tracking import BarrelOptions, barrel_events


def test_the_default_is_the_tracker_of_the_sample():
    for one, other in zip(BarrelOptions().barrel, build_barrel(TrackSampleOptions(detector="barrel")), strict=True):
        np.testing.assert_allclose(one, other)


@pytest.mark.parametrize("wrong", [{"radii_cm": [1, 2, 3]}, {"radii_cm": [1, 3, 2, 4]}, {"resolution_um": [0, 1]}])
def test_trackers_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match=r"radii_cm are four or more|resolutions are above 0"):
        BarrelOptions.model_validate(wrong)


def test_events_without_hits_or_particles():
    names = ("hit_layer", "hit_phi", "hit_z_cm", "hit_particle", "particle_pt", "particle_eta")
    lists = {name: [[], [1], []] for name in names}
    events = barrel_events(ak.Array(lists | {"hit_particle": [[], [0], []]}))
    assert events.n_events == 3
    assert events.event_of_hit.tolist() == [1]
    assert events.event_of_particle.tolist() == [1]
    assert events.particle.tolist() == [0]
    assert events.n_hits_of_particle.tolist() == [1]


def test_columns_of_different_lengths_are_refused():
    one, two = np.ones(1), np.ones(2)
    with pytest.raises(ShapeError, match=r"lengths \[1, 2\]"):
        BarrelEvents(np.array([0, 1]), np.array([0, 1]), one, two, one, one, one, one)
