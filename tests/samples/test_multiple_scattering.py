"""Highland's formula."""

import numpy as np
import pytest

from hepml.samples.multiple_scattering import crossed_x0, highland_angle


def test_highland_by_hand():
    # 10 GeV pion (β = 0.9999026) in 2% of X0: 1.36 mrad · √0.02 · (1 + 0.038 ln 0.02) / β.
    expected = 1.36e-3 * 0.141421 * (1 - 0.038 * 3.912023) / 0.9999026
    assert highland_angle(10.0, 0.02) == pytest.approx(expected, rel=1e-4)


def test_slow_and_heavy_particles_scatter_more():
    assert highland_angle(0.5, 0.02) > 20 * highland_angle(10.0, 0.02)
    assert highland_angle(0.5, 0.02, 0.938) > 2 * highland_angle(0.5, 0.02)


def test_no_material_no_angle():
    assert highland_angle(1.0, 0.0) == 0
    assert highland_angle(1.0, 1e-13) == 0  # where the formula would be below


def test_inclined_flights_cross_more():
    assert crossed_x0(0.01, 0.3, 0.3, 0.0) == pytest.approx(0.01)
    assert crossed_x0(0.01, 0.3, 0.3, np.sinh(1.0)) == pytest.approx(0.01 * np.cosh(1.0))
