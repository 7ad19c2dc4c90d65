"""Scores back in ROOT: those that `evaluate` gives, one entry per input entry."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import tiny_runs
import uproot

from hepml import workflow


def _friend(path: Path | str) -> dict[str, np.ndarray]:
    tree = uproot.open(path)["Friends"]
    assert tree.classname == "TTree"
    return tree.arrays(library="np")


def _scores_of_evaluate(project: tiny_runs.Project, run: Path, folder: Path) -> dict[int, float]:
    """Return event number → score, of the test part."""
    workflow.evaluate([run], project.dataset, folder)
    table = pq.read_table(folder / "scores.parquet").to_pydict()
    return dict(zip(table["event"], table["trees_score"], strict=True))


@pytest.fixture(scope="module")
def evaluated(flat, tmp_path_factory) -> dict[int, float]:
    return _scores_of_evaluate(flat, flat.run("trees"), tmp_path_factory.mktemp("evaluated"))


def test_the_scores_are_those_of_evaluate(flat, evaluated, tmp_path):
    files = [flat.folder / f"{name}.root" for name in ("signal", "background")]
    friends = workflow.predict(flat.run("trees"), files, tmp_path)
    found = {}
    for file, friend in zip(sorted(map(str, files)), friends, strict=True):
        assert (friend.source, friend.n_entries, friend.n_selected, friend.n_skipped) == (file, 600, 600, 0)
        columns = _friend(friend.path)
        assert columns["selected"].all()
        event = uproot.open(file)["Events"]["event"].array(library="np")
        found |= dict(zip(event.tolist(), columns["trees_score"].tolist(), strict=True))
    assert len(evaluated) > 300
    np.testing.assert_allclose([found[event] for event in evaluated], list(evaluated.values()), atol=1e-5)


@pytest.mark.parametrize("model", ["dense", "pixels"])
def test_networks_and_images_too(jets, model, tmp_path):
    workflow.evaluate([jets.run(model)], jets.dataset, tmp_path / "report")
    table = pq.read_table(tmp_path / "report" / "scores.parquet").to_pydict()
    of_w = [label == "w" for label in table["label"]]
    [friend] = workflow.predict(jets.run(model), [jets.folder / "w.root"], tmp_path / "scores")
    scores = _friend(friend.path)[f"{model}_score"]
    expected = np.array(table[f"{model}_score"])[of_w]
    np.testing.assert_allclose(scores[np.array(table["event"])[of_w]], expected, atol=1e-5)
    assert len(scores) == 700


def test_one_entry(flat, evaluated, tmp_path):
    """An event of the test part, in a file of its own."""
    event = next(iter(evaluated))
    with uproot.open(flat.folder / ("signal.root" if event < 600 else "background.root")) as file:
        values = file["Events"].arrays(entry_start=event % 600, entry_stop=event % 600 + 1, library="np")
    file = tiny_runs.write_flat(tmp_path / "one.root", 1, **values)
    [friend] = workflow.predict(flat.run("trees"), [file], tmp_path / "scores")
    assert _friend(friend.path)["trees_score"].tolist() == [pytest.approx(evaluated[event], abs=1e-5)]


def test_a_million_entries_in_five_chunks(tmp_path):
    """1,048,577 = 2²⁰ + 1: one more than any power of two that somebody might cut blocks by."""
    n = 2**20 + 1
    files = {name: tmp_path / f"{name}.root" for name in ("signal", "background")}
    tiny_runs.write_flat(files["signal"], n, seed=1)
    tiny_runs.write_flat(files["background"], 1000, seed=2, shift=1, first_event=n)
    project = tiny_runs.write_project(
        tmp_path,
        inputs={name: {"files": str(file), "label": name} for name, file in files.items()},
        processor={"file": str(tiny_runs.FLAT)},
        event_key=["event"],
        process={"chunk_size": 250_000},
        split={"parts": {"train": 1, "validation": 1, "test": 98}},
        models={"trees": tiny_runs.TREES},
        evaluation={"permutations": 20},
    )
    expected = _scores_of_evaluate(project, project.run("trees"), tmp_path / "report")
    [friend] = workflow.predict(project.run("trees"), [files["signal"]], tmp_path / "scores")
    scores = _friend(friend.path)["trees_score"]
    assert len(scores) == n == friend.n_selected
    events = np.array([event for event in expected if event < n])
    assert len(events) > 0.97 * n
    np.testing.assert_allclose(scores[events], [expected[event] for event in events.tolist()], atol=1e-5)


def test_with_folds_an_event_is_scored_by_the_fold_that_did_not_see_it(flat, tmp_path):
    run = flat.run("trees", split__folds=3)
    expected = _scores_of_evaluate(flat, run, tmp_path / "report")
    assert len(expected) == 1200
    [friend] = workflow.predict(run, [flat.folder / "signal.root"], tmp_path / "scores")
    scores = _friend(friend.path)["trees_score"]
    np.testing.assert_allclose(scores, [expected[event] for event in range(600)], atol=1e-5)


def test_what_is_not_selected_is_nan(flat, tmp_path):
    project = tiny_runs.write_project(
        tmp_path, **_recipe(flat, processor={"file": str(tiny_runs.FLAT), "options": {"least_x": 0.5}})
    )
    [friend] = workflow.predict(project.run("trees"), [flat.folder / "signal.root"], tmp_path / "scores")
    columns = _friend(friend.path)
    x = uproot.open(flat.folder / "signal.root")["Events"]["x"].array(library="np")
    np.testing.assert_array_equal(columns["selected"], x >= 0.5)
    np.testing.assert_array_equal(np.isnan(columns["trees_score"]), x < 0.5)
    assert friend.n_selected == np.count_nonzero(x >= 0.5)
    assert friend.n_skipped == 0


def _recipe(project: tiny_runs.Project, **changes):
    return project.loaded().model_dump(mode="json") | changes


def test_objects_are_aligned_with_their_collection(objects, tmp_path):
    expected = _scores_of_objects(objects, tmp_path / "report")
    [friend] = workflow.predict(objects.run("trees"), [objects.folder / "signal.root"], tmp_path / "scores")
    columns = _friend(friend.path)
    events = uproot.open(objects.folder / "signal.root")["Events"].arrays(library="np")
    assert columns["ntrees"].tolist() == events["nJet"].tolist()
    pt, score = (np.concatenate(values) for values in (events["Jet_pt"], columns["trees_score"]))
    np.testing.assert_array_equal(np.concatenate(columns["trees_selected"]), pt >= 30)
    np.testing.assert_array_equal(np.isnan(score), pt < 30)
    assert columns["selected"].tolist() == [bool((jets >= 30).any()) for jets in events["Jet_pt"]]
    assert len(expected) > 150
    found = dict(zip(pt.tolist(), score.tolist(), strict=True))
    np.testing.assert_allclose([found[jet_pt] for jet_pt in expected], list(expected.values()), atol=1e-5)


def test_jets_of_pfnano(jets, real_data, tmp_path):
    """A run that was trained on one jet per event scores the jets of a CMS file, through its own processor file."""
    file = real_data("pfnano.root")
    processor = tiny_runs.JET_IMAGES.with_name("pfnano_jet_images.py")
    [friend] = workflow.predict(jets.run("trees"), [file], tmp_path, processor=processor)
    columns = _friend(friend.path)
    events = uproot.open(file)["Events"].arrays(["nFatJet", "FatJet_eta"], library="np")
    assert columns["ntrees"].tolist() == events["nFatJet"].tolist()
    eta, score = (np.concatenate(values) for values in (events["FatJet_eta"], columns["trees_score"]))
    np.testing.assert_array_equal(np.isfinite(score), np.abs(eta) < 2.4)
    assert friend.n_selected == np.count_nonzero(np.abs(eta) < 2.4) > 20


def _scores_of_objects(project: tiny_runs.Project, folder: Path) -> dict[float, float]:
    """Return jet pT → score: no two jets have one pT."""
    workflow.evaluate([project.run("trees")], project.dataset, folder)
    table = pq.read_table(folder / "scores.parquet").to_pydict()
    rows = zip(table["label"], table["jet_pt_gev"], table["trees_score"], strict=True)
    return {jet_pt: score for label, jet_pt, score in rows if label == "signal"}


def _root_python() -> str | None:
    """Return a Python that has ROOT: this one, or the one of $HEPML_ROOT_PYTHON."""
    return os.environ.get("HEPML_ROOT_PYTHON") or (sys.executable if importlib.util.find_spec("ROOT") else None)


ROOT_CODE = """
import sys, warnings
warnings.simplefilter("ignore")
import ROOT
source, friend = sys.argv[1:]
file = ROOT.TFile(source)
events = file.Get("Events")
events.AddFriend("Friends", friend)
print(events.GetEntries(), events.GetFriend("Friends").GetEntries())
print(events.Draw("trees_score", "selected", "goff"), events.Draw("trees_score", "trees_selected", "goff"))
frame = ROOT.RDataFrame(events)
print(frame.Sum("ntrees").GetValue(), frame.Sum("nJet").GetValue())
"""


def test_real_root_reads_the_friend(objects, tmp_path):
    python = _root_python()
    if python is None:
        pytest.skip("ROOT is not installed: pip install --pre root, or set HEPML_ROOT_PYTHON to a Python that has it")
    [friend] = workflow.predict(objects.run("trees"), [objects.folder / "signal.root"], tmp_path)
    done = subprocess.run(
        [python, "-c", ROOT_CODE, str(objects.folder / "signal.root"), friend.path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    entries, _, jets = (line.split() for line in done.stdout.splitlines()[-3:])
    assert entries == ["400", "400"]
    assert jets[0] == jets[1]
