"""``hepml condor`` on a real pool: the dataset and the friends of a local run, whatever happens to the jobs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_runs
import uproot
import yaml
from toy_jets import write_toy_jets
from xrootd_server import NoServerError, xrootd_server

from hepml import workflow
from hepml.batch import condor_tools
from hepml.batch.site import Site
from hepml.contracts import Manifest
from hepml.errors import BatchError
from hepml.recipe import Recipe, load_recipe
from hepml.workflow import condor

pytestmark = [pytest.mark.acceptance, pytest.mark.usefixtures("condor_pool")]

PROCESSOR = Path(__file__).with_name("slow_jets.py")
COPY = "cp {source} {target}"
AWAY = {"shared_file_system": False, "environment": {"python": sys.executable}}
N_FILES, N_JETS, CHUNK = 5, 400, 100
SITE = {"request_memory_mb": 500, "request_disk_mb": 100, "release_seconds": 5, "retries": 1}


@dataclass(frozen=True)
class Analysis:
    """Files of jets, and what a local run makes of them."""

    folder: Path
    files: tuple[Path, ...]
    expected: Manifest

    def recipe(self, **options: Any) -> Recipe:
        """Return the recipe with options of the processor."""
        return load_recipe(self.folder / "recipe.yaml", settings={"processor.options": options})


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    folder = tmp_path_factory.mktemp("analysis")
    files = tuple(
        write_toy_jets(folder / f"{kind}_{seed}.root", N_JETS, seed=seed, kind=kind, mean_multiplicity=5)
        for seed, kind in enumerate(["w", "w", "w", "qcd", "qcd"])
    )
    values = {
        "inputs": {kind: {"files": str(folder / f"{kind}_*.root"), "label": kind} for kind in ("w", "qcd")},
        "processor": {"file": str(PROCESSOR)},
        "process": {"chunk_size": CHUNK, "retries": 0},
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(values, sort_keys=False))
    return Analysis(folder, files, workflow.process(folder / "recipe.yaml", folder / "local"))


def wait_for(condition: Callable[[], Any], *, seconds: float = 90) -> Any:
    """Wait until a condition holds, and return what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.5)
    return found


def site(**changes: Any) -> Site:
    return Site.model_validate(SITE | changes)


def assert_same(made: Manifest, expected: Manifest) -> None:
    """Same rows, same accounting of every entry of every file."""
    assert made.digest == expected.digest
    assert [(Path(f.path).name, f.n_planned, f.n_processed, f.n_skipped) for f in made.files] == [
        (Path(f.path).name, f.n_planned, f.n_processed, f.n_skipped) for f in expected.files
    ]
    assert made.rows == N_FILES * N_JETS


def test_command_line_makes_the_dataset_of_a_local_run(analysis, tmp_path, cli):
    recipe, output = analysis.folder / "recipe.yaml", tmp_path / "dataset"
    (tmp_path / "site.yaml").write_text(yaml.safe_dump(SITE))
    submit = ["condor", "submit", recipe, "-o", output, "--jobs", "3", "--site", tmp_path / "site.yaml"]
    said = cli(*submit, "--dry-run")
    assert "3 jobs for 5 files, 2000 entries, checked by condor_submit -dry-run" in said
    assert "request_memory          = $(memory)" in said
    assert "Nothing was submitted" in said
    assert "submission.json: missing" in cli("condor", "status", output, status=1)
    assert "3 jobs submitted now" in cli(*submit)
    assert "submitted before, with its site and number of jobs\n0 jobs submitted now" in cli(*submit)
    assert re.search(r"all jobs +3 ", cli("condor", "status", output))
    said = cli("condor", "collect", output, "--wait")
    assert f"000 examples, digest {analysis.expected.digest}" in said
    assert re.search(r"done +3 +0 ", cli("condor", "status", output))
    assert "submitted before" in cli(*submit)
    assert analysis.expected.digest in cli("process", recipe, "-o", output)
    assert re.search(r"w_1\.root +Events +400 +400 +0 ", cli("status", output, "--verify"))


