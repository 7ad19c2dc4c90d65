"""Impact parameters of helices that start where they are known."""

import numpy as np
import pytest

from hepml.samples.helix import advanced, curvature_per_cm
from hepml.samples.impact_parameters import perigee, resolution_mm, smearing

FIELD_T = 2.0


@pytest.mark.parametrize("charge", [1, -1])
@pytest.mark.parametrize("arc_mm", [-3.0, 0.0, 20.0, 80.0])
def test_the_closest_approach_is_found_from_any_point_of_the_helix(charge, arc_mm):
    d0, z0, phi, pt, slope = 0.7, -1.3, 2.9, 0.6, 0.8
    curvature = curvature_per_cm(charge / pt, FIELD_T) / 10
    x, y, later = advanced(-d0 * np.sin(phi), d0 * np.cos(phi), phi, curvature, arc_mm)
    place = np.array([[x], [y], [z0 + slope * arc_mm]])
    momentum = pt * np.array([[np.cos(later)], [np.sin(later)], [slope]])
    found = perigee(place, momentum, np.array([float(charge)]), field_t=FIELD_T)
    np.testing.assert_allclose([found.d0[0], found.z0[0], found.phi[0]], [d0, z0, phi], atol=1e-9)


def test_stiff_tracks_lose_no_digits():
    place, momentum = np.array([[0.0], [1e-3], [0.0]]), np.array([[5000.0], [0.0], [0.0]])
    assert perigee(place, momentum, np.ones(1), field_t=FIELD_T).d0[0] == pytest.approx(1e-3, rel=1e-9)


def test_multiple_scattering_rules_slow_and_forward_tracks():
    pt, sin_theta = np.array([1.0, 1000.0, 1.0]), np.array([1.0, 1.0, 0.25])
    np.testing.assert_allclose(
        resolution_mm((5.0, 12.0), pt, sin_theta), [0.013, 0.005, np.hypot(5, 24) / 1000], rtol=1e-5
    )


def test_smearing_has_the_width_that_it_says_and_tails():
    error, rng = np.full(40_000, 0.1), np.random.default_rng(1)
    assert np.std(smearing(error, rng, tail_fraction=0.0, tail_scale=4.0)) == pytest.approx(0.1, rel=0.02)
    wide = smearing(error, rng, tail_fraction=0.1, tail_scale=4.0)
    assert np.var(wide) == pytest.approx(0.01 * (0.9 + 0.1 * 16), rel=0.1)
