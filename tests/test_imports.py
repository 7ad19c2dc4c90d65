"""What an import loads: a command line that answers at once, and workers without TensorFlow."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "coffea",
    "dask",
    "distributed",
    "keras",
    "matplotlib",
    "mplhep",
    "numba",
    "pandas",
    "pyarrow",
    "scipy",
    "sklearn",
    "tensorflow",
    "xgboost",
}
NETWORKS = {"keras", "tensorflow"}
PLOTS = {"matplotlib", "mplhep"}


def loaded_by(code: str) -> set[str]:
    """Return the top-level packages that a new interpreter has loaded after `code`."""
    script = f"import sys\n{code}\nprint('loaded:', *sorted({{name.partition('.')[0] for name in sys.modules}}))"
    result = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(result.stdout.rpartition("loaded:")[2].split())


def test_import_hepml_is_light():
    """`import hepml` loads nothing heavy."""
    assert not loaded_by("import hepml") & HEAVY


def test_help_is_light():
    """`hepml --help` loads nothing heavy."""
    code = "from hepml.cli import main\nsys.argv = ['hepml', '--help']\ntry: main()\nexcept SystemExit: pass"
    assert not loaded_by(code) & HEAVY


def test_probe_sees_what_is_loaded():
    """The probe itself works."""
    assert "numpy" in loaded_by("import numpy.linalg")


@pytest.mark.parametrize("room", ["contracts", "recipe", "tasks", "io", "representations", "evaluation", "datasets"])
def test_lower_rooms_load_neither_networks_nor_plots(room):
    """The rooms that everything builds on stay free of frameworks."""
    assert not loaded_by(f"import hepml.{room}") & (NETWORKS | PLOTS)


@pytest.mark.parametrize("room", ["processing", "plots", "reports"])
def test_processing_and_reporting_load_no_networks(room):
    """A worker that only processes, and a report, do without TensorFlow, and without Dask where there is no cluster."""
    assert not loaded_by(f"import hepml.{room}") & (NETWORKS | {"distributed"})