@pytest.mark.parametrize("plans", ["here", "in the jobs"])
def test_without_a_shared_file_system(analysis, tmp_path, plans):
    """HTCondor ships the input and brings the results; the job sees no path of this machine but Python's."""
    where = site(shared_file_system=False, environment={"python": sys.executable})
    done = condor.submit(
        analysis.recipe(), tmp_path / "d", files_per_job=2, site=where, open_in_jobs=plans == "in the jobs"
    )
    assert done.n_submitted == 3
    made = condor.collect(tmp_path / "d", wait=True)
    assert_same(made, analysis.expected)
    assert str(analysis.folder) not in (done.folder / "run_job.sh").read_text()
    assert (done.folder / "jobs" / "00001" / "output" / "shards").is_dir()


def test_results_through_a_storage_that_fails_now_and_then(analysis, tmp_path):
    """What copies fails the first time for each job, there and here."""
    copy = tmp_path / "copy"
    copy.write_text(
        '#!/bin/bash\nseen="$1.$(basename "$2").seen"\n[ -e "$seen" ] || { touch "$seen"; exit 9; }\ncp "$1" "$2"\n'
    )
    copy.chmod(0o755)
    (tmp_path / "storage").mkdir(mode=0o777)
    (tmp_path / "storage").chmod(0o777)
    command = f"{copy} {{source}} {{target}}"
    storage = {"target": str(tmp_path / "storage"), "copy_out": command, "copy_in": command, "wait_seconds": 0}
    where = site(shared_file_system=False, environment={"python": sys.executable}, storage=storage)
    condor.submit(analysis.recipe(), tmp_path / "d", jobs=2, site=where)
    assert_same(condor.collect(tmp_path / "d", wait=True), analysis.expected)
    assert len(list((tmp_path / "storage").glob("*.tar"))) == 2
    assert "copy 1 of 5 failed" in (tmp_path / "d" / "condor" / "jobs" / "00001" / "err.txt").read_text()


def test_inputs_and_results_on_a_server(analysis, tmp_path):
    """As on a grid: files come by root://, results go by xrdcp, and nothing is seen by its path here."""
    pytest.importorskip("XRootD", reason="the package 'xrootd' is not installed: pip install 'hepml[xrootd]'")
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hepml-xrootd-")))
        home.chmod(0o755)  # the server is another user, and pytest's own folders are for one alone
        folder, export = home / "server", home / "export"
        folder.mkdir()
        (export / "results").mkdir(parents=True)
        (export / "results").chmod(0o777)
        files = {
            kind: [shutil.copy(path, export) for path in analysis.files if kind in path.name] for kind in ("w", "qcd")
        }
        try:
            url = stack.enter_context(xrootd_server(folder, export))
        except NoServerError as reason:
            pytest.skip(f"no XRootD server: {reason}")
        inputs = {kind: [f"{url}/{Path(path).name}" for path in paths] for kind, paths in files.items()}
        storage = {"target": f"{url}/results", "wait_seconds": 1}
        where = site(shared_file_system=False, environment={"python": sys.executable}, storage=storage)
        done = condor.submit(_of_files(analysis.recipe(), inputs), tmp_path / "d", jobs=3, site=where)
        made = condor.collect(tmp_path / "d", wait=True)
        assert len(list((export / "results").glob(f"{done.submission.id}-*.tar"))) == 3
    assert_same(made, analysis.expected)
    assert all(file.path.startswith("root://") for file in made.files)


