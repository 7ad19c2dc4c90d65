"""Cosmic muons: downwards, into the box, as many from each side as the sky sends."""

import numpy as np
import pytest

from hepml.samples.cosmic_muons import draw_cosmic_muons
from hepml.samples.neutrino_detector import build_detector
from hepml.samples.neutrino_options import NeutrinoSampleOptions
from hepml.samples.tau_decay import MUON_GEV

N = 20_000


@pytest.fixture(scope="module")
def box():
    return build_detector(NeutrinoSampleOptions()).volume


@pytest.fixture(scope="module")
def muons(box):
    return draw_cosmic_muons(N, energy_gev=(0.5, 10.0), volume=box, rng=np.random.default_rng(1))


def test_muons_go_down_and_into_the_box(box, muons):
    size = np.array([box.x_half_cm, box.y_half_cm, box.z_cm / 2])
    entry = (muons.entry_cm - [0, 0, box.z_cm / 2]) / size
    assert np.all(np.abs(entry) < 1)
    np.testing.assert_allclose(np.abs(entry).max(axis=1), 1, atol=1e-5)
    assert np.all(muons.p4[:, 1] < 0)
    face = np.abs(entry).argmax(axis=1)
    rows = np.arange(N)
    assert np.all(entry[rows, face] * muons.p4[rows, face] < 0)


def test_flux_through_the_roof_and_the_sides(box, muons):
    # Roof: ∫cos²θ cosθ dΩ = π/2 per area; a vertical wall: ∫cos²θ sinθ |cosφ| dΩ over half of φ = 2 · π/16 · … = π/8.
    on_roof = muons.entry_cm[:, 1] > box.y_half_cm * (1 - 1e-5)
    roof = 2 * box.x_half_cm * box.z_cm
    walls = 2 * 2 * box.y_half_cm * (box.z_cm + 2 * box.x_half_cm)
    expected = roof * np.pi / 2 / (roof * np.pi / 2 + walls * np.pi / 8)
    assert on_roof.mean() == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / N))
    cos = -muons.p4[on_roof, 1] / np.linalg.norm(muons.p4[on_roof, :3], axis=1)
    assert cos.mean() == pytest.approx(0.8, abs=0.01)  # of cos³θ per cos θ


def test_spectrum_falls(muons):
    energy = muons.p4[:, 3]
    np.testing.assert_allclose(energy**2 - (muons.p4[:, :3] ** 2).sum(axis=1), MUON_GEV**2, atol=1e-9)
    assert 0.5 <= energy.min() < energy.max() < 10
    # ∫(E + 3.64)^−2.7 from 0.5 to 2 over that to 10 GeV.
    low, middle, high = ((e + 3.64) ** -1.7 for e in (0.5, 2.0, 10.0))
    assert np.mean(energy < 2) == pytest.approx((low - middle) / (low - high), abs=0.015)
