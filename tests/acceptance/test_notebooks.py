"""Every notebook under ``examples/`` runs from top to bottom, at small size."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

PROJECT = Path(__file__).resolve().parents[2]
NEEDS = {"higgs": "atlas_higgs.root"}
"""Real input files of notebooks that do not make their own."""
NOTEBOOKS = sorted((PROJECT / "examples").glob("*/*.ipynb"))

pytestmark = pytest.mark.acceptance


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_notebook_runs(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real_data: Callable[[str], Path]
) -> None:
    # The recipe names the processor by a path relative to itself: keep the layout of the project.
    folder = tmp_path / "examples" / path.parent.name
    shutil.copytree(path.parent, folder, ignore=shutil.ignore_patterns("work", "jets", "out*"))
    shutil.copytree(PROJECT / "processors", tmp_path / "processors")
    monkeypatch.setenv("HEPML_EXAMPLE_EVENTS", "1000")
    if path.stem in NEEDS:
        monkeypatch.setenv("HEPML_EXAMPLE_DATA", str(real_data(NEEDS[path.stem]).parent))
    notebook = nbformat.read(folder / path.name, as_version=4)
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    assert (folder / "work" / "report" / "report.html").exists()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_notebook_is_stored_executed(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    assert not [out for cell in cells for out in cell.outputs if out.output_type == "error"]
    assert any("image/png" in out.get("data", {}) for cell in cells for out in cell.outputs)
