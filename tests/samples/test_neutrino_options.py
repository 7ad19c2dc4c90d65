"""Options of the neutrino sample, and the detectors that follow from them."""

import pytest

from hepml.errors import RecipeError
from hepml.options import validate_options
from hepml.samples.neutrino_detector import build_detector
from hepml.samples.neutrino_options import NeutrinoSampleOptions


def test_defaults_are_the_reference_sample():
    options = NeutrinoSampleOptions()
    assert options.processes == ["numu", "nue", "nutau", "nc", "cosmic"]
    assert options.energy_gev == (0.5, 10.0)
    volume = build_detector(options).volume
    assert (volume.n_views, volume.n_planes, volume.n_cells) == (2, 100, 80)
    assert (volume.x_half_cm, volume.z_cm) == pytest.approx((156.0, 1320.0))
    argon = build_detector(NeutrinoSampleOptions(geometry="liquid_argon"))
    assert (argon.volume.n_views, argon.volume.n_planes, argon.volume.n_cells) == (3, 500, 500)
    assert (argon.volume.plane_cm, argon.saturation) == (0.5, 255)


def test_geometry_and_electronics_can_be_chosen():
    options = NeutrinoSampleOptions(
        planes=20, cells=30, cell_cm=5.0, plane_cm=4.0, threshold=20, saturation=500, noise_hits=0, attenuation_cm=90
    )
    detector = build_detector(options)
    assert (detector.volume.x_half_cm, detector.volume.z_cm) == (75.0, 160.0)
    assert detector.volume.attenuation_cm == 90
    assert (detector.threshold, detector.saturation, detector.noise_hits) == (20, 500, 0)


def test_constants_of_showers():
    # Ec = 2.66 (X0 Z/A)^1.1 with X0 in g/cm²: 29.1 MeV in argon (published 32.8), 85.9 in polystyrene (93.1).
    scintillator, argon = (
        build_detector(NeutrinoSampleOptions(geometry=geometry)).medium for geometry in ("scintillator", "liquid_argon")
    )
    assert argon.critical_mev == pytest.approx(29.1, abs=0.1)
    assert scintillator.critical_mev == pytest.approx(85.9, abs=0.1)
    assert argon.moliere_cm == pytest.approx(9.04, rel=0.15)  # published
    assert scintillator.moliere_cm == pytest.approx(9.41, rel=0.15)
    assert argon.mip_mev_per_cm == pytest.approx(2.105, rel=0.01)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"processes": ["numu", "numu"]}, "lists one twice"),
        ({"processes": []}, "sample.processes"),
        ({"processes": ["electron"]}, "sample.processes.0 = 'electron'"),
        ({"energy_gev": [3, 1]}, r"sample.energy_gev = .*low < high"),
        ({"energy_gev": [0, 1]}, r"0.2 ≤ low"),
        ({"energy_gev": [0.5, 3]}, "ντ CC needs more than 3.5 GeV"),
        ({"geometry": "water"}, "sample.geometry = 'water'"),
        ({"noise_hits": -1}, "sample.noise_hits = -1"),
        ({"threshold": 300, "saturation": 255}, "threshold 300 is not below saturation 255"),
        ({"saturation": 5}, "threshold 8 is not below saturation 5"),
        ({"plane": 100}, "did you mean 'planes'"),
    ],
)
def test_values_that_do_not_fit_are_named(values, message):
    with pytest.raises(RecipeError, match=message):
        validate_options(NeutrinoSampleOptions, values, path="sample")
