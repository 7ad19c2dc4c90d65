"""Runs applied by ONNX Runtime: the same scores without TensorFlow or scikit-learn, by files that belong to them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import awkward as ak
import loky
import numpy as np
import psutil
import pytest
import uproot

import hepml
from hepml import workflow
from hepml.contracts import Chunk, CutFlow, Examples, ObjectIndex
from hepml.errors import RunError
from hepml.inference import load_run, n_loads
from hepml.inference.chunk_scores import read_chunk_scores
from hepml.inference.score_sink import ScoreSink
from hepml.inference.worker_threads import onnx_threads

SAME = {"rtol": 0, "atol": 1e-6}


@pytest.fixture(scope="module")
def exported(flat, jets, tmp_path_factory):
    """Return runs with their ONNX files: one tree run per fold, two seeds, and a network."""
    runs = {"folds": flat.run("trees", split__folds=3), "seeds": jets.run("trees"), "dense": jets.run("dense")}
    folder = tmp_path_factory.mktemp("exported")
    for name, run in runs.items():
        shutil.copytree(run, folder / name)
        workflow.export(folder / name)
    return folder


@pytest.fixture
def seeds(exported, tmp_path):
    """Return a copy of the run of two seeds that a test may damage."""
    return shutil.copytree(exported / "seeds", tmp_path / "seeds")


@pytest.fixture(scope="module")
def table(jets):
    events = uproot.open(jets.folder / "w.root")["Events"].arrays(filter_name="part_*")
    particles = {name: events[f"part_{name}"] for name in ("pt", "eta", "phi", "energy", "charge")}
    return hepml.substructure(ak.zip(particles, depth_limit=1))


def test_the_files_are_in_the_run(exported):
    found = {name: sorted(path.name for path in (exported / name / "onnx").iterdir()) for name in ("folds", "seeds")}
    assert found == {
        "folds": ["fold0_seed1.onnx", "fold1_seed1.onnx", "fold2_seed1.onnx"],
        "seeds": ["seed1.onnx", "seed2.onnx"],
    }


@pytest.mark.parametrize("name", ["seeds", "dense"])
def test_the_scores_of_the_training_library(name, exported, table):
    light, native = hepml.Scorer(exported / name, backend="onnx"), hepml.Scorer(exported / name)
    assert light.names == native.names
    [(branch, found)] = light({"substructure": table}).items()
    np.testing.assert_allclose(found, native({"substructure": table})[branch], **SAME)
    assert len(np.unique(found)) > 50
    assert light({"substructure": table[:0]})[branch].shape == (0,)


@pytest.mark.parametrize("name", ["seeds", "dense"])
def test_a_row_depends_on_no_other_row(name, exported, table):
    score = hepml.Scorer(exported / name, backend="onnx")
    [(_, whole)] = score({"substructure": table}).items()
    [(_, few)] = score({"substructure": table[600:617]}).items()
    np.testing.assert_array_equal(few, whole[600:617])


def test_each_event_by_the_fold_that_did_not_see_it(exported, flat):
    columns = ak.Array(uproot.open(flat.folder / "signal.root")["Events"].arrays(["x", "y", "event"]))
    native, light = (
        hepml.Scorer(exported / "folds", backend=backend)({"table": columns}, key={"event": columns["event"]})
        for backend in ("native", "onnx")
    )
    np.testing.assert_allclose(light["trees_score"], native["trees_score"], **SAME)


ALONE = """
import sys, awkward as ak, hepml
table = ak.from_parquet(sys.argv[1])
for run in sys.argv[2:]:
    [(name, scores)] = hepml.Scorer(run, backend="onnx")({"substructure": table}).items()
    print(name, len(scores), float(scores.sum()))
