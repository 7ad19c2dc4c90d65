"""What all tests share: quiet, single-threaded libraries, and the real input files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Libraries read these when they are imported, so they are set here, before any test file is.
SETTINGS = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "agg",
    "NO_COLOR": "1",
    "NUMBA_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
}
os.environ.update(SETTINGS)
os.environ.setdefault("HEPML_CACHE", tempfile.mkdtemp(prefix="hepml-test-cache-"))  # never the user's own


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Return a function: name of a real input file → its path; the test is skipped where the file is not there."""
    folder = Path(os.environ.get("HEPML_TEST_DATA") or ROOT.parent / "shared" / "data")

    def find(name: str) -> Path:
        path = folder / name
        if not path.is_file():
            pytest.skip(f"no {name} in {folder}: set HEPML_TEST_DATA to the folder of the real input files")
        return path

    return find
