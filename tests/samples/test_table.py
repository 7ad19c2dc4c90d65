"""The table of samples."""

import subprocess
import sys
from importlib import import_module

import pytest

from hepml.errors import RecipeError
from hepml.options import Options
from hepml.samples import SAMPLES, build_sample, sample_options


@pytest.mark.parametrize("name", SAMPLES)
def test_every_entry_resolves(name):
    module, _, function = SAMPLES[name].builder.partition(":")
    assert callable(getattr(import_module(module), function))
    assert issubclass(sample_options(name), Options)
    sample_options(name)()  # every option has a default


def test_unknown_sample_names_the_nearest(tmp_path):
    with pytest.raises(RecipeError, match="no sample 'jet': did you mean 'jets'"):
        build_sample("jet", tmp_path / "out", events=2)


def test_unknown_option_names_the_nearest(tmp_path):
    with pytest.raises(RecipeError, match=r"unknown key 'sample\.pt_gevv': did you mean 'pt_gev'"):
        build_sample("jets", tmp_path / "out", events=2, options={"pt_gevv": [250, 300]})
    assert not (tmp_path / "out").exists()


def test_options_are_read_without_the_generator():
    code = (
        "import sys; from hepml.samples import SAMPLES, sample_options; [sample_options(n) for n in SAMPLES];"
        "print([m for m in ('pythia8mc', 'fastjet', 'awkward', 'uproot') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
