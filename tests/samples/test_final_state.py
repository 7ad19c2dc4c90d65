"""Particles of interactions: charge, energy, multiplicities, decays of τ and π⁰."""

import numpy as np
import pytest

from hepml.samples.final_state import make_final_states
from hepml.samples.neutrino_kinematics import NUCLEON_GEV, draw_interactions
from hepml.samples.tau_decay import MUON_GEV, TAU_GEV, decay_tau

CHARGE = {2212: 1, 2112: 0, 211: 1, -211: -1, 111: 0, 22: 0, 13: -1, -13: 1, 14: 0, -14: 0, 15: -1, -15: 1}


def states_of(lepton_pdg, *, charged=True, anti=False, low=0.5, mass=MUON_GEV, n=1500):
    rng = np.random.default_rng(2)
    flags = np.full(n, anti)
    drawn = draw_interactions(rng.uniform(low, 10, size=n), lepton_mass=mass, anti=flags, rng=rng)
    made = make_final_states(drawn, lepton_pdg=np.full(n, lepton_pdg), charged=charged, anti=flags, n_events=n, rng=rng)
    return drawn, made, np.repeat(np.arange(n), made.count)


CASES = [
    (13, {}),
    (-13, {"anti": True}),
    (14, {"charged": False, "mass": 0.0}),
    (15, {"low": 3.5, "mass": TAU_GEV}),
]


@pytest.mark.parametrize(("lepton_pdg", "how"), CASES)
def test_energy_momentum_and_charge_are_kept(lepton_pdg, how):
    drawn, made, event = states_of(lepton_pdg, **how)
    first_hand = made.mother < 0
    p4 = np.stack([np.bincount(event[first_hand], made.p4[first_hand, k]) for k in range(4)], axis=1)
    np.testing.assert_allclose(p4[:, :2], 0, atol=1e-9)
    np.testing.assert_allclose(p4[:, 2], drawn.energy, atol=1e-9)
    np.testing.assert_allclose(p4[:, 3], drawn.energy + NUCLEON_GEV, atol=2e-3)  # p and n differ by 1.3 MeV
    charge = np.array([CHARGE[pdg] for pdg in made.pdg[first_hand]])
    assert set(np.bincount(event[first_hand], charge).astype(int)) <= {0, 1}  # of the struck nucleon
    nucleons = np.isin(made.pdg[first_hand], [2212, 2112])
    assert set(np.bincount(event[first_hand], nucleons)) == {1.0}


def test_quasi_elastic_scattering_turns_neutrons_into_protons():
    drawn, made, event = states_of(13)
    of_mode = drawn.mode[event]
    assert set(made.pdg[of_mode == 0]) == {13, 2212}
    resonant = made.pdg[(of_mode == 1) & (made.mother < 0)]
    # Δ⁺⁺ : Δ⁺ = 3 : 1, Δ⁺ → p π⁰ in two of three: 1/6 of all.
    share = np.sum(resonant == 111) / np.sum(drawn.mode == 1)
    assert share == pytest.approx(1 / 6, abs=4 * np.sqrt(5 / 36 / np.sum(drawn.mode == 1)))


def test_multiplicity_of_charged_hadrons_grows_with_ln_w2():
    # arXiv:0904.4043: ⟨n_ch⟩ = 0.40 + 1.42 ln W² on protons, −0.20 + 1.42 ln W² on neutrons: 0.0 on our mixture.
    drawn, made, event = states_of(13, n=6000)
    charged = np.bincount(event, np.isin(made.pdg, [2212, 211, -211]) & (made.mother < 0))
    for low, high in ((2.0, 2.5), (2.5, 3.2)):
        chosen = (drawn.mode == 2) & (drawn.w > low) & (drawn.w < high)
        expected = np.mean(1.42 * np.log(drawn.w[chosen] ** 2))
        assert charged[chosen].mean() == pytest.approx(expected, rel=0.2)


def test_photons_of_a_pi_zero_have_its_mass():
    _, made, event = states_of(13)
    photons = np.flatnonzero(made.pdg == 22)
    one, two = photons[::2], photons[1::2]
    assert np.array_equal(made.mother[one], made.mother[two])
    assert np.array_equal(event[one], event[two])
    p4 = made.p4[one] + made.p4[two]
    mass = np.sqrt(p4[:, 3] ** 2 - (p4[:, :3] ** 2).sum(axis=1))
    np.testing.assert_allclose(mass, 0.1349768, atol=1e-6)


def test_tau_decays_with_its_branching_ratios_and_the_michel_spectrum():
    rng = np.random.default_rng(1)
    pdg, p4 = np.zeros(8, np.int64), np.zeros((8, 4))
    tau = np.array([0.0, 0.0, 0.0, TAU_GEV])
    n, x, leptons = 6000, [], {11: 0, 13: 0}
    for _ in range(n):
        made = decay_tau(tau, 1, pdg, p4, rng)
        np.testing.assert_allclose(p4[:made].sum(axis=0), tau, atol=1e-9)
        kinds = [int(code) for code in pdg[:made]]
        assert kinds.count(16) == 1
        assert sum({11: -1, 13: -1, 211: 1, -211: -1}.get(code, 0) for code in kinds) == -1
        if kinds[0] in leptons:
            leptons[kinds[0]] += 1
            x.append(2 * p4[0, 3] / TAU_GEV)
    assert leptons[11] / n == pytest.approx(0.178, abs=0.02)
    assert leptons[13] / n == pytest.approx(0.174, abs=0.02)
    assert np.mean(x) == pytest.approx(0.7, abs=0.015)  # of 2x²(3 − 2x)
