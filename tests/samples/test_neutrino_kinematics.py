"""Interactions: conservation, limits, and how the kinds change with energy."""

import numpy as np
import pytest

from hepml.samples.neutrino_kinematics import NUCLEON_GEV, cross_sections, draw_interactions, q2_limits
from hepml.samples.tau_decay import MUON_GEV, TAU_GEV


def interactions(low, high, mass=MUON_GEV, *, anti=False, n=4000, seed=1):
    rng = np.random.default_rng(seed)
    energy = rng.uniform(low, high, size=n)
    return draw_interactions(energy, lepton_mass=mass, anti=np.full(n, anti), rng=rng)


@pytest.mark.parametrize(("low", "high", "mass"), [(0.5, 10, MUON_GEV), (3.5, 10, TAU_GEV), (0.5, 10, 0.0)])
def test_lepton_has_its_mass_and_gives_q2_w_and_y(low, high, mass):
    found = interactions(low, high, mass)
    px, py, pz, energy = found.lepton.T
    np.testing.assert_allclose(energy**2 - px**2 - py**2 - pz**2, mass**2, atol=1e-9)
    nu = found.energy - energy
    q2 = px**2 + py**2 + (found.energy - pz) ** 2 - nu**2
    np.testing.assert_allclose(q2, found.q2, atol=1e-9)
    np.testing.assert_allclose(np.sqrt(NUCLEON_GEV**2 + 2 * NUCLEON_GEV * nu - q2), found.w, atol=1e-6)
    np.testing.assert_allclose(found.y, nu / found.energy, atol=1e-12)
    assert np.all((found.y >= 0) & (found.y < 1))


def test_shares_go_from_quasi_elastic_to_deep_inelastic():
    shares = [np.bincount(interactions(e, e + 0.1).mode, minlength=3) / 4000 for e in (0.5, 1.5, 4.0, 9.9)]
    quasi_elastic, _, deep = np.transpose(shares)
    assert quasi_elastic[0] > 0.8
    assert deep[0] == 0
    assert np.all(np.diff(quasi_elastic) < 0)
    assert np.all(np.diff(deep) > 0)
    assert deep[-1] > 0.7
    resonant = [share[1] for share in shares]
    assert np.argmax(resonant) == 1


def test_cross_sections_have_the_measured_size():
    # arXiv:1305.7513: σ/E of CC on a nucleon tends to 0.68e-38 cm²/GeV; below 1 GeV quasi-elastic dominates.
    total = cross_sections(np.array([1.0, 10.0, 100.0]), lepton_mass=MUON_GEV).sum(axis=1) / [1, 10, 100]
    assert total[2] == pytest.approx(0.68, rel=0.03)
    assert np.all((total > 0.6) & (total < 1.1))


def test_a_heavy_lepton_lowers_every_cross_section():
    energy = np.linspace(3.5, 20, 20)
    heavy, light = (cross_sections(energy, lepton_mass=mass).sum(axis=1) for mass in (TAU_GEV, MUON_GEV))
    assert np.all(np.diff(heavy / light) > 0)
    assert (heavy / light)[np.searchsorted(energy, 10)] == pytest.approx(0.45, abs=0.1)


def test_inelasticity_of_neutrinos_and_antineutrinos():
    # ∫y (q + q̄(1−y)²) / ∫: 0.48 for a share of antiquarks of 0.17, and 0.34 the other way round, before cuts on W.
    y = {}
    for anti in (False, True):
        found = interactions(80, 100, anti=anti, n=8000)
        y[anti] = found.y[found.mode == 2].mean()
    assert y[False] == pytest.approx(0.49, abs=0.02)
    assert y[True] == pytest.approx(0.36, abs=0.03)


def test_q2_limits_of_quasi_elastic_scattering():
    # For a massless lepton 0 ≤ Q² ≤ 4E²/(1 + 2E/M).
    least, largest = q2_limits(np.array([1.0]), np.array([NUCLEON_GEV]), 0.0)
    assert least[0] == pytest.approx(0, abs=1e-12)
    assert largest[0] == pytest.approx(4 / (1 + 2 / NUCLEON_GEV))