print(*sorted({"tensorflow", "keras", "sklearn", "skops", "tf2onnx", "onnxruntime"} & set(sys.modules)))
"""


def test_neither_tensorflow_nor_scikit_learn_is_loaded(exported, table, tmp_path):
    ak.to_parquet(table, tmp_path / "table.parquet")
    runs = [str(exported / name) for name in ("dense", "seeds")]
    command = [sys.executable, "-c", ALONE, str(tmp_path / "table.parquet"), *runs]
    *scores, loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert loaded == "onnxruntime"
    for line, run in zip(scores, runs, strict=True):
        name, n, total = line.split()
        assert (name, n) == (f"{load_run(run).info.name}_score", "700")
        assert float(total) == pytest.approx(hepml.Scorer(run)({"substructure": table})[name].sum(), rel=1e-5)


def test_one_load_and_one_thread_per_worker_process(exported, table, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    score = hepml.Scorer(exported / "dense", backend="onnx")

    def call(rows: slice) -> tuple[int, int, int]:
        import onnxruntime  # noqa: F401  (whose import starts one that has no work)

        before = psutil.Process().num_threads()
        score({"substructure": table[rows]})
        return os.getpid(), n_loads(), psutil.Process().num_threads() - before

    with loky.ProcessPoolExecutor(2) as pool:
        found = list(pool.map(call, [slice(start, start + 70) for start in range(0, 700, 70)]))
    assert os.getpid() not in {pid for pid, *_ in found}
    assert {loads for _, loads, _ in found} == {1}
    assert {started for *_, started in found} == {0}


def test_threads_of_one_process_load_once(seeds, table):
    score, before = hepml.Scorer(seeds, backend="onnx"), n_loads()
    with ThreadPoolExecutor(4) as pool:
        scores = list(pool.map(lambda _: score({"substructure": table})["trees_score"], range(8)))
    assert n_loads() == before + 1
    assert all(np.array_equal(scores[0], other) for other in scores)
    assert load_run(seeds) is not load_run(seeds, backend="onnx")


@pytest.mark.parametrize(("given", "wanted"), [(None, 0), ("3", 3), ("4,2", 1)])
def test_threads_that_are_set(given, wanted, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if given:
        monkeypatch.setenv("OMP_NUM_THREADS", given)
    assert onnx_threads() == wanted


def test_a_run_without_files(jets):
    with pytest.raises(RunError, match=r"seed1\.onnx: .*missing: run `hepml export .*trees` once"):
        hepml.Scorer(jets.run("trees"), backend="onnx")
    with pytest.raises(RunError, match=r"seed1\.onnx: .*run `hepml export"):
        load_run(jets.run("trees"), backend="onnx")
    with pytest.raises(RunError, match=r"'onxx' is no backend: did you mean 'onnx'"):
        hepml.Scorer(jets.run("trees"), backend="onxx")


def test_a_run_that_was_trained_again(seeds, jets):
    shutil.rmtree(seeds / "members")
    load_run(seeds, backend="onnx")  # which needs nothing else of the run than run.json
    text = (seeds / "run.json").read_text()
    (seeds / "run.json").write_text(text.replace('"seconds": ', '"seconds": 1'))
    with pytest.raises(RunError, match=r"seed1\.onnx: .*so the run was trained again.*run `hepml export .*` again"):
        load_run(seeds, backend="onnx")


def test_files_that_were_mixed(seeds):
    shutil.copy(seeds / "onnx" / "seed1.onnx", seeds / "onnx" / "seed2.onnx")
    with pytest.raises(RunError, match=r"seed2\.onnx: made of seed1 .* the run has seed2 .*files were mixed"):
        load_run(seeds, backend="onnx")


def test_a_damaged_file(seeds):
    path = seeds / "onnx" / "seed1.onnx"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(RunError, match=r"seed1\.onnx: the graph cannot be loaded \(.*run `hepml export .*` again"):
        load_run(seeds, backend="onnx")


def test_the_sink_of_predict(exported, table, tmp_path):
    run = exported / "seeds"
    chunk, n = Chunk("data", "w.root", "Events", "u", 0, len(table)), len(table)
    inputs = {"substructure": (load_run(run).representations["substructure"], table)}
    found = {}
    for backend in ("native", "onnx"):
        sink = ScoreSink(str(run), str(tmp_path / backend), "stop", backend)
        sink.write(chunk, Examples(inputs, ObjectIndex(np.arange(n)), CutFlow.start(np.ones(n))))
        found[backend] = read_chunk_scores(sink.path(chunk)).scores["trees_score"]
    np.testing.assert_allclose(found["onnx"], found["native"], **SAME)
