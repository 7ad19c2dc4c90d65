"""Outputs that cannot be written: one line, exit status 1, and nothing that looks whole."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_runs

VERBS = ("process", "train", "evaluate", "predict", "run")
MARKERS = {
    "process": "manifest.json",
    "train": "run.json",
    "evaluate": "metrics.json",
    "predict": "friends.json",
    "run": "report",
}


def _arguments(verb: str, project: tiny_runs.Project, output: Path) -> list[str]:
    words = {
        "process": [project.recipe],
        "train": [project.recipe, project.dataset],
        "evaluate": [project.run("trees"), project.dataset],
        "predict": [project.run("trees"), project.folder / "signal.root"],
        "run": [project.recipe],
    }
    return [verb, *map(str, words[verb]), "-o", str(output)]


@pytest.mark.parametrize("verb", VERBS[:4])
def test_a_folder_that_holds_something_else(hepml, flat, tmp_path, verb):
    (tmp_path / "thesis.tex").write_text("chapter one")
    complaint = hepml(*_arguments(verb, flat, tmp_path)).complaint
    assert "the folder holds something that is not a" in complaint
    assert "thesis.tex" in complaint
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("verb", VERBS[:4])
def test_a_file_is_in_the_way(hepml, flat, tmp_path, verb):
    (tmp_path / "out").write_text("mine")
    assert "this is a file: choose another name" in hepml(*_arguments(verb, flat, tmp_path / "out")).complaint
    assert (tmp_path / "out").read_text() == "mine"
    assert "a file is in the way" in hepml(*_arguments(verb, flat, tmp_path / "out" / "below")).complaint


def test_a_folder_that_may_not_be_written(hepml, flat, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere: run the tests as another user")
    tmp_path.chmod(0o500)
    complaint = hepml(*_arguments("process", flat, tmp_path / "out")).complaint
    assert "cannot be written (Permission denied): choose a folder that you may write to" in complaint


def test_a_folder_that_nobody_may_write(hepml, flat):
    """The kernel's own file system refuses even root."""
    if not Path("/sys").is_dir():
        pytest.skip("there is no /sys")
    complaint = hepml(*_arguments("process", flat, Path("/sys/hepml-dataset"))).complaint
    assert "/sys/hepml-dataset: cannot be written (" in complaint


def _with_small_files(arguments: list[str], n_bytes: int) -> subprocess.CompletedProcess[str]:
    """Run the command line where no file may grow beyond a size, as on a disk that is full."""
    return subprocess.run(
        [sys.executable, "-m", "hepml", *arguments],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes)),
    )


@pytest.mark.parametrize("verb", VERBS)
def test_no_space_left(hepml, flat, tmp_path, verb):
    out = tmp_path / "out"
    done = _with_small_files(_arguments(verb, flat, out), 4096)
    assert done.returncode == 1, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith(f"hepml: error: {out}")
    assert "free some space, or choose a folder on another disk, and run again" in lines[0]
    assert not (out / MARKERS[verb]).exists()
    assert hepml(*_arguments(verb, flat, out)).status == 0
    assert (out / MARKERS[verb]).exists()
    assert not list(out.rglob(".tmp-*"))


@pytest.fixture
def small_disk(tmp_path):
    """Yield a folder on a disk of 200 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", folder], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("a small disk cannot be mounted here: run the tests as root outside a locked container")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_that_is_really_full(hepml, flat, small_disk):
    (small_disk / "ballast").write_bytes(b"x" * 160_000)
    complaint = hepml(*_arguments("process", flat, small_disk / "out")).complaint
    assert "cannot be written (No space left on device): free some space" in complaint
    (small_disk / "ballast").unlink()
    assert hepml(*_arguments("process", flat, small_disk / "out")).status == 0