def test_whatever_happens_to_jobs(analysis, tmp_path):
    """One is held, one removed, one evicted, of one the file is away, one goes well; then all that is missing again."""
    files = _copies(analysis, tmp_path)
    recipe = _of_files(analysis.recipe(seconds=2.0), files)
    output = tmp_path / "d"
    done = condor.submit(recipe, output, files_per_job=1, site=site(releases=0))
    order = [json.loads(path.read_text())["pieces"][0]["path"] for path in sorted(done.folder.glob("jobs/*/job.json"))]
    away = Path(order[3])
    away.rename(tmp_path / "away")
    ads = wait_for(lambda: _running(done.submission.id, 3))
    _condor("condor_hold", ads[1].name)
    _condor("condor_rm", ads[2].name)
    _condor("condor_vacate_job", "-fast", ads[3].name)
    with pytest.raises(BatchError, match=r"4 of 5 jobs have not finished|5 of 5 jobs|3 of 5 jobs"):
        condor.collect(output)
    state = wait_for(lambda: _over(output), seconds=120)
    assert [job.state for job in state.jobs] == ["held", "missing", "done", "failed", "done"]
    assert "via condor_hold" in state.jobs[0].reason
    assert "via condor_rm" in state.jobs[1].reason
    assert state.jobs[2].n_starts >= 2
    assert "there is no such file" in state.jobs[3].reason
    assert state.jobs[3].n_starts == 2
    assert state.n_left == sum(job.n_left for job in state.jobs) >= 8
    with pytest.raises(BatchError, match=r"3 of 5 jobs have not finished \(job 1 is held.*resubmit"):
        condor.collect(output, wait=True)
    assert not (output / "manifest.json").exists()
    (tmp_path / "away").rename(away)
    again = condor.resubmit(output)
    assert [job.number for job in again.jobs] == [1, 2, 4]
    assert again.n_chunks_left == state.n_left
    assert_same(condor.collect(output, wait=True), analysis.expected)
    assert condor_tools.queue(done.submission.id) == {}
    assert not list(output.rglob(".tmp-*"))


def test_an_evicted_job_goes_on_where_it_was(analysis, tmp_path):
    """Without a shared file system, too: HTCondor keeps what was finished and gives it back."""
    recipe = _of_files(analysis.recipe(seconds=4.0), {"w": [analysis.files[0]], "qcd": [analysis.files[3]]})
    where = site(shared_file_system=False, environment={"python": sys.executable})
    done = condor.submit(recipe, tmp_path / "d", jobs=1, site=where)
    wait_for(lambda: _running(done.submission.id, 1))
    time.sleep(20)
    _condor("condor_vacate_job", condor_tools.queue(done.submission.id)[1].name)
    assert condor.collect(tmp_path / "d", wait=True).rows == 2 * N_JETS
    report = json.loads((done.folder / "jobs" / "00001" / "report.json").read_text())
    assert condor_tools.history(done.submission.id, n_jobs=1)[1].n_starts == 2
    assert len(report["finished"]) == 8
    assert report["seconds"] < 8 * 4.0, "the second start did all chunks again"


@pytest.mark.parametrize("where", [{}, AWAY], ids=["shared", "away"])
def test_a_mistake_of_the_processor_is_made_once_and_told(analysis, tmp_path, where):
    """What the job says comes home, and what it has finished before; trying again is not offered."""
    recipe = _of_files(analysis.recipe(wrong_in="input_1" if where else "w_2"), _copies(analysis, tmp_path))
    done = condor.submit(recipe, tmp_path / "d", files_per_job=3, site=site(**where))
    state = wait_for(lambda: _over(tmp_path / "d"))
    failed = state.jobs[-1]
    assert failed.state == "failed"
    assert failed.n_starts == 1
    assert failed.ad.exit_code == 1
    assert failed.is_hopeless
    assert 0 < failed.n_left < failed.n_chunks
    again = condor.resubmit(tmp_path / "d")
    assert again.jobs == ()
    assert failed.number in [job.number for job in again.hopeless]
    assert re.search(r"processor\.py, line \d+, in `raise ValueError\(msg\)`: ValueError: cannot make", failed.reason)
    assert (done.folder / "jobs" / f"{failed.number:05d}" / "err.txt").read_text()


@pytest.mark.parametrize("storage", [False, True], ids=["HTCondor", "storage"])
def test_a_job_that_leaves_something_out_is_done(analysis, tmp_path, storage):
    """Exit code 3: all else comes home, and what is missing is counted."""
    where = dict(AWAY)
    if storage:
        where["storage"] = {"target": str(_store(tmp_path)), "copy_out": COPY, "copy_in": COPY}
    files = _copies(analysis, tmp_path)
    (tmp_path / "w_bad.root").write_bytes(b"<html>")
    recipe = _of_files(analysis.recipe(), files | {"w": [*files["w"], tmp_path / "w_bad.root"]})
    recipe = recipe.model_copy(update={"process": recipe.process.model_copy(update={"bad_input": "skip"})})
    condor.submit(recipe, tmp_path / "d", files_per_job=6, site=site(**where), open_in_jobs=True)
    made = condor.collect(tmp_path / "d", wait=True)
    assert (made.rows, made.n_skipped) == (N_FILES * N_JETS, 1)
    assert made.digest == analysis.expected.digest


