"""GFLASH's formulas and what is drawn from them, against the closure table and SciPy."""

import math

import numpy as np
import pytest
from gflash_closure import EXPECTED, NAMES, measure
from scipy.special import gammainc

from hepml.samples.shower_medium import medium_of
from hepml.samples.shower_profile import draw_shape, shape_widths, share_before, spot_shape
from hepml.samples.shower_radius import draw_offset, radial_shape, share_within

ROUNDING = 6e-4


@pytest.mark.parametrize("energy", EXPECTED)
def test_showers_close_on_the_formulas(energy):
    measured, error = measure(energy, n_showers=2, n_draws=20_000)
    for name in NAMES:
        found, known, sigma = (getattr(each, name) for each in (measured, EXPECTED[energy], error))
        tolerance = 4 * sigma + (3e-3 if name == "mean_depth_x0" else ROUNDING)  # 10.67 has fewer digits
        assert found == pytest.approx(known, abs=tolerance), name


def test_the_incomplete_gamma_function_is_scipys():
    for alpha in (1.01, 2.5, 5.4, 9.0):
        for x in (1e-6, 0.3, alpha, alpha + 1, 12.0, 80.0):
            depth = x * 6.0 / (alpha - 1)
            assert share_before(depth, 6.0, alpha) == pytest.approx(gammainc(alpha, x), rel=1e-10, abs=1e-14)


def test_depth_and_length_fluctuate_together():
    rng, log_y = np.random.default_rng(3), math.log(10 / 0.00736)
    drawn = np.log([draw_shape(log_y, 82.0, rng) for _ in range(20_000)])
    wanted = shape_widths(log_y)[2]
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(wanted, abs=4 * (1 - wanted**2) / math.sqrt(20_000))
    # Far below the energies of the parametrisation α would often be below 1, where a profile has no maximum.
    assert min(draw_shape(2.5, 82.0, rng)[1] for _ in range(2000)) > 1


def test_spots_of_a_profile_without_a_maximum_follow_the_energy():
    assert spot_shape(4.0, 1.05, 82.0) == (4.0, 1.05)
    t, alpha = spot_shape(4.0, 3.0, 82.0)
    assert (round(t, 3), round(alpha, 3)) == (round(4 * 0.87184, 3), round(3 * 0.91288, 3))


def test_places_around_the_axis_follow_the_profile_in_all_directions():
    rng, shape = np.random.default_rng(2), (0.6, 0.1, 0.7)
    x, y = np.array([draw_offset(*shape, rng) for _ in range(20_000)]).T
    radius = np.hypot(x, y)
    for limit in (0.05, 0.1, 0.3, 1.0, 5.0):
        share = share_within(limit, *shape)
        assert (radius < limit).mean() == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / 20_000))
    octants = np.histogram(np.arctan2(y, x), 8, (-np.pi, np.pi))[0]
    assert ((octants - 2500) ** 2 / 2500).sum() < 30  # χ² of 7 degrees of freedom
    inner = radius < np.median(radius)
    assert abs((x[inner] / radius[inner]).mean()) < 4 * math.sqrt(0.5 / inner.sum())


@pytest.mark.parametrize("tau", [0.0, 0.5, 3.0, 60.0])
def test_the_radial_shape_stays_in_its_limits(tau):
    weight, core, tail = radial_shape(tau, 0.1, 82.0)
    assert 0 <= weight <= 1
    assert core > 0
    assert 0 < tail < np.inf


def test_media():
    assert 1000 * medium_of("lead").critical_gev == pytest.approx(7.36, abs=0.01)
    assert 1000 * medium_of("tungsten").critical_gev == pytest.approx(8.00, abs=0.01)
    # 2 mm of lead and 4 mm of argon: 0.2/0.561 + 0.4/14.0 radiation lengths in 6 mm.
    assert 0.6 / medium_of("lead_argon").x0_cm == pytest.approx(0.2 / 0.5612 + 0.4 / 14.004, abs=2e-4)
