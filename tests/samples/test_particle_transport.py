"""Tracks, showers and hadrons in large detectors: lengths, depths, responses."""

import numpy as np
import pytest
from particle_beams import large_detector, shoot

from hepml.samples.cell_deposits import World, empty_cells
from hepml.samples.charged_tracks import STOPPED, fluctuated_loss, follow_track
from hepml.samples.electromagnetic_showers import follow_photon
from hepml.samples.neutrino_readout import read_out
from hepml.samples.particle_stack import KINETIC, Z, empty_stack
from hepml.samples.stopping_power import LIQUID_ARGON, MUON_MEV, csda_range_cm, mean_loss

GEOMETRIES = ["scintillator", "liquid_argon"]


@pytest.fixture(scope="module")
def detectors():
    return {geometry: large_detector(geometry) for geometry in GEOMETRIES}


def world_of(detector):
    return World(detector.volume, detector.medium, empty_cells(detector.volume))


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_mean_loss_is_kept_and_layers_show_the_most_probable_one(detectors, geometry):
    medium = detectors[geometry].medium
    material, kinetic, thickness = medium.material, 1000.0, 1.0
    rng = np.random.default_rng(1)
    mean = mean_loss(material, kinetic, MUON_MEV)
    losses = np.array([fluctuated_loss(medium, kinetic, MUON_MEV, thickness, mean, rng) for _ in range(40_000)])
    assert losses.mean() == pytest.approx(mean * thickness, rel=0.02)
    # Landau–Vavilov: Δ = ξ [ln(2m β²γ²/I) + ln(ξ/I) + 0.2 − β² − δ].
    bg2 = (kinetic / MUON_MEV) ** 2 + 2 * kinetic / MUON_MEV
    beta2, x = bg2 / (1 + bg2), np.log10(np.sqrt(bg2))
    delta = 2 * np.log(10) * x - material.delta_c + material.delta_a * (material.delta_x1 - x) ** material.delta_k
    xi = 0.5 * 0.307075 * material.z_over_a * material.density * thickness / beta2
    inside = np.log(2 * 0.511 * bg2 / material.excitation_mev) + np.log(xi / material.excitation_mev)
    counts, edges = np.histogram(losses, bins=60, range=(0.6 * mean, 1.2 * mean))
    middle = 0.5 * (edges[1:] + edges[:-1])
    top = np.abs(middle - middle[np.argmax(counts)]) < 0.12 * mean
    curve = np.polyfit(middle[top], np.log(counts[top]), 2)
    assert -0.5 * curve[1] / curve[0] == pytest.approx(xi * (inside + 0.2 - beta2 - delta), rel=0.04)
    assert np.median(losses) < 0.9 * losses.mean()  # the tail of knocked-on electrons


@pytest.mark.parametrize(("kinetic_mev", "published"), [(200.0, 106.3), (400.0, 238.5), (1000.0, 616.3)])
def test_muons_stop_at_the_published_range(detectors, kinetic_mev, published):
    world, rng = world_of(detectors["liquid_argon"]), np.random.default_rng(1)
    depths = []
    for _ in range(60):
        ray = np.array([0.0, 0.0, 0.5, 0.0, 0.0, 1.0, kinetic_mev, 0.0])
        assert follow_track(world, ray, MUON_MEV, np.inf, rng) == STOPPED
        depths.append(ray[Z] - 0.5)
    assert np.mean(depths) * LIQUID_ARGON.density == pytest.approx(published, rel=0.1)
    assert 0.01 < np.std(depths) / np.mean(depths) < 0.1  # straggling


