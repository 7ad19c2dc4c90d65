"""Steps of a helix: places, the Jacobian against differences, the covariance of scattering against flights."""

import numpy as np
import pytest

from hepml.samples.barrel_flight import kicked
from hepml.samples.multiple_scattering import highland_angle
from hepml.tracking.helix_step import scattering_covariance, step_to_radius

STATES = [
    [0.3, 2.0, 0.5, 0.8, 0.7],
    [-2.0, -7.0, -2.4, -1.5, -1.9],
    [3.1, 0.0, 3.3, 0.1, 1e-5],  # the series of a nearly straight flight
    [1.0, 1.0, 0.2, 0.0, 0.0],
]


def step(state, start_cm, end_cm):
    after, jacobian = np.empty(5), np.empty((5, 5))
    step_to_radius(np.array(state), start_cm, end_cm, 2.0, after, jacobian)
    return after, jacobian


def scattering(state, thickness_x0):
    covariance = np.empty((5, 5))
    scattering_covariance(state, thickness_x0, covariance)
    return covariance


@pytest.mark.parametrize("state", STATES)
def test_jacobian_is_the_change_of_the_state(state):
    state = np.array(state)
    _, jacobian = step(state, 10.0, 25.0)
    for k, size in enumerate([1e-5, 1e-4, 1e-5, 1e-5, 1e-4]):
        change = np.zeros(5)
        change[k] = size
        up, down = (step(state + sign * change, 10.0, 25.0)[0] for sign in (1, -1))
        np.testing.assert_allclose(jacobian[:, k], (up - down) / (2 * size), rtol=1e-5, atol=1e-6)


def test_a_straight_step_by_hand():
    state, _ = step([0.0, 1.0, 0.0, 2.0, 0.0], 3.0, 5.0)
    np.testing.assert_allclose(state, [0, 5, 0, 2, 0], atol=1e-12)


def test_what_curls_up_gets_nowhere():
    state, jacobian = step([0.0, 1.0, 0.0, 2.0, 30.0], 3.0, 50.0)
    assert np.isnan(state).all()
    assert np.isnan(jacobian).all()


def test_scattering_covariance_is_that_of_scattered_flights():
    state, n = np.array([0.2, 0.0, 0.3, 1.2, -0.8]), 40_000
    expected = scattering(state, 0.02)
    momentum = np.hypot(1, 1.2) / 0.8
    crossed = 0.02 * np.hypot(1, 1.2) / np.cos(0.1)
    kicks = highland_angle(momentum, crossed) * np.random.default_rng(1).standard_normal((n, 2))
    after = np.array([kicked(*state[2:], kick) for kick in kicks])
    scale = np.sqrt(np.diag(expected)[2:])
    correlation = expected[2:, 2:] / np.outer(scale, scale)
    np.testing.assert_allclose(np.cov((after / scale).T), correlation, atol=4 * np.sqrt(2 / n))
    assert not expected[:2].any()


def test_no_material_scatters_nothing():
    assert not scattering(np.array([0.2, 0.0, 0.3, 1.2, -0.8]), 0.0).any()