def test_a_storage_that_is_away_is_another_try(analysis, tmp_path):
    """Exit code 75: the job is tried again, says why it failed, and can be submitted again when that is mended."""
    storage = {"target": str(tmp_path / "store"), "copy_out": COPY, "copy_in": COPY, "attempts": 1, "wait_seconds": 0}
    condor.submit(analysis.recipe(), tmp_path / "d", jobs=1, site=site(**AWAY, storage=storage))
    [failed] = wait_for(lambda: _over(tmp_path / "d")).jobs
    assert (failed.state, failed.n_starts, failed.ad.exit_code) == ("failed", 2, 75)
    assert "cannot be copied" in (tmp_path / "d" / "condor" / "jobs" / "00001" / "err.txt").read_text()
    _store(tmp_path)
    assert len(condor.resubmit(tmp_path / "d").jobs) == 1
    assert_same(condor.collect(tmp_path / "d", wait=True), analysis.expected)


def _store(folder: Path) -> Path:
    """Make a folder that jobs may write to."""
    (folder / "store").mkdir()
    (folder / "store").chmod(0o777)
    return folder / "store"


def test_more_memory_where_that_was_missing(analysis, tmp_path):
    """A job that uses more than it asked for is held, shows as such, and asks for twice as much."""
    recipe = _of_files(
        analysis.recipe(megabytes=400, seconds=8.0), {"w": [analysis.files[0]], "qcd": [analysis.files[3]]}
    )
    recipe = recipe.model_copy(update={"process": recipe.process.model_copy(update={"chunk_size": 400})})
    condor.submit(recipe, tmp_path / "d", jobs=1, site=site(hold_over_memory=True, largest_memory_mb=4000))
    [held] = wait_for(lambda: _over(tmp_path / "d")).jobs
    assert held.state == "held"
    assert held.for_memory
    assert re.search(r"memory: used \d+ MB of 500", held.reason)
    _condor("condor_rm", held.ad.name)  # the reason is not forgotten with the job
    wait_for(lambda: condor.status(tmp_path / "d").jobs[0].state == "missing")
    again = condor.resubmit(tmp_path / "d")
    assert again.memory_mb[0] >= 1000
    assert condor.collect(tmp_path / "d", wait=True).rows == 2 * N_JETS


