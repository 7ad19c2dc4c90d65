"""Circles by hand, and pT = 0.3 B R."""

import numpy as np
import pytest

from hepml.samples.helix import UNREACHED, advanced, arc_to_radius, curvature_per_cm

RNG = np.random.default_rng(1)
STARTS = np.column_stack([RNG.uniform(-2, 2, (200, 2)), RNG.uniform(-4, 4, 200), RNG.uniform(-0.2, 0.2, 200)])


@pytest.mark.parametrize("start", STARTS[:50])
def test_steps_are_those_of_small_ones(start):
    # The equations of motion, dx/ds = cos φ, dy/ds = sin φ, dφ/ds = κ, summed in the middle of 20 000 steps.
    x, y, phi, curvature = start
    along = (np.arange(20_000) + 0.5) * (7.0 / 20_000)
    expected = x + np.cos(phi + curvature * along).mean() * 7, y + np.sin(phi + curvature * along).mean() * 7
    np.testing.assert_allclose(advanced(x, y, phi, curvature, 7.0), (*expected, phi + 7 * curvature), atol=1e-6)


def test_the_arc_ends_on_the_circle_and_outward():
    reached = 0
    for x, y, phi, curvature in STARTS:
        arc = arc_to_radius(x, y, phi, curvature, 6.0)
        if arc == UNREACHED:
            assert 2 / abs(curvature) < 6 + np.hypot(x, y)  # only a circle of a smaller size stays inside
            continue
        end_x, end_y, end_phi = advanced(x, y, phi, curvature, arc)
        reached += 1
        assert np.hypot(end_x, end_y) == pytest.approx(6, abs=1e-9)
        assert end_x * np.cos(end_phi) + end_y * np.sin(end_phi) > 0
        before = [np.hypot(*advanced(x, y, phi, curvature, s)[:2]) for s in np.linspace(0, arc, 30)[:-1]]
        assert max(before) < 6  # the first crossing
    assert reached > 150


def test_a_particle_that_turns_back_first():
    # From (1, 0) inwards on a circle of radius 2 around (1, 2): by hand, x² + y² = 9 at y = 3/2 + x/2 → x = 2.2, 2.6.
    arc = arc_to_radius(1.0, 0.0, np.pi, -0.5, 3.0)
    x, y, _ = advanced(1.0, 0.0, np.pi, -0.5, arc)
    circle = np.hypot(x - 1, y - 2)
    assert circle == pytest.approx(2)
    assert np.hypot(x, y) == pytest.approx(3)
    assert arc < 2 * np.pi * 2


def test_no_crossing_from_outside_or_of_a_small_circle():
    assert arc_to_radius(4.0, 0.0, 0.0, 0.0, 3.0) == UNREACHED
    assert arc_to_radius(0.0, 0.0, 0.0, 1.0, 2.1) == UNREACHED
    assert arc_to_radius(0.0, 0.0, 0.0, 1.0, 1.9) > 0


@pytest.mark.parametrize(("pt_gev", "field_t"), [(0.5, 2.0), (3.0, 3.8), (100.0, 1.0)])
def test_momentum_from_curvature(pt_gev, field_t):
    # Three points of the orbit give its radius R in m: pT = 0.3 B R; a positive particle turns to the right.
    curvature = curvature_per_cm(1 / pt_gev, field_t)
    points = np.array([advanced(1.0, 2.0, 0.7, curvature, s)[:2] for s in (0.0, 20.0, 40.0)])
    chord = np.linalg.norm(points[2] - points[0])
    sagitta = np.linalg.norm(points[1] - (points[0] + points[2]) / 2)
    radius_m = (chord**2 / (8 * sagitta) + sagitta / 2) / 100
    assert 0.3 * field_t * radius_m == pytest.approx(pt_gev, rel=1e-3)  # 0.29979
    (ax, ay), (bx, by) = points[1] - points[0], points[2] - points[0]
    assert ax * by - ay * bx < 0
