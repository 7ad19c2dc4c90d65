"""``--cluster htcondor``: Dask workers that are jobs of a real pool."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tiny_runs
import uproot
import yaml
from toy_jets import write_toy_jets

from hepml import workflow
from hepml.io.manifest import read_manifest
from hepml.processing import choose_workforce, process_dataset
from hepml.recipe import load_recipe

pytestmark = [pytest.mark.acceptance, pytest.mark.usefixtures("condor_pool")]

PROCESSOR = Path(__file__).parents[1] / "processing" / "jets_table.py"
N_EVENTS, CHUNK_SIZE = 300, 25


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    """Return a recipe of twelve chunks."""
    folder = tmp_path_factory.mktemp("recipe")
    path = write_toy_jets(folder / "w.root", N_EVENTS, seed=1, kind="w", negative_fraction=0.1)
    values = {
        "inputs": {"w": {"files": [str(path)], "label": "w"}},
        "processor": {"file": str(PROCESSOR)},
        "process": {"chunk_size": CHUNK_SIZE, "retries": 1},
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(values))
    return folder / "recipe.yaml"


@pytest.fixture(scope="module")
def expected(recipe, tmp_path_factory):
    return workflow.process(recipe, tmp_path_factory.mktemp("expected") / "d")


@pytest.fixture
def site(tmp_path, condor_pool):
    """Return a function that writes a site file; a pool of these tests is on this machine alone."""
    host = "127.0.0.1" if condor_pool.environment else None

    def write(*, variables=None, wait_seconds=120, **values):
        environment = {"variables": variables or {}} | values.pop("environment", {})
        values = {"request_memory_mb": 1000, "retries": 0, "environment": environment} | values
        values["dask"] = {"host": host, "wait_seconds": wait_seconds}
        (tmp_path / "site.yaml").write_text(yaml.safe_dump(values))
        return tmp_path / "site.yaml"

    return write


def queue():
    """Return the names of our jobs in the queue."""
    command = ["condor_q", "-constraint", "HepmlSubmission =!= undefined", "-autoformat:j", "JobStatus"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [line.split()[0] for line in lines]


def wait_until(reached, *, seconds, run=None):
    deadline = time.monotonic() + seconds
    while not reached():
        assert run is None or run.poll() is None, run.stderr.read()
        assert time.monotonic() < deadline, queue()
        time.sleep(0.1)


def start(recipe, folder, site, *, workers=2):
    """Start ``hepml process``; return it when the first chunks are done."""
    options = ["--cluster", "htcondor", "--workers", str(workers), "--site", str(site)]
    run = subprocess.Popen(
        [sys.executable, "-m", "hepml", "process", str(recipe), "-o", str(folder), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_until(lambda: len(list(folder.glob("shards/*/*.json"))) >= 2, seconds=120, run=run)
    return run


def test_killed_worker_costs_its_chunk_a_try_and_nothing_else(recipe, expected, site, tmp_path):
    died = tmp_path / "died"
    where = site(variables={"HEPML_TEST_DIE_ONCE": str(died)})
    made = workflow.process(recipe, tmp_path / "d", cluster="htcondor", workers=3, site=where)
    assert died.exists()
    assert (made.digest, made.rows, made.n_skipped) == (expected.digest, N_EVENTS, 0)
    assert queue() == []
    assert not (tmp_path / "d" / "workers").exists()


def test_removed_job_costs_its_chunk_a_try_and_nothing_else(recipe, expected, site, tmp_path):
    run = start(recipe, tmp_path / "d", site(variables={"HEPML_TEST_SECONDS": "1"}))
    subprocess.run(["condor_rm", queue()[0]], check=True, capture_output=True)
    said, complaints = run.communicate(timeout=120)
    assert (run.returncode, complaints) == (0, ""), said
    assert read_manifest(tmp_path / "d").digest == expected.digest
    assert queue() == []


@pytest.mark.parametrize("command", ["condor_rm", "condor_vacate_job"])
def test_only_worker_is_replaced(recipe, expected, site, tmp_path, monkeypatch, command):
    """A removed job by a new one, an evicted job by itself."""
    monkeypatch.setattr("hepml.batch.dask_cluster.LOST_SECONDS", 3 if command == "condor_rm" else 60)
    monkeypatch.setattr("hepml.batch.dask_cluster.REPLACE_SECONDS", 1)
    hit = []

    def take_away(n, note):
        if n and not hit:
            hit.extend(queue())
            subprocess.run([command, *hit], check=True, capture_output=True)

    workforce = choose_workforce(None, cluster="htcondor", site=site(variables={"HEPML_TEST_SECONDS": "0.5"}))
    made = process_dataset(load_recipe(recipe), tmp_path / "d", workforce=workforce, on_progress=take_away)
    assert len(hit) == 1
    assert made.digest == expected.digest
    assert queue() == []


def test_control_c_ends_the_jobs(recipe, expected, site, tmp_path):
    """As a terminal does it: the signal goes to all processes of this side."""
    run = start(recipe, tmp_path / "d", site(variables={"HEPML_TEST_SECONDS": "1"}))
    os.killpg(run.pid, signal.SIGINT)
    said, complaints = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Traceback" not in said + complaints
    assert queue() == []
    assert workflow.process(recipe, tmp_path / "d").digest == expected.digest


def test_jobs_end_when_hepml_is_killed(recipe, expected, site, tmp_path):
    run = start(recipe, tmp_path / "d", site(variables={"HEPML_TEST_SECONDS": "1"}))
    run.kill()
    run.communicate()
    wait_until(lambda: queue() == [], seconds=150)
    assert workflow.process(recipe, tmp_path / "d").digest == expected.digest


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"environment": {"python": "/no/python"}}, "all Dask workers ended before they reached this process"),
        ({"submit": {"hold": "True"}}, "HTCondor holds the jobs of all Dask workers (submitted on hold"),
        ({"submit": {"request_gpus": "("}}, "HTCondor does not take the jobs of Dask workers (ERROR: Parse error"),
        ({"request_cpus": 100, "wait_seconds": 4}, "no Dask worker has come up in 4 s, job "),
    ],
)
def test_workers_that_cannot_start(cli, recipe, site, tmp_path, values, message):
    options = ("--cluster", "htcondor", "--workers", "2", "--site", site(**values))
    said = cli("process", recipe, "-o", tmp_path / "d", *options, status=1)
    assert message in said
    assert said.strip().count("\n") == 0
    assert queue() == []
    assert bool(list((tmp_path / "d" / "workers").glob("*/worker.sh")))


def test_friends_are_the_same(site, tmp_path_factory, tmp_path):
    run = tiny_runs.flat(tmp_path_factory.getbasetemp() / "projects").run("trees")
    file = tiny_runs.write_flat(tmp_path / "data.root", 300, seed=1)
    one = workflow.predict(run, [file], tmp_path / "one")
    where = {"cluster": "htcondor", "workers": 2, "site": site()}
    two = workflow.predict(run, [file], tmp_path / "two", settings={"process.chunk_size": 100}, **where)
    arrays = [uproot.open(friend.path)["Friends"].arrays(library="np") for (friend,) in (one, two)]
    assert arrays[0].keys() == arrays[1].keys()
    assert all((arrays[0][name] == arrays[1][name]).all() for name in arrays[0])
    assert queue() == []