def test_muons_in_the_scintillator_are_long_thin_and_leave_their_energy(detectors):
    detector = detectors["scintillator"]
    kinetic_gev, n = 1.0, 50
    found = shoot(detector, 13, kinetic_gev, n)
    # The electron of the decay adds 37 MeV on average.
    assert found.visible.mean() == pytest.approx(1000 * kinetic_gev + 37, rel=0.03)
    planes = found.cell // detector.volume.n_cells % detector.volume.n_planes
    last = np.array([part.max() for part in np.split(planes, np.cumsum(found.count)[:-1])])
    expected = csda_range_cm(detector.medium.material, 1000.0) / (2 * detector.volume.plane_cm)
    assert np.mean(last) - 5 == pytest.approx(expected, rel=0.1)  # it starts in plane 5
    assert found.count.mean() < 2 * 1.5 * expected  # about one cell a plane


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_shower_maximum_moves_by_one_radiation_length_per_factor_e(detectors, geometry):
    detector = detectors[geometry]
    volume = detector.volume
    energies = np.array([1.0, 2.0, 4.0, 8.0])
    maxima = []
    for energy in energies:
        found = shoot(detector, 11, energy, 150)
        view, plane = np.divmod(found.cell // volume.n_cells, volume.n_planes)
        middle = (2 * plane + view + 0.5 if geometry == "scintillator" else plane + 0.5) * volume.plane_cm
        chosen = view >= 0 if geometry == "scintillator" else view == 2
        depth = (middle[chosen] - 66.0) / detector.medium.material.radiation_cm
        # Without the electron's own track: a minimum-ionising particle over the first half of a radiation length.
        track = 0.5 * detector.medium.material.radiation_cm * detector.medium.mip_mev_per_cm * 150
        light = found.light[chosen]
        mean, square = ((np.sum(light * depth**k) - track * 0.5**k / (k + 1)) / (light.sum() - track) for k in (1, 2))
        maxima.append(mean - (square - mean**2) / mean)  # of a gamma distribution: (a − 1)/b
    slope, _ = np.polyfit(np.log(energies), maxima, 1)
    assert slope == pytest.approx(1.0, abs=0.12)
    expected = np.log(1000 * energies / detector.medium.critical_mev) - 0.5
    np.testing.assert_allclose(maxima, expected, atol=0.4)


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_photons_start_after_a_gap_of_nine_sevenths_of_a_radiation_length(detectors, geometry):
    world, stack, rng = world_of(detectors[geometry]), empty_stack(), np.random.default_rng(1)
    gaps = []
    for _ in range(2000):
        follow_photon(world, np.array([0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 500.0, 0.0]), stack, rng)
        assert stack.n[0] == 2
        gaps.append(stack.ray[0, Z] - 1.0)
        assert stack.ray[:2, KINETIC].sum() == pytest.approx(500.0)
        stack.n[0] = 0
    expected = 9 / 7 * world.medium.material.radiation_cm
    assert np.mean(gaps) == pytest.approx(expected, rel=4 / np.sqrt(2000))


def test_showers_of_electrons_begin_with_one_minimum_ionising_particle_and_those_of_photons_with_two(detectors):
    detector = detectors["liquid_argon"]
    first_cm = {}
    for pdg in (11, 22):
        found = shoot(detector, pdg, 1.0, 400, start_cm=(0.1, 0.1, 100.0))
        view, wire = np.divmod(found.cell // detector.volume.n_cells, detector.volume.n_planes)
        event = np.repeat(np.arange(400), found.count)
        chosen = view == 2
        first = np.full(400, 10**6)
        np.minimum.at(first, event[chosen], wire[chosen])
        near = chosen & (wire > first[event]) & (wire <= first[event] + 5)  # 2.5 cm
        first_cm[pdg] = np.median(np.bincount(event[near], found.light[near], minlength=400)) / 2.5
    assert first_cm[11] == pytest.approx(detector.medium.mip_mev_per_cm, rel=0.3)
    # Two, and what two showers have begun to radiate.
    assert 1.7 < first_cm[22] / first_cm[11] < 2.8


@pytest.mark.parametrize(("geometry", "least", "largest"), [("scintillator", 0.07, 0.11), ("liquid_argon", 0.02, 0.04)])
def test_electron_energy_resolution(detectors, geometry, least, largest):
    detector = detectors[geometry]
    signal = "pe" if geometry == "scintillator" else "adc"
    for energy in (1.0, 4.0):
        found = shoot(detector, 11, energy, 200)
        assert found.visible.mean() == pytest.approx(1000 * energy, rel=0.03)
        hits = read_out(detector, found, np.random.default_rng(2))
        total = np.array([np.sum(one) for one in hits[signal].tolist()])
        stochastic = total.std() / total.mean() * np.sqrt(energy)
        assert stochastic < 2 * largest  # threshold and saturation included
        assert least < found.visible.std() / found.visible.mean() * np.sqrt(energy) < largest


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_hadron_response_and_resolution(detectors, geometry):
    for energy in (1.0, 3.0):
        found = shoot(detectors[geometry], 211, energy, 300)
        response = found.visible.mean() / (1000 * energy)
        assert 0.6 < response < 0.85  # of electrons: what breaks up nuclei is lost
        assert 0.15 < found.visible.std() / found.visible.mean() * np.sqrt(energy) < 0.4


def test_slow_protons_are_quenched(detectors):
    scintillator, argon = (shoot(detectors[geometry], 2212, 0.05, 100).visible.mean() / 50 for geometry in GEOMETRIES)
    assert 0.6 < scintillator < 0.85
    assert 0.3 < argon < 0.6


def test_stopped_muons_leave_late_michel_electrons(detectors):
    detector = detectors["scintillator"]
    found = shoot(detector, -13, 0.2, 300)
    extra = found.visible - 200
    assert extra.mean() == pytest.approx(36.9, abs=4)  # 7/10 of 52.8 MeV
    late = np.array([part.max() for part in np.split(found.time_ns, np.cumsum(found.count)[:-1])])
    assert np.mean(late) == pytest.approx(2197, rel=0.25)


@pytest.mark.parametrize("pdg", [11, 13, 22, 111, 211, -211, 2212, 2112])
def test_light_in_cells_is_the_visible_energy(detectors, pdg):
    found = shoot(detectors["scintillator"], pdg, 1.0, 20)
    event = np.repeat(np.arange(20), found.count)
    np.testing.assert_allclose(np.bincount(event, found.light, minlength=20), found.visible, rtol=1e-6, atol=1e-9)
