"""Clustering of particles placed by hand."""

import awkward as ak
import numpy as np
import pytest

from hepml.samples.jet_clustering import jets_of, leading_constituents, trim


def massless(pt, eta, phi):
    pt, eta, phi = np.array(pt), np.array(eta), np.array(phi)
    columns = {"px": pt * np.cos(phi), "py": pt * np.sin(phi), "pz": pt * np.sinh(eta), "E": pt * np.cosh(eta)}
    return ak.zip(columns | {"pdgid": np.arange(len(pt))})


def events(*particles):
    return ak.unflatten(ak.concatenate(particles), [len(p) for p in particles])


TWO_JETS = massless([60.0, 50.0, 80.0], [0.0, 0.3, 0.0], [0.0, 0.0, 3.0])


def test_leading_jet_is_that_of_highest_pt_not_the_one_of_the_hardest_particle():
    constituents, event = leading_constituents(events(TWO_JETS), radius=1.0, pt_min_gev=10.0)
    assert event.tolist() == [0]
    assert sorted(constituents.pdgid[0].tolist()) == [0, 1]


def test_events_without_particles_or_without_a_hard_jet_have_none():
    nothing, soft = TWO_JETS[:0], massless([5.0], [0.0], [0.0])
    constituents, event = leading_constituents(events(nothing, TWO_JETS, soft, TWO_JETS), radius=1.0, pt_min_gev=10.0)
    assert event.tolist() == [1, 3]
    assert ak.num(constituents).tolist() == [2, 2]


def test_no_event_with_a_jet():
    constituents, event = leading_constituents(events(TWO_JETS), radius=1.0, pt_min_gev=1000.0)
    trimmed = trim(constituents, radius=0.3, fraction=0.05)
    assert len(event) == len(trimmed) == len(jets_of(trimmed).pt) == 0


def test_jet_is_the_sum_of_its_constituents():
    # Massless, 90° apart in φ, η = 0: p = (3, 4, 0), E = 7, m² = 49 − 25.
    jets = jets_of(events(massless([3.0, 4.0], [0.0, 0.0], [0.0, np.pi / 2])))
    assert jets.pt[0] == pytest.approx(5.0)
    assert jets.mass[0] == pytest.approx(np.sqrt(24.0))
    assert jets.eta[0] == pytest.approx(0.0)
    assert jets.phi[0] == pytest.approx(np.arctan2(4.0, 3.0))
    assert jets.constituents.pdgid[0].tolist() == [1, 0]


def test_jet_across_the_phi_boundary_stays_whole():
    constituents, _ = leading_constituents(
        events(massless([50.0, 50.0], [0.0, 0.0], [3.1, -3.1])), radius=1.0, pt_min_gev=10.0
    )
    jets = jets_of(constituents)
    assert abs(jets.phi[0]) == pytest.approx(np.pi)
    assert jets.mass[0] == pytest.approx(100 * np.sin(np.pi - 3.1), rel=1e-4)


def test_trimming_drops_soft_subjets_only():
    # Jet pT 206; the threshold is 10.3: the 6 GeV subjet goes, and the 1 GeV particle beside a hard one stays.
    jet = massless([100.0, 99.0, 6.0, 1.0], [0.0, 0.6, 0.0, 0.1], [0.0, 0.0, 0.7, 0.0])
    kept = trim(events(jet, jet[:2]), radius=0.3, fraction=0.05)
    assert [sorted(ids) for ids in kept.pdgid.tolist()] == [[0, 1, 3], [0, 1]]


def test_trimming_that_leaves_nothing_gives_a_jet_of_zero_pt():
    halves = massless([50.0, 50.0], [0.0, 0.8], [0.0, 0.0])
    jets = jets_of(trim(events(halves), radius=0.3, fraction=0.9))
    assert jets.pt.tolist() == jets.mass.tolist() == jets.eta.tolist() == [0.0]
