"""Options of the jet sample."""

import pytest

from hepml.errors import RecipeError
from hepml.options import validate_options
from hepml.samples.jet_options import JetSampleOptions


def test_defaults_are_the_reference_sample():
    options = JetSampleOptions()
    assert options.processes == ["w", "qcd"]
    assert options.pt_gev == (250.0, 300.0)
    assert options.pthat_range_gev == (240.0, 320.0)
    assert (options.radius, options.particle_abs_eta_max, options.sqrt_s_tev) == (1.0, 2.5, 14.0)
    assert options.mass_gev is None
    assert not options.trim


def test_pthat_follows_the_pt_window_unless_given():
    assert JetSampleOptions(pt_gev=(500.0, 600.0)).pthat_range_gev == (480.0, 640.0)
    assert JetSampleOptions(pt_gev=(500.0, 600.0), pthat_gev=(450.0, 700.0)).pthat_range_gev == (450.0, 700.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"pt_gev": [300, 250]}, r"sample.pt_gev = .*low < high"),
        ({"pt_gev": [1, 250]}, r"sample.pt_gev = .*begin at 10 GeV"),
        ({"processes": ["w", "w"]}, "lists one twice"),
        ({"processes": []}, "sample.processes"),
        ({"processes": ["z"]}, "sample.processes.0 = 'z'"),
        ({"sqrt_s_tev": 0.4}, "240 GeV needs more than 0.4 TeV"),
        ({"trim_fraction": 1.5}, "sample.trim_fraction = 1.5"),
    ],
)
def test_values_that_do_not_fit_are_named(values, message):
    with pytest.raises(RecipeError, match=message):
        validate_options(JetSampleOptions, values, path="sample")
