"""``condor`` without a pool: planned, shared out, worked off in this process, collected."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import tiny_runs
import uproot

from hepml import workflow
from hepml.batch.site import Site
from hepml.errors import BatchError, InputError, OutputError, RecipeError
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
    with pytest.raises(RecipeError, match="is a recipe, which names its files itself"):
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
    with pytest.raises(BatchError, match=r"holds a submission of something else"):
        condor.submit(flat.loaded({"processor.options.least_x": 0.5}), tmp_path / "d")
