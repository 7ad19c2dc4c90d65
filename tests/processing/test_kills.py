"""kill -9 of a worker and of the main process: nothing is lost or counted twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hepml.errors import WorkerError
from hepml.processing import Workforce, process_dataset

SCRIPT = """
import sys
from hepml.processing import Workforce, process_dataset
from hepml.recipe import Recipe
recipe = Recipe.model_validate_json(sys.argv[1])
process_dataset(recipe, sys.argv[2], workforce=Workforce(sys.argv[3], 2))
"""


def children(pid):
    """Return the process ids of a process's children."""
    return [int(word) for path in Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]


def is_running(pid):
    """Return whether a process does something; one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pids):
    """Wait for processes to end, as those of a killed parent must by themselves."""
    deadline = time.monotonic() + 30
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def recipe(make_recipe, toy_files):
    return make_recipe(toy_files, chunk_size=50)


@pytest.fixture(scope="module")
def expected(recipe, tmp_path_factory):
    return process_dataset(recipe, tmp_path_factory.mktemp("expected") / "d")


@pytest.mark.parametrize("executor", ["futures", "dask"])
def test_killed_worker_is_replaced(recipe, expected, tmp_path, monkeypatch, executor):
    monkeypatch.setenv("HEPML_TEST_DIE_ONCE", str(tmp_path / "died"))
    made = process_dataset(recipe, tmp_path / "d", workforce=Workforce(executor, 2))
    assert (tmp_path / "died").exists()
    assert made.digest == expected.digest
    assert made.rows == 500


@pytest.mark.parametrize(
    ("executor", "fate"), [("futures", "exit codes .*SIGKILL"), ("dask", r"the last was tcp://127.0.0.1:\d+, the")]
)
def test_workers_that_always_die(recipe, expected, tmp_path, monkeypatch, capfd, executor, fate):
    """One line that says where and what to do; what was done is kept."""
    monkeypatch.setenv("HEPML_TEST_DIE_ALWAYS", "1")
    message = rf"2 chunks were not finished because workers died, {fate}.*qcd.root.*entries 0 to 50: lower"
    with pytest.raises(WorkerError, match=message):
        process_dataset(recipe, tmp_path / "d", workforce=Workforce(executor, 1))
    assert "Traceback" not in capfd.readouterr().err
    monkeypatch.delenv("HEPML_TEST_DIE_ALWAYS")
    progress = []
    made = process_dataset(recipe, tmp_path / "d", on_progress=lambda n, note: progress.append(n))
    assert made.digest == expected.digest
    assert progress[0] == 8


@pytest.mark.parametrize("executor", ["iterative", "futures", "dask"])
def test_killed_main_process_goes_on(recipe, expected, tmp_path, executor):
    folder = tmp_path / "d"
    run = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, recipe.model_dump_json(), str(folder), executor],
        env=os.environ | {"HEPML_TEST_SECONDS": "0.4"},
    )
    try:
        deadline = time.monotonic() + 60
        while len(list(folder.glob("shards/*/*.json"))) < 2:
            assert run.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        workers = children(run.pid)
    finally:
        run.kill()
        run.wait()
    wait_until_gone(workers)
    done = {path: path.stat().st_mtime_ns for path in folder.glob("shards/*/*.json")}
    assert 2 <= len(done) < 10
    assert not (folder / "manifest.json").exists()
    made = process_dataset(recipe, folder)
    assert made.digest == expected.digest
    assert made.rows == 500
    assert {path: path.stat().st_mtime_ns for path in done} == done
    assert not list(folder.rglob(".tmp-*"))
