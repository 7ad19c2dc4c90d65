from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tiny_runs
import uproot

from hepml import workflow
from hepml.errors import OutputError, RecipeError, RunError
from hepml.inference import read_run_info


@pytest.fixture(scope="module")
def report(jets, tmp_path_factory) -> Path:
    """Return the report of two runs."""
    folder = tmp_path_factory.mktemp("report")
    workflow.evaluate([jets.run("trees"), jets.run("pixels")], jets.dataset, folder)
    return folder


def _metrics(folder: Path) -> list[dict]:
    return json.loads((folder / "metrics.json").read_text())["metrics"]


def _plots(folder: Path) -> set[str]:
    names = {path.stem for path in (folder / "plots").glob("*.png")}
    assert names == {path.stem for path in (folder / "plots").glob("*.pdf")}
    return names


def test_what_a_report_holds(report):
    assert {path.name for path in report.iterdir()} == {
        ".hepml-report", "metrics.json", "report.html", "histograms.root", "scores.parquet", "plots",
    }  # fmt: skip
    assert _plots(report) > {
        "roc", "scores_trees", "scores_pixels", "training_trees", "training_pixels", "mean_image", "input_jet_pt",
        "input_jet_mass", "significance", "importance", "variable_ranking", "correlation_w", "correlation_qcd",
    }  # fmt: skip
    assert "learning" not in _plots(report)
    html = (report / "report.html").read_text()
    assert html.count("data:image/png;base64,") == len(_plots(report))
    assert "w against qcd" in html


def test_curves(report):
    """Each table of input variables is judged once, and each run's features for each run."""
    curves = json.loads((report / "metrics.json").read_text())["curves"]
    assert [curve["run"] for curve in curves["importance"]] == ["trees", "pixels"]
    assert curves["importance"][1]["labels"]["features"][0] == "pT fraction [1]"
    [ranking] = curves["variable_ranking"]
    assert (ranking["run"], ranking["class"], ranking["labels"]["input"]) == (None, "w", "substructure")
    assert [curve["class"] for curve in curves["correlation"]] == ["w", "qcd"]


def test_metrics(report):
    rows = _metrics(report)
    of_test = {
        (row["run"], row["member"], row["selection"]): row
        for row in rows
        if row["name"] == "auc" and row["part"] == "test" and row["weights"] == "physics"
    }
    window = "heavy: 60 <= jet_mass_gev < 110"
    assert {(run, None, selection) for run in ("trees", "pixels") for selection in (None, window)} <= set(of_test)
    assert ("trees", "median", None) in of_test
    assert 0.9 < of_test["trees", None, None]["value"] < 1
    assert of_test["trees", None, None]["class"] == "w"
    paired = [row for row in rows if row["name"] == "delta_auc" and row["against"] == "pixels"]
    assert {row["run"] for row in paired} == {"trees"}


def test_scores_name_classes_and_events(report, jets):
    table = pq.read_table(report / "scores.parquet")
    assert table.column_names == [
        "label", "weight", "run", "lumi", "event", "jet_pt_gev", "jet_eta", "jet_mass_gev", "trees_score",
        "pixels_score",
    ]  # fmt: skip
    assert pa.types.is_dictionary(table.schema.field("label").type)
    assert set(table["label"].to_pylist()) == {"w", "qcd"}
    run = np.array(table["run"].to_pylist())  # toy W jets are run 1, QCD jets run 2
    np.testing.assert_array_equal(run == 1, np.array(table["label"].to_pylist()) == "w")


def test_histograms_for_statistics_tools(report):
    with uproot.open(report / "histograms.root") as file:
        names = [name for name, kind in file.classnames(cycle=False).items() if kind.startswith("TH")]
        assert "trees/test/w_score/qcd" in names
        assert len(names) == 2 * 3 * 2
        n_test = pq.read_table(report / "scores.parquet").num_rows
        total = sum(file[f"trees/test/w_score/{name}"].values(flow=True).sum() for name in ("w", "qcd"))
        assert total == n_test


def test_evaluated_again_with_another_run_and_recipe(report, jets, tmp_path):
    """Nothing of the earlier evaluation is left."""
    folder = shutil.copytree(report, tmp_path / "report")
    changed = jets.loaded({"evaluation.windows": {}, "evaluation.signal_efficiencies": [0.7]})
    content = workflow.evaluate([jets.run("trees")], jets.dataset, folder, recipe=changed)
    assert [run.name for run in content.runs] == ["trees"]
    assert not {name for name in _plots(folder) if "pixels" in name or "image" in name}
    assert {row["name"] for row in _metrics(folder) if row["name"].startswith("rejection")} == {"rejection_at_0.7"}
    assert {row["selection"] for row in _metrics(folder)} == {None}


def test_folds_without_validation(flat, tmp_path):
    """Each fold trains on all others, and a report has all that needs no validation part."""
    run = flat.run(
        "trees", split__folds=3, split__validation=False, training__keep="last", training__early_stopping=None
    )
    info = read_run_info(run)
    assert all(member.best_epoch == 9 and member.n_epochs == 10 for member in info.members)
    assert sum(member.n_train for member in info.members) == 2 * 1200
    content = workflow.evaluate([run], flat.dataset, tmp_path)
    assert {part.part for part in content.parts} == {"train", "test", "test_of_fold_0"}
    assert _plots(tmp_path) > {"roc", "scores_trees", "training_trees"}
    assert not {row["name"] for row in _metrics(tmp_path) if "temperature" in row["name"] or "isotonic" in row["name"]}
    assert sum(row["name"] == "accuracy" for row in _metrics(tmp_path) if row["part"] == "test") > 0


