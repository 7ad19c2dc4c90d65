"""kill -9 in the middle of `process` and of `train`, then the same command again: the same result as uninterrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from toy_jets import write_toy_jets

PROJECT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.acceptance

RECIPE = """
inputs:
  w: {{files: {w}, label: w}}
  qcd: {{files: {qcd}, label: qcd}}
processor: {{file: {processor}}}
process: {{chunk_size: 500}}
training: {{epochs: 6, batch_size: 128}}
models:
  dnn: {{inputs: [substructure], seeds: [1], options: {{dropout: 0.2}}}}
"""


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kill")
    for seed, kind in enumerate(("w", "qcd")):
        write_toy_jets(folder / f"{kind}.root", 10_000, seed=seed, kind=kind)
    path = folder / "recipe.yaml"
    processor = PROJECT / "processors" / "jet_images.py"
    path.write_text(RECIPE.format(w=folder / "w.root", qcd=folder / "qcd.root", processor=processor))
    return path


def _kill_when(arguments: list[str | Path], ready: Callable[[], bool]) -> None:
    """Start ``hepml``, wait until `ready`, and kill its whole process group with signal 9."""
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            [sys.executable, "-m", "hepml", *map(str, arguments)],
            cwd=PROJECT,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=said,
        ) as process,
    ):
        deadline = time.monotonic() + 240
        while not ready():
            if process.poll() is not None:
                said.seek(0)
                pytest.fail(f"ended before it could be killed: {said.read()}")
            assert time.monotonic() < deadline, "never got so far"
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)


def test_killed_process_resumes_to_the_same_dataset(recipe: Path, cli, tmp_path: Path) -> None:
    cli("process", recipe, "-o", tmp_path / "whole")
    killed = tmp_path / "killed"
    _kill_when(
        ["process", recipe, "-o", killed, "--workers", "2"], lambda: len(list(killed.glob("shards/*/*.json"))) >= 2
    )
    assert not (killed / "manifest.json").exists()
    cli("status", killed, status=1)
    cli("process", recipe, "-o", killed, "--workers", "2")
    whole, resumed = (json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("whole", "killed"))
    assert resumed["digest"] == whole["digest"]
    assert sum(file["n_processed"] for file in resumed["files"]) == 20_000


def test_killed_training_resumes_bit_for_bit(recipe: Path, cli, tmp_path: Path) -> None:
    cli("process", recipe, "-o", tmp_path / "dataset")
    cli("train", recipe, tmp_path / "dataset", "-o", tmp_path / "whole")
    killed = tmp_path / "killed"
    _kill_when(
        ["train", recipe, tmp_path / "dataset", "-o", killed],
        lambda: any(path.is_file() for path in killed.glob("checkpoints/seed1/*.json")),
    )
    assert not (killed / "run.json").exists()
    cli("evaluate", killed, tmp_path / "dataset", "-o", tmp_path / "report_killed", status=1)
    cli("train", recipe, tmp_path / "dataset", "-o", killed)
    for name in ("whole", "killed"):
        cli("evaluate", tmp_path / name, tmp_path / "dataset", "-o", tmp_path / f"report_{name}")
    whole, resumed = (
        json.loads((tmp_path / f"report_{name}" / "metrics.json").read_text())["metrics"]
        for name in ("whole", "killed")
    )
    assert whole == resumed
    losses = [
        np.genfromtxt(tmp_path / name / "members" / "seed1" / "history.csv", delimiter=",", names=True)["loss"]
        for name in ("whole", "killed")
    ]
    np.testing.assert_array_equal(losses[0], losses[1])
