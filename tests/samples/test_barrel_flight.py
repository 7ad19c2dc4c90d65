"""Particles through the layers: circles, ends, and scattering of Highland's width."""

import numpy as np
import pytest

from hepml.samples.barrel_flight import (
    CHARGE_OVER_PT,
    PHI,
    POSITION_PHI,
    TAN_LAMBDA,
    Particles,
    Z,
    build_barrel,
    draw_particles,
    fly,
)
from hepml.samples.multiple_scattering import crossed_x0, highland_angle
from hepml.samples.track_options import TrackSampleOptions


def barrel(**changes):
    return build_barrel(TrackSampleOptions(detector="barrel", **changes))


def same(n, *, pt=1.0, eta=0.0, charge=1.0):
    columns = [np.full(n, value) for value in (pt, eta, 0.5, charge, 0.0, 2.0)]
    return Particles(*columns)


def test_radii_and_units():
    made = barrel()
    np.testing.assert_allclose(made.radii_cm, 3 + 97 / 9 * np.arange(10))
    assert (made.rphi_cm, made.z_cm) == (0.005, 0.02)


@pytest.mark.parametrize("charge", [-1.0, 1.0])
def test_without_material_a_particle_is_on_its_helix(charge):
    made = barrel(thickness_x0=0.0)
    states = fly(made, same(1, pt=0.8, eta=0.7, charge=charge), np.random.default_rng(1))[0]
    # From the axis a circle of radius R is at r = 2 R sin(Δφ) after turning by 2 Δφ, seen under φ0 ∓ Δφ.
    radius = 80 / (0.299792458 * 2)
    half = np.arcsin(made.radii_cm / (2 * radius))
    np.testing.assert_allclose(states[:, POSITION_PHI], 0.5 - charge * half, rtol=1e-9)
    np.testing.assert_allclose(states[:, PHI], 0.5 - charge * 2 * half, rtol=1e-9)
    np.testing.assert_allclose(states[:, Z], 2 + np.sinh(0.7) * 2 * radius * half, rtol=1e-9)


def test_curling_particles_and_those_that_leave_by_the_ends_end():
    made = barrel(thickness_x0=0.0)
    curling = fly(made, same(1, pt=0.2), np.random.default_rng(1))[0]  # 2 R = 67 cm
    assert np.isnan(curling[:, Z]).tolist() == (made.radii_cm > 66.7).tolist()
    steep = fly(made, same(1, pt=100.0, eta=2.0), np.random.default_rng(1))[0]  # |z| < 250: r < 68 cm
    assert np.isnan(steep[:, Z]).tolist() == (made.radii_cm > 248 / np.sinh(2.0)).tolist()


def test_angles_behind_a_layer_have_the_width_of_highland():
    made = barrel(layers=3)
    n = 20_000
    states = fly(made, same(n, pt=2.0, eta=1.0), np.random.default_rng(3))
    first, second = states[:, 0], states[:, 1]
    np.testing.assert_allclose(first, first[:1] * np.ones((n, 1)), rtol=1e-12)  # there is nothing before it
    momentum = 2.0 * np.cosh(1.0)
    crossed = crossed_x0(0.02, first[0, POSITION_PHI], first[0, PHI], first[0, TAN_LAMBDA])
    assert crossed == pytest.approx(0.02 * np.cosh(1.0), rel=1e-4)
    width = highland_angle(momentum, crossed)
    to_z = np.arctan(second[:, TAN_LAMBDA]) - np.arctan(np.sinh(1.0))
    assert to_z.std() == pytest.approx(width, rel=4 / np.sqrt(2 * n))
    assert abs(to_z.mean()) < 4 * width / np.sqrt(n)
    # Across z the flight turns further about the axis: the angle over cos λ; what bends on the way is the same but
    # for the change of pT, far less.
    assert second[:, PHI].std() == pytest.approx(width * np.cosh(1.0), rel=0.03)
    np.testing.assert_allclose(
        np.sqrt(1 + second[:, TAN_LAMBDA] ** 2) / second[:, CHARGE_OVER_PT], momentum, rtol=1e-12
    )


def test_particles_fill_their_ranges():
    made = draw_particles(20_000, TrackSampleOptions(detector="barrel"), np.random.default_rng(1))
    assert 0.5 <= made.pt.min() < 0.51
    assert 19.9 < made.pt.max() < 20
    assert np.median(made.pt) == pytest.approx(np.sqrt(10), rel=0.04)  # flat in log pT
    assert made.eta.std() == pytest.approx(3 / np.sqrt(12), rel=0.03)
    assert set(made.charge) == {-1.0, 1.0}
    assert abs(made.charge.mean()) < 4 / np.sqrt(20_000)
    assert made.d0_cm.std() == pytest.approx(0.01, rel=0.03)
    assert made.z0_cm.std() == pytest.approx(5, rel=0.03)