def test_folds(flat, tmp_path):
    content = workflow.evaluate([flat.run("trees", split__folds=3)], flat.dataset, tmp_path)
    assert any("With 3 folds every event is in the test part" in text for text in content.warnings)
    assert content.runs[0].members == ("seed1",)
    test = [part for part in content.parts if part.part == "test"]
    assert [(part.class_, part.n) for part in test] == [("signal", 600), ("background", 600)]
    assert _plots(tmp_path) > {"roc", "scores_trees", "training_trees", "importance"}
    # What training is compared with are events that it has not seen.
    n_rows = {name: sum(p.n for p in content.parts if p.part == name) for name in ("train", "test_of_fold_0")}
    assert n_rows["test_of_fold_0"] == pytest.approx(400, abs=60)
    assert n_rows["train"] + n_rows["test_of_fold_0"] < 1200
    gaps = {row["part"]: row for row in _metrics(tmp_path) if row["name"] == "auc_gap"}
    assert set(gaps) == {"test_of_fold_0"}
    aucs = {
        row["part"]: row
        for row in _metrics(tmp_path)
        if row["name"] == "auc" and row["member"] is None and row["weights"] == "physics"
    }
    unseen, seen = aucs["test_of_fold_0"], aucs["train"]
    assert gaps["test_of_fold_0"]["value"] == pytest.approx(seen["value"] - unseen["value"])
    assert gaps["test_of_fold_0"]["error"] == pytest.approx(np.hypot(seen["error"], unseen["error"]))


def test_three_classes(base, tmp_path):
    project = tiny_runs.flat(base, classes=("a", "b", "c"))
    workflow.evaluate([project.run("trees")], project.dataset, tmp_path / "report")
    assert _plots(tmp_path / "report") > {
        "roc_a", "roc_b", "roc_c", "scores_trees_a", "scores_trees_b", "scores_trees_c", "confusion_trees",
        "training_trees",
    }  # fmt: skip
    table = pq.read_table(tmp_path / "report" / "scores.parquet").to_pydict()
    scores = np.array([table[f"trees_score_{name}"] for name in "abc"])
    np.testing.assert_allclose(scores.sum(axis=0), 1, atol=1e-5)
    [friend] = workflow.predict(project.run("trees"), [project.folder / "a.root"], tmp_path / "scores")
    found = uproot.open(friend.path)["Friends"].arrays(library="np")
    of_a = np.array(table["label"]) == "a"
    events = np.array(table["event"])[of_a]
    for index, name in enumerate("abc"):
        np.testing.assert_allclose(found[f"trees_score_{name}"][events], scores[index, of_a], atol=1e-5)


def test_runs_of_one_name_are_told_apart(flat, tmp_path):
    for name in ("old", "new"):
        shutil.copytree(flat.run("trees"), tmp_path / name / "trees")
    content = workflow.evaluate([tmp_path / "old" / "trees", tmp_path / "new" / "trees"], flat.dataset, tmp_path / "r")
    assert [run.name for run in content.runs] == ["old_trees", "new_trees"]
    delta = [m for m in content.metrics if m.name == "delta_auc"]
    assert [(m.run, m.against, m.value) for m in delta] == [("old_trees", "new_trees", 0)]
    assert {"old_trees_score", "new_trees_score"} < set(pq.read_table(tmp_path / "r" / "scores.parquet").column_names)


def test_refusals(flat, jets, base, tmp_path):
    run = flat.run("trees")
    with pytest.raises(RunError, match="this run is given twice"):
        workflow.evaluate([run, run], flat.dataset, tmp_path)
    with pytest.raises(RunError, match="trained with another split than"):
        workflow.evaluate([run, flat.run("trees", split__folds=3)], flat.dataset, tmp_path)
    with pytest.raises(RunError, match="trained on dataset"):
        workflow.evaluate([run], tiny_runs.flat(base, n=300).dataset, tmp_path)
    with pytest.raises(RunError, match="there is no run here"):
        workflow.evaluate([tmp_path], flat.dataset, tmp_path)
    wrong = flat.loaded({"evaluation.windows": {"w": {"z": [0, 1]}}})
    with pytest.raises(RecipeError, match="'z', which is no spectator"):
        workflow.evaluate([run], flat.dataset, tmp_path / "report", recipe=wrong)
    assert not (tmp_path / "report" / "metrics.json").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(OutputError, match=r"thesis\.tex"):
        workflow.evaluate([run], flat.dataset, tmp_path / "mine")


def test_a_spectator_with_the_name_of_another_column(flat, tmp_path):
    processor = tmp_path / "mine.py"
    processor.write_text(tiny_runs.FLAT.read_text().replace("y_spectator", "trees_score"))
    recipe = flat.loaded().model_dump(mode="json") | {"processor": {"file": str(processor)}}
    project = tiny_runs.write_project(tmp_path, **recipe)
    with pytest.raises(RunError, match=r"two columns have the name 'trees_score': rename the spectator"):
        workflow.evaluate([project.run("trees")], project.dataset, tmp_path / "report")