def test_commands_that_are_killed(analysis, tmp_path, cli):
    """kill -9 of submit and of collect at any time, then the same command: each job once, each entry once."""
    moments = np.random.default_rng(1)
    (tmp_path / "site.yaml").write_text(yaml.safe_dump(SITE))
    output = tmp_path / "d"
    submit = ["condor", "submit", analysis.folder / "recipe.yaml", "-o", output, "--jobs", "2"]
    submit += ["--site", tmp_path / "site.yaml"]
    for seconds in moments.uniform(0.5, 5.0, 5):
        _kill_after(seconds, submit)
    cli(*submit)
    submission = json.loads((output / "condor" / "submission.json").read_text())["id"]
    for seconds in moments.uniform(0.5, 5.0, 2):
        _kill_after(seconds, ["condor", "collect", output, "--wait"])
    wait_for(lambda: _over(output))
    for seconds in moments.uniform(0.5, 4.0, 3):
        _kill_after(seconds, ["condor", "collect", output])
    assert analysis.expected.digest in cli("condor", "collect", output)
    assert_same(workflow.status(output, verify=True), analysis.expected)
    asked = ["condor_history", "-constraint", f'HepmlSubmission == "{submission}"', "-af", "ClusterId", "ProcId"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split("\n")
    assert len([line for line in listed if line]) == 2
    assert not list(output.rglob(".tmp-*"))


def test_friends_are_those_of_a_local_run(tmp_path, tmp_path_factory, cli):
    run = tiny_runs.flat(tmp_path_factory.getbasetemp() / "projects").run("trees")
    files = [tiny_runs.write_flat(tmp_path / f"{seed}.root", 300 + seed, seed=seed) for seed in range(3)]
    local = workflow.predict(run, files, tmp_path / "local")
    (tmp_path / "site.yaml").write_text(
        yaml.safe_dump(SITE | {"shared_file_system": False, "environment": {"python": sys.executable}})
    )
    shared, shipped = tmp_path / "shared", tmp_path / "shipped"
    for output, more in ((shared, ()), (shipped, ("--site", tmp_path / "site.yaml"))):
        cli("condor", "submit", run, *files, "-o", output, "--jobs", "2", "--set", "process.chunk_size=100", *more)
    for output in (shared, shipped):
        assert "Friend trees" in cli("condor", "collect", output, "--wait")
        for friend in local:
            _assert_same_tree(Path(friend.path), output / Path(friend.path).name)
        listed = json.loads((output / "friends.json").read_text())["friends"]
        assert [(f["source"], f["n_entries"], f["n_skipped"]) for f in listed] == [
            (str(path), 300 + seed, 0) for seed, path in enumerate(files)
        ]
        assert not list(output.glob(".parts-*"))


def test_a_job_reads_only_what_was_planned(analysis, tmp_path):
    """A file that was written anew after planning is refused, in words, and not mixed with the others."""
    files = _copies(analysis, tmp_path)
    recipe = _of_files(analysis.recipe(), files)
    done = condor.submit(recipe, tmp_path / "d", files_per_job=1, site=site(), dry_run=True)
    other = write_toy_jets(tmp_path / "other.root", N_JETS - 10, seed=77, kind="w", mean_multiplicity=5)
    shutil.copyfile(other, files["w"][1])
    numbers = range(1, N_FILES + 1)
    reports = [_work(done.folder, number) for number in numbers]
    assert [report["exit_code"] for report in reports].count(1) == 1
    [error] = [report["error"] for report in reports if report["exit_code"]]
    assert re.search(r"w_1\.root: 400 entries of UUID .* were planned, and this is 390 of .*changed since", error)


def _copies(analysis: Analysis, folder: Path) -> dict[str, list[Path]]:
    """Copy the files, so that a test may do with them what it likes."""
    files: dict[str, list[Path]] = {"w": [], "qcd": []}
    for path in analysis.files:
        files[path.name.partition("_")[0]].append(Path(shutil.copy(path, folder / path.name)))
    return files


def _of_files(recipe: Recipe, files: Mapping[str, list[Any]]) -> Recipe:
    inputs = {
        name: spec.model_copy(update={"files": [str(path) for path in files[name]]})
        for name, spec in recipe.inputs.items()
    }
    return recipe.model_copy(update={"inputs": inputs})


def _running(submission: str, n: int) -> Mapping[int, Any] | None:
    """Return the jobs in the queue, if the first `n` run."""
    ads = condor_tools.queue(submission)
    return ads if all(number in ads and ads[number].status == "running" for number in range(1, n + 1)) else None


def _over(output: Path) -> Any:
    state = condor.status(output)
    return state if state.is_over else None


def _kill_after(seconds: float, arguments: list[Any]) -> None:
    """Start ``hepml`` and kill it with signal 9, alone: what it has started goes on."""
    command = [sys.executable, "-m", "hepml", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(seconds)
        process.kill()


def _condor(*arguments: str) -> None:
    subprocess.run(arguments, check=True, capture_output=True, timeout=60)


def _work(folder: Path, number: int) -> dict[str, Any]:
    """Do a job's work as its wrapper does."""
    job = folder / "jobs" / f"{number:05d}"
    arguments = ["condor", "work", folder / "order.json", job / "job.json", "--report", job / "report.json"]
    subprocess.run([sys.executable, "-m", "hepml", *map(str, arguments)], capture_output=True, timeout=120, check=False)
    return dict(json.loads((job / "report.json").read_text()))


def _assert_same_tree(one: Path, other: Path) -> None:
    arrays = [uproot.open(path)["Friends"].arrays(library="np") for path in (one, other)]
    assert arrays[0].keys() == arrays[1].keys()
    for name, values in arrays[0].items():
        np.testing.assert_array_equal(values, arrays[1][name])
