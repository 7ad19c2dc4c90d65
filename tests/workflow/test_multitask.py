"""A network that learns class and number at once, beside trees for each of them, in one report."""

from __future__ import annotations

import json

import pytest
import tiny_runs

from hepml import Scorer, workflow
from hepml.errors import RecipeError, RunError
from hepml.inference import load_run
from hepml.workflow.check_models import check_models

CLASSES = ("signal", "background")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("several")
    for index, name in enumerate(CLASSES):
        tiny_runs.write_flat(folder / f"{name}.root", 300, seed=index, shift=index, first_event=index * 300)
    trees = {"estimator": "bdt", "inputs": ["table"], "options": {"max_iter": 10, "min_samples_leaf": 5}}
    return tiny_runs.write_project(
        folder,
        inputs={name: {"files": str(folder / f"{name}.root"), "label": name} for name in CLASSES},
        processor={"file": str(tiny_runs.FLAT)},
        event_key=["event"],
        task={"kind": "multitask", "options": {"targets": {"y_spectator": {"weight": 0.5}}}},
        training={"epochs": 3, "batch_size": 32},
        models={
            "both": {"estimator": "dnn", "inputs": ["table"], "options": {"width": 8, "depth": 1}},
            "which": {**trees, "task": {"kind": "classification"}},
            "how_much": {**trees, "task": {"kind": "regression", "options": {"target": "y_spectator"}}},
        },
        evaluation={"permutations": 20, "importance_events": 100},
    )


def test_one_report_holds_all_of_them_compared_in_what_they_share(project, tmp_path):
    runs = [project.run(name) for name in ("both", "which", "how_much")]
    content = workflow.evaluate(runs, project.dataset, tmp_path / "report")
    found = {(m.name, m.run, m.against, m.output) for m in content.metrics if m.part == "test"}
    assert {("delta_auc", "both", "which", None), ("delta_rmse", "both", "how_much", "y_spectator")} <= found
    assert not [m for m in content.metrics if (m.run, m.against) == ("which", "how_much")]
    assert {("auc", "both", None, None), ("rmse", "both", None, "y_spectator")} <= found
    assert {figure.name for figure in content.figures} >= {"roc", "residuals"}
    document = json.loads((tmp_path / "report" / "metrics.json").read_text())
    assert document["task"] == "multitask"
    page = (tmp_path / "report" / "report.html").read_text()
    assert "signal against background, y_spectator" in page


def test_runs_that_share_nothing_are_refused(project, tmp_path):
    with pytest.raises(RunError, match="another task than"):
        workflow.evaluate([project.run("which"), project.run("how_much")], project.dataset, tmp_path)


def test_predictions_have_a_branch_for_each_output(project):
    info = load_run(project.run("both")).info
    assert [output.name for output in info.task.outputs] == ["score", "y_spectator"]
    assert list(Scorer(project.run("both")).names) == ["both_score", "both_y_spectator"]


def test_trees_learn_one_output_and_say_so_with_the_place(project):
    recipe = project.loaded({"models.which.task.kind": "multitask"})
    recipe.models["which"].task.options["targets"] = {"y_spectator": {}}
    with pytest.raises(RecipeError, match=r"models\.which: 'bdt' cannot learn a multitask task"):
        check_models(recipe)
