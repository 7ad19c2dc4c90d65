"""A run as a function: the scores of `predict`, one load per process, few threads, and what is refused."""

from __future__ import annotations

import os
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor

import awkward as ak
import loky
import numpy as np
import pytest
import tiny_runs
import uproot

import hepml
from hepml import workflow
from hepml.errors import InputError, RunError, ShapeError
from hepml.inference import n_loads
from hepml.inference.worker_threads import limit_threads_in_worker


def _table(path) -> ak.Array:
    return ak.Array(uproot.open(path)["Events"].arrays(["x", "y", "event"]))


def _friend(run, file, folder) -> np.ndarray:
    [friend] = workflow.predict(run, [file], folder)
    return uproot.open(friend.path)["Friends"]["trees_score"].array(library="np")


@pytest.fixture
def file(tmp_path):
    return tiny_runs.write_flat(tmp_path / "data.root", 300, seed=5, first_event=100)


def test_the_scores_of_predict(flat, file, tmp_path):
    score = hepml.Scorer(flat.run("trees"))
    found = score({"table": _table(file)})
    assert tuple(found) == score.names == ("trees_score",)
    np.testing.assert_array_equal(found["trees_score"], _friend(flat.run("trees"), file, tmp_path / "scores"))
    assert {name: values.shape for name, values in score({"table": _table(file)[:0]}).items()} == {"trees_score": (0,)}


def test_with_folds_each_event_by_the_one_that_did_not_see_it(flat, tmp_path):
    run, file = flat.run("trees", split__folds=3), flat.folder / "signal.root"
    table, score = _table(file), hepml.Scorer(run)
    found = score({"table": table}, key={"event": table["event"]})["trees_score"]
    np.testing.assert_array_equal(found, _friend(run, file, tmp_path))
    assert not np.array_equal(score({"table": table}, key={"event": table["event"] + 1})["trees_score"], found)
    with pytest.raises(RunError, match=r"the run has 3 folds, and key\['event'\] is not given: pass key with event"):
        score({"table": table}, key={"events": table["event"]})


def test_folds_by_content_are_not_guessed_from_a_key(base):
    """A key would name other folds than those of the training."""
    files = {name: tiny_runs.flat(base).folder / f"{name}.root" for name in ("signal", "background")}
    project = tiny_runs.write_project(
        base / "keyless",
        inputs={name: {"files": str(file), "label": name} for name, file in files.items()},
        processor={"file": str(tiny_runs.FLAT), "options": {"keys": False}},
        event_key=["event"],
        split={"folds": 3},
        models={"trees": tiny_runs.TREES},
    )
    table = _table(files["signal"])
    with pytest.raises(RunError, match=r"has 3 folds by the content of events.*use `hepml predict`"):
        hepml.Scorer(project.run("trees"))({"table": table}, key={"event": table["event"]})


def test_it_travels_light(flat):
    score = hepml.Scorer(flat.run("trees"))
    there = pickle.dumps(score)
    assert len(there) < 1000
    assert pickle.loads(there) == score


def test_several_inputs(jets, tmp_path):
    """An image and a table at once: rows keep their places, whatever the other rows are."""
    model = {**tiny_runs.TREES, "inputs": ["image", "substructure"]}
    workflow.train(jets.loaded({"models.both": model}), jets.dataset, tmp_path / "run", model="both")
    particles = _particles(jets.folder / "w.root")
    score = hepml.Scorer(tmp_path / "run")
    inputs = {"image": particles, "substructure": hepml.substructure(particles)}
    whole = score(inputs)["both_score"]
    assert len(np.unique(whole)) > 10
    np.testing.assert_array_equal(score({name: x[100:200] for name, x in inputs.items()})["both_score"], whole[100:200])
    with pytest.raises(ShapeError, match=r"\(image has 99, substructure has 700\): apply the same selection"):
        score(inputs | {"image": particles[:99]})
    with pytest.raises(RunError, match=r"reads input 'substructure', which was not given: .*image"):
        score({"image": particles})


def _particles(path) -> ak.Array:
    events = uproot.open(path)["Events"].arrays(filter_name="part_*")
    return ak.zip({name: events[f"part_{name}"] for name in ("pt", "eta", "phi", "energy", "charge")}, depth_limit=1)


def test_bad_columns(flat, file):
    score, table = hepml.Scorer(flat.run("trees")), _table(file)
    with pytest.raises(RunError, match=r"reads column 'y' of input 'table', which was not given"):
        score({"table": table[["x"]]})
    bad = ak.with_field(table, np.where(np.arange(300) > 297, np.inf, table["y"]), "y")
    with pytest.raises(InputError, match=r"2 rows have NaN or inf in 'table\.y', the first is row 298: leave them out"):
        score({"table": bad})


def test_a_run_that_changes_in_between(flat, file, tmp_path):
    run = shutil.copytree(flat.run("trees"), tmp_path / "run")
    score = hepml.Scorer(run)
    (run / "run.json").write_text((run / "run.json").read_text().replace('"name": "trees"', '"name": "other"'))
    with pytest.raises(RunError, match=r"was trained again.* make it again"):
        score({"table": _table(file)})
    with pytest.raises(RunError, match="there is no run here"):
        hepml.Scorer(tmp_path / "nowhere")


def test_threads_of_one_process_load_once(flat, file, tmp_path):
    score, table = hepml.Scorer(shutil.copytree(flat.run("trees"), tmp_path / "run")), _table(file)
    before = n_loads()
    with ThreadPoolExecutor(4) as pool:
        scores = list(pool.map(lambda _: score({"table": table})["trees_score"], range(8)))
    assert n_loads() == before + 1
    assert all(np.array_equal(scores[0], other) for other in scores)


def test_one_load_and_one_thread_per_worker_process(flat, file, monkeypatch):
    threads = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    for variable in threads:
        monkeypatch.delenv(variable, raising=False)
    score, table = hepml.Scorer(flat.run("trees")), _table(file)

    def call(rows: slice) -> tuple[int, int, list[str], np.ndarray]:
        scores = score({"table": table[rows]})["trees_score"]
        return os.getpid(), n_loads(), [os.environ[variable] for variable in threads], scores

    with loky.ProcessPoolExecutor(2) as pool:
        found = list(pool.map(call, [slice(start, start + 30) for start in range(0, 300, 30)]))
    pids, loads, numbers, scores = zip(*found, strict=True)
    assert os.getpid() not in pids
    assert set(loads) == {1}
    assert list(numbers) == [["1", "1", "1"]] * 10
    assert "OMP_NUM_THREADS" not in os.environ
    np.testing.assert_array_equal(np.concatenate(scores), score({"table": table})["trees_score"])


def test_threads_that_are_set_stay(monkeypatch):
    def limited() -> list[str]:
        limit_threads_in_worker()
        return [os.environ[name] for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")]

    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    monkeypatch.setenv("TF_NUM_INTEROP_THREADS", "5")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    with loky.ProcessPoolExecutor(1) as pool:
        assert pool.submit(limited).result() == ["3", "3", "5"]
    limit_threads_in_worker()
    assert "TF_NUM_INTRAOP_THREADS" not in os.environ
