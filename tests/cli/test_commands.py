"""Each command once, on small input: what it prints, and that it hands its options on."""

from __future__ import annotations

import json
import re

import pytest
import tiny_runs
import uproot


def test_the_whole_way(hepml, flat, tmp_path):
    recipe, dataset, run = flat.recipe, tmp_path / "dataset", tmp_path / "run"
    done = hepml("check", recipe)
    assert "input signal (label 'signal'): 1 files, 600 entries in the first" in done.out
    assert "batch arrays: table 2" in done.out
    done = hepml("process", recipe, "-o", dataset, "--set", "process.chunk_size=100", "--workers", "2")
    assert (done.status, done.err) == (0, "")
    assert "1 200 examples, digest " in done.out.replace("\u202f", " ").replace("\u00a0", " ")
    said = hepml("status", dataset, "--verify").out
    assert set(done.out.splitlines()) <= set(said.splitlines())
    assert re.search(r"signal\.root +Events +600 +600 +0 ", said)
    done = hepml("train", recipe, dataset, "-o", run, "--set", "models.trees.seeds=[1, 2]")
    assert done.err.count("validation loss") == 2
    assert f"Run: {run}" in done.out
    done = hepml("evaluate", run, dataset, "-o", tmp_path / "report")
    assert (done.status, done.err) == (0, "")
    assert f"Report: {tmp_path / 'report' / 'report.html'}" in done.out
    done = hepml("predict", run, flat.folder / "signal.root", "-o", tmp_path / "scores")
    assert (done.status, done.err) == (0, "")
    assert "signal_friend.root" in done.out


def test_evaluate_with_another_recipe(hepml, flat, tmp_path):
    other = tiny_runs.write_project(
        tmp_path, **flat.loaded({"evaluation.signal_efficiencies": [0.7]}).model_dump(mode="json")
    )
    arguments = ("evaluate", flat.run("trees"), flat.dataset, "-o", tmp_path / "report")
    assert hepml(*arguments, "--recipe", other.recipe).status == 0
    names = {row["name"] for row in json.loads((tmp_path / "report" / "metrics.json").read_text())["metrics"]}
    assert {name for name in names if name.startswith("rejection")} == {"rejection_at_0.7"}


def test_predict_hands_its_options_on(hepml, flat, tmp_path):
    file = tiny_runs.write_flat(tmp_path / "data.root", 5, tree="jets")
    done = hepml(
        "predict", flat.run("trees"), file, "-o", tmp_path / "scores", "--tree", "jets", "--processor", tiny_runs.FLAT,
        "--executor", "iterative", "--set", "process.chunk_size=2",
    )  # fmt: skip
    assert done.status == 0
    assert uproot.open(tmp_path / "scores" / "data_friend.root")["Friends"].num_entries == 5


def test_generate_asks_for_a_number_and_a_run_that_generates(hepml, flat, tmp_path):
    missing = hepml("generate", flat.run("trees"), "-o", tmp_path / "x.root")
    assert missing.status == 2
    assert "--events N is missing" in missing.err
    both = hepml("generate", flat.run("trees"), "--like", "a", "--energy", "1", "--energies", "1", "2", "-o", "x.root")
    assert both.status == 2
    judge = hepml("generate", flat.run("trees"), "--events", "5", "-o", tmp_path / "x.root")
    assert judge.status == 1
    assert "generates nothing" in judge.err


def test_run_says_where_the_report_is(hepml, flat, tmp_path):
    done = hepml("run", flat.recipe, "-o", tmp_path, "--set", "models.trees.options.max_iter=5")
    assert done.status == 0
    assert f"Report: {tmp_path / 'report' / 'report.html'}" in done.out
    assert "AUC" in done.out


def test_the_schema_completes_keys(hepml):
    schema = json.loads(hepml("recipe", "schema").out)
    assert {"inputs", "processor", "models", "training"} <= set(schema["properties"])


def test_a_sample(hepml, tmp_path):
    pytest.importorskip("pythia8mc", reason="the event generator is not installed: pip install 'hepml[samples]'")
    pytest.importorskip("fastjet", reason="the jet finder is not installed: pip install 'hepml[samples]'")
    done = hepml("sample", "jets", "-o", tmp_path / "jets", "--events", "4", "--processes", "[w, qcd]")
    assert done.status == 0, done.err
    assert "w.root: 2 w events" in done.out
    assert uproot.open(tmp_path / "jets" / "w.root")["Events"].num_entries == 2


def test_train_from_another_run(hepml, jets, tmp_path):
    arguments = ("train", jets.recipe, jets.dataset, "-o", tmp_path / "run", "--from", jets.run("dense"))
    settings = ("--set", "models.dense.start.freeze=backbone", "--set", "training.epochs=1")
    done = hepml(*arguments, "--model", "dense", *settings)
    assert done.status == 0
    assert "dense seed1 starts from dense seed1 (dataset " in done.err
    assert "with the head of score, backbone frozen" in done.err
    complaint = hepml(*arguments, "--model", "trees").complaint
    assert complaint.startswith("models.trees.start: 'bdt' cannot start from another run, only networks can")
