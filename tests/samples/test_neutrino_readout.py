"""Energy put into cells by hand, and what is read."""

import awkward as ak
import numpy as np
import pytest

from hepml.samples.cell_deposits import World, deposit, empty_cells
from hepml.samples.event_deposits import Deposits
from hepml.samples.neutrino_detector import build_detector
from hepml.samples.neutrino_options import NeutrinoSampleOptions
from hepml.samples.neutrino_readout import read_out


def detector_of(geometry="scintillator", **options):
    return build_detector(NeutrinoSampleOptions(geometry=geometry, **options))


def put(detector, *deposits):
    """Return {(view, plane, cell): (light, time)} of deposits (x, y, z, MeV, ns)."""
    world = World(detector.volume, detector.medium, empty_cells(detector.volume))
    for one in deposits:
        deposit(world, *map(float, one))
    cells = world.cells
    touched = np.sort(cells.touched[: cells.n_touched[0]])
    shape = (detector.volume.n_views, detector.volume.n_planes, detector.volume.n_cells)
    places = zip(*np.unravel_index(touched, shape), strict=True)
    return {
        tuple(map(int, place)): (cells.light[k], cells.time_ns[k]) for place, k in zip(places, touched, strict=True)
    }


def test_planes_measure_x_and_y_in_turn():
    detector = detector_of(attenuation_cm=1e12)
    # Cells of 3.9 cm from −156 cm, planes of 6.6 cm.
    assert put(detector, (-155, 0, 1, 2.0, 5)) == {(0, 0, 0): pytest.approx((2.0, 5))}
    assert put(detector, (-155, 155, 7, 2.0, 5)) == {(1, 0, 79): pytest.approx((2.0, 5))}
    assert put(detector, (0.1, 0, 1319, 2.0, 5)) == {(1, 99, 40): pytest.approx((2.0, 5))}
    for outside in ((157, 0, 1), (0, -157, 1), (0, 0, -1), (0, 0, 1321)):
        assert put(detector, (*outside, 2.0, 5)) == {}


def test_a_cell_adds_energies_and_keeps_the_first_time():
    found = put(detector_of(attenuation_cm=1e12), (0.1, 0, 1, 2.0, 5), (0.2, 50, 2, 3.0, 4), (0.1, 9, 3, 1.0, 7))
    assert found == {(0, 0, 40): pytest.approx((6.0, 4))}


def test_light_is_attenuated_over_the_short_and_the_long_way():
    detector = detector_of(attenuation_cm=400)
    for y in (-150.0, 0.0, 150.0):
        expected = 0.5 * (np.exp(-(156 - y) / 400) + np.exp(-(468 + y) / 400))
        assert put(detector, (0.1, y, 1, 1.0, 0))[0, 0, 40][0] == pytest.approx(expected)


def test_three_views_of_wires_see_all_the_charge():
    detector = detector_of("liquid_argon", attenuation_cm=1e12)
    # The middle is on wire 250 of each view; 20 cm up moves the inclined wires by 20 sin 35.7° / 0.5 cm = ±23.3.
    assert set(put(detector, (0.1, 0.1, 125.1, 1.0, 0))) == {(0, 250, 250), (1, 250, 250), (2, 250, 250)}
    assert set(put(detector, (0.1, 20.1, 125.1, 1.0, 0))) == {(0, 273, 250), (1, 226, 250), (2, 250, 250)}
    # 50 cm along the beam is 100 wires, or 81.2 inclined ones; 25 cm of drift is 50 ticks.
    assert set(put(detector, (25.1, 0.1, 175.1, 1.0, 0))) == {(0, 331, 300), (1, 331, 300), (2, 350, 300)}
    assert [light for light, _ in put(detector, (0.1, 0.1, 125.1, 1.5, 0)).values()] == pytest.approx([1.5] * 3)


def test_charge_is_lost_in_the_drift():
    detector = detector_of("liquid_argon", attenuation_cm=1500)
    for x in (-100.0, 100.0):
        found = put(detector, (x, 0.1, 125.1, 1.0, 0))
        assert next(iter(found.values()))[0] == pytest.approx(np.exp(-(x + 125) / 1500))


def nothing(n):
    empty = np.zeros(0)
    return Deposits(np.zeros(n, np.int64), np.zeros(0, np.int64), empty, empty, np.zeros(n))


@pytest.mark.parametrize(("geometry", "signal", "expected"), [("scintillator", "pe", 5), ("liquid_argon", "adc", 20)])
def test_noise_has_its_rate_and_is_above_the_threshold(geometry, signal, expected):
    detector = detector_of(geometry)
    hits = read_out(detector, nothing(2000), np.random.default_rng(1))
    number = ak.to_numpy(ak.num(hits))
    assert number.mean() == pytest.approx(expected, abs=4 * np.sqrt(expected / 2000))
    assert number.var() == pytest.approx(expected, rel=0.15)
    assert ak.all(hits[signal] >= detector.threshold)
    assert len(read_out(detector_of(geometry, noise_hits=0), nothing(3), np.random.default_rng(1)).tolist()) == 3


def test_photoelectrons_have_poisson_statistics_threshold_and_saturation():
    n = 4000
    detector = detector_of(noise_hits=0, threshold=10, saturation=70)
    for mev, mean in ((10.0, 60.0), (1.0, 6.0), (100.0, 600.0)):
        one_cell = Deposits(np.ones(n, np.int64), np.zeros(n, np.int64), np.full(n, mev), np.zeros(n), np.full(n, mev))
        hits = read_out(detector, one_cell, np.random.default_rng(1))
        pe = ak.to_numpy(ak.flatten(hits.pe))
        if mean == 60:
            below = pe[pe < 70]
            assert np.median(pe) == pytest.approx(60, abs=1)
            assert len(below) / n == pytest.approx(0.889, abs=0.02)  # P(Poisson(60) < 70)
        elif mean == 6:
            assert len(pe) / n == pytest.approx(0.084, abs=0.02)  # P(Poisson(6) ≥ 10)
        else:
            assert set(pe) == {70.0}


def test_time_is_smeared():
    n = 4000
    cells = Deposits(np.ones(n, np.int64), np.arange(n), np.full(n, 10.0), np.full(n, 100.0), np.full(n, 10.0))
    time = ak.to_numpy(ak.flatten(read_out(detector_of(noise_hits=0), cells, np.random.default_rng(1)).time_ns))
    assert time.mean() == pytest.approx(100, abs=1)
    assert time.std() == pytest.approx(10, rel=0.05)
