"""``condor`` without a pool: planned, shared out, worked off in this process, collected."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tiny_runs
import uproot

from hepml import workflow
from hepml.batch.site import Site
from hepml.errors import BatchError, InputError, OutputError, RecipeError
from hepml.processing.making import prepare
from hepml.workflow import condor
from hepml.workflow.condor.records import SUBMISSION_FILE, write_record

AWAY = Site(shared_file_system=False)
"""Jobs see a folder of their own, and of this machine what HTCondor brings."""


@pytest.fixture(autouse=True)
def _no_condor(monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")


def submit(what, output, **how):
    """Write all files of a submission as if HTCondor had taken it."""
    done = condor.submit(what, output, dry_run=True, **how)
    write_record(done.folder / SUBMISSION_FILE, done.submission)
    return done


def work(done, monkeypatch, *, numbers=None):
    """Do what the jobs would do, each in its own folder; return their exit codes."""
    codes = []
    for number in numbers or range(1, done.submission.n_jobs + 1):
        job = done.folder / "jobs" / f"{number:05d}"
        with monkeypatch.context() as context:
            context.chdir(job)
            codes.append(condor.work(done.folder / "order.json", "job.json", report="report.json").exit_code)
    return codes


@pytest.mark.parametrize("site", [Site(), AWAY], ids=["shared", "away"])
@pytest.mark.parametrize(
    ("how", "n_jobs"),
    [({}, 1), ({"jobs": 4}, 4), ({"files_per_job": 1}, 2), ({"files_per_job": 1, "open_in_jobs": True}, 2)],
    ids=["default", "jobs", "files", "opened in jobs"],
)
def test_the_dataset_of_process(flat, tmp_path, monkeypatch, site, how, n_jobs):
    monkeypatch.chdir(tmp_path)
    expected = workflow.process(flat.recipe, tmp_path / "local")
    done = submit(flat.recipe, "d", site=site, **how)
    assert done.submission.n_jobs == n_jobs
    assert work(done, monkeypatch) == [0] * n_jobs
    monkeypatch.chdir("/")
    made = condor.collect(tmp_path / "d")
    assert made.digest == expected.digest
    assert made.hash == expected.hash
    assert [(f.path, f.n_planned, f.n_processed) for f in made.files] == [
        (f.path, f.n_planned, f.n_processed) for f in expected.files
    ]
    assert (tmp_path / "d" / "processor.py").read_bytes() == tiny_runs.FLAT.read_bytes()
    assert workflow.process(flat.recipe, tmp_path / "d").digest == made.digest
    assert condor.submit(flat.recipe, tmp_path / "other", site=site, dry_run=True).complete is None
    shutil.rmtree(tmp_path / "d" / "condor")
    assert condor.submit(flat.recipe, tmp_path / "d", site=site).complete.digest == made.digest


@pytest.mark.parametrize("site", [Site(), AWAY], ids=["shared", "away"])
def test_the_friends_of_predict(flat, tmp_path, monkeypatch, site):
    files = [flat.folder / "signal.root", flat.folder / "background.root"]
    local = workflow.predict(flat.run("trees"), files, tmp_path / "local")
    done = submit(flat.run("trees"), tmp_path / "d", files=files, jobs=3, site=site)
    assert work(done, monkeypatch) == [0] * 3
    for one, other in zip(local, condor.collect(tmp_path / "d"), strict=True):
        assert (one.source, one.n_entries, one.n_selected) == (other.source, other.n_entries, other.n_selected)
        scores = [uproot.open(friend.path)["Friends"]["trees_score"].array(library="np") for friend in (one, other)]
        np.testing.assert_array_equal(*scores)


@pytest.mark.parametrize("open_in_jobs", [False, True])
def test_what_is_left_out_is_accounted_for(flat, tmp_path, monkeypatch, open_in_jobs):
    (tmp_path / "bad.root").write_bytes(b"<html>")
    recipe = flat.loaded({"process.bad_input": "skip"})
    files = [*recipe.inputs["signal"].files, str(tmp_path / "bad.root")]
    signal = recipe.inputs["signal"].model_copy(update={"files": files})
    recipe = recipe.model_copy(update={"inputs": recipe.inputs | {"signal": signal}})
    done = submit(recipe, tmp_path / "d", files_per_job=1, open_in_jobs=open_in_jobs)
    assert sorted(work(done, monkeypatch)) == ([0, 0, 3] if open_in_jobs else [0, 0])
    made = condor.collect(tmp_path / "d")
    assert (made.n_skipped, made.rows) == (1, 1200)
    [left_out] = [file for file in made.files if not file.uuid]
    assert "is not a ROOT file" in left_out.reasons[0]


@pytest.mark.parametrize("site", [Site(), AWAY], ids=["shared", "away"])
@pytest.mark.parametrize("suffix", [".parquet", ".npz", ".json"])
def test_a_damaged_result_counts_as_missing(flat, tmp_path, monkeypatch, site, suffix):
    """A bit that a disk has turned: found, said, and made again."""
    done = submit(flat.recipe, tmp_path / "d", jobs=2, site=site)
    work(done, monkeypatch)
    path = sorted((tmp_path / "d").rglob(f"*_0-300{suffix}"))[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(BatchError, match=r"there is no condor_q here"):  # it would say which job is to blame
        condor.collect(tmp_path / "d")
    assert not (tmp_path / "d" / "manifest.json").exists()
    work(done, monkeypatch)
    assert condor.collect(tmp_path / "d").rows == 1200


def test_a_file_of_a_job_that_is_gone_says_what_helps(flat, tmp_path):
    done = submit(flat.recipe, tmp_path / "d", jobs=2)
    (done.folder / "jobs" / "00002" / "job.json").unlink()
    with pytest.raises(
        BatchError, match=r"00002/job\.json: missing: remove the folder `condor` in the output and submit"
    ):
        condor.collect(tmp_path / "d")


def test_a_dry_run_leaves_nothing_that_another_one_would_ship(flat, tmp_path):
    condor.submit(flat.recipe, tmp_path / "d", jobs=1, site=AWAY, dry_run=True)
    with pytest.raises(BatchError, match=r"submission\.json: missing: it was a dry run, so submit"):
        condor.status(tmp_path / "d")
    done = condor.submit(flat.recipe, tmp_path / "d", jobs=4, site=AWAY, dry_run=True)
    lines = (done.folder / "queue_1.txt").read_text().splitlines()
    assert [line.count("input_") for line in lines] == [1, 1, 1, 1]


def test_an_archive_that_the_storage_has_lost(flat, tmp_path, monkeypatch):
    """It counts as missing, the others come home, and the job does its work again."""
    (tmp_path / "store").mkdir()
    storage = {"target": str(tmp_path / "store"), "copy_in": "cp {source} {target}", "attempts": 1}
    site = Site.model_validate({"shared_file_system": False, "storage": storage})
    done = submit(flat.recipe, tmp_path / "d", jobs=2, site=site)

    def store(numbers):
        work(done, monkeypatch, numbers=numbers)
        for number in numbers:
            job = done.folder / "jobs" / f"{number:05d}"
            archive = tmp_path / "store" / f"{done.submission.id}-{number:05d}.tar"
            subprocess.run(["tar", "-cf", archive, "-C", job, "output"], check=True)
            shutil.rmtree(job / "output")
            (job / "stored.txt").write_text(f"{archive.stat().st_size}\n")

    store([1, 2])
    (tmp_path / "store" / f"{done.submission.id}-00001.tar").write_bytes(b"junk")
    with pytest.raises(BatchError, match=r"-00001\.tar: the archive is damaged .*resubmit"):
        condor.collect(tmp_path / "d")
    assert len(list((tmp_path / "d" / "shards").rglob("*.json"))) == 2
    assert (done.folder / "jobs" / "00001" / "stored.txt").read_text() == ""
    store([1])
    assert condor.collect(tmp_path / "d").rows == 1200


def test_jobs_at_work_keep_their_temporary_files(flat, tmp_path):
    """A local run beside them makes what is missing, and leaves what they are writing."""
    done = submit(flat.recipe, tmp_path / "d", jobs=2)
    other = tmp_path / "d" / "shards" / ".tmp-of-a-job"
    other.parent.mkdir(exist_ok=True)
    other.touch()
    job = done.folder / "jobs" / "00001" / "job.json"
    assert condor.work(done.folder / "order.json", job, report=tmp_path / "r.json").exit_code == 0
    assert prepare(flat.loaded()).begin(tmp_path / "d") is None
    assert other.exists()
    assert workflow.process(flat.recipe, tmp_path / "d").rows == 1200
    assert not other.exists()


def test_a_job_goes_on_where_it_was(flat, tmp_path, monkeypatch):
    done = submit(flat.recipe, tmp_path / "d", jobs=1, site=AWAY)
    work(done, monkeypatch)
    made = {path: path.stat().st_mtime_ns for path in done.folder.rglob("*.json") if "shards" in path.parts}
    removed = min(made)
    removed.unlink()
    (removed.parent / ".tmp-of-an-eviction").touch()
    work(done, monkeypatch)
    assert {path for path in made if path.stat().st_mtime_ns != made[path]} == {removed}
    assert not (removed.parent / ".tmp-of-an-eviction").exists()


def test_what_a_job_refuses(flat, tmp_path, monkeypatch):
    done = submit(flat.recipe, tmp_path / "d", jobs=2)
    order = done.folder / "order.json"
    text = order.read_text()
    (done.folder / "processor.py").write_text(tiny_runs.FLAT.read_text() + "\n# another\n")
    assert work(done, monkeypatch, numbers=[1]) == [1]
    report = json.loads((done.folder / "jobs" / "00001" / "report.json").read_text())
    assert "the processor file has changed since" in report["error"].replace("\n", " ")
    shutil.copy(tiny_runs.FLAT, done.folder / "processor.py")
    order.write_text(text.replace('"format": 1', '"format": 2', 1))
    assert work(done, monkeypatch, numbers=[1]) == [1]
    order.write_text(text)
    assert work(done, monkeypatch) == [0, 0]


def test_a_file_that_is_away_is_worth_another_try(flat, tmp_path, monkeypatch):
    path = Path(shutil.copy(flat.folder / "signal.root", tmp_path / "signal.root"))
    recipe = flat.loaded()
    signal = recipe.inputs["signal"].model_copy(update={"files": [str(path)]})
    recipe = recipe.model_copy(update={"inputs": recipe.inputs | {"signal": signal}})
    done = submit(recipe, tmp_path / "d", files_per_job=1)
    path.rename(tmp_path / "away.root")
    assert sorted(work(done, monkeypatch)) == [0, 75]
    (tmp_path / "away.root").rename(path)
    assert work(done, monkeypatch) == [0, 0]


def test_what_does_not_fit_together(flat, tmp_path):
    with pytest.raises(RecipeError, match="is a run: name the files"):
        condor.submit(flat.run("trees"), tmp_path / "d")
    with pytest.raises(RecipeError, match=r"a recipe names its files itself: leave a\.root out"):
        condor.submit(flat.recipe, tmp_path / "d", files=["a.root"])
    with pytest.raises(InputError, match="there is no such file"):
        condor.submit(flat.run("trees"), tmp_path / "d", files=[tmp_path / "nowhere.root"])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    with pytest.raises(OutputError, match="holds something that is not a dataset"):
        condor.submit(flat.recipe, tmp_path / "full")
    with pytest.raises(BatchError, match=r"d a t a/condor: HTCondor would not read a path with ' '"):
        condor.submit(flat.recipe, tmp_path / "d a t a")
    with pytest.raises(BatchError, match=r"submission\.json: missing: give the output folder"):
        condor.status(tmp_path / "full")
    submit(flat.recipe, tmp_path / "d")
    with pytest.raises(RecipeError, match=r"give a number of jobs \(2\) or of files per job \(3\), not both"):
        condor.submit(flat.recipe, tmp_path / "e", jobs=2, files_per_job=3)
    with pytest.raises(BatchError, match=r"differs in what decides the rows .* and `processor`: choose another"):
        condor.submit(flat.loaded({"processor.options.least_x": 0.5}), tmp_path / "d")
