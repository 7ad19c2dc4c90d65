"""A propagator on the hits of true particles."""

import numpy as np
import pytest
from barrel_sample import barrel_sample

from hepml.tracking import HelixFilter, true_steps
from hepml.tracking.particle_hits import hits_of_particles


def test_every_later_hit_of_particles_with_seed_hits_is_predicted():
    events, barrel = barrel_sample(20, particles=20, efficiency=0.9)
    hits = hits_of_particles(events, n_layers=10)
    assert (hits >= 0).sum(axis=1).tolist() == events.n_hits_of_particle.tolist()
    steps = true_steps(events, barrel, HelixFilter(barrel))
    seeded = (hits[:, :3] >= 0).all(axis=1)
    assert len(steps.layer) == (hits[seeded, 3:] >= 0).sum()
    assert steps.pull.std(axis=0) == pytest.approx([1, 1], abs=0.08)
    np.testing.assert_allclose(steps.chi2.mean(), 2, rtol=0.1)
