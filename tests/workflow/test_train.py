from __future__ import annotations

import json
import shutil

import pytest
import tiny_runs

from hepml import workflow
from hepml.errors import DatasetError, OutputError, RecipeError, RunError
from hepml.inference import load_run, read_run_info
from hepml.io.folder import exclusive
from hepml.workflow.progress import Silent


def _state(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_a_run_knows_what_it_needs(jets):
    info = read_run_info(jets.run("trees"))
    assert (info.name, info.estimator) == ("trees", "bdt")
    assert [member.name for member in info.members] == ["seed1", "seed2"]
    assert list(info.representations) == ["substructure"]
    assert info.task.classes == ("w", "qcd")
    assert sum(info.rows.values()) == 1400
    assert info.recipe["training"]["epochs"] == 2
    assert {"hepml", "keras", "scikit-learn"} <= set(info.versions)
    copy = jets.run("trees") / "processor.py"
    assert copy.read_bytes() == tiny_runs.JET_IMAGES.read_bytes() == (jets.dataset / "processor.py").read_bytes()


def test_finished_is_not_done_again(flat):
    run = flat.run("trees")
    before = _state(run)
    assert workflow.train(flat.recipe, flat.dataset, run) == read_run_info(run)
    assert _state(run) == before


def test_seeds_can_be_added_and_taken_away(flat, tmp_path):
    def members(seeds):
        recipe = flat.loaded({"models.trees.seeds": seeds})
        return [member.name for member in workflow.train(recipe, flat.dataset, tmp_path).members]

    assert members([1]) == ["seed1"]
    first = (tmp_path / "members" / "seed1" / "trees.skops").stat().st_mtime_ns
    assert members([1, 2]) == ["seed1", "seed2"]
    assert (tmp_path / "members" / "seed1" / "trees.skops").stat().st_mtime_ns == first
    assert members([2]) == ["seed2"]
    assert list(load_run(tmp_path).models) == ["seed2"]


def test_folds_and_seeds(flat):
    info = read_run_info(flat.run("trees", split__folds=3))
    assert [member.name for member in info.members] == ["fold0_seed1", "fold1_seed1", "fold2_seed1"]
    assert (info.seeds, info.n_folds) == ((1,), 3)


@pytest.mark.parametrize(
    ("training", "remedy"),
    [
        ({}, "set training to early_stopping: null and keep: last,"),
        (
            {"early_stopping": None, "keep": "last", "schedule": {"kind": "plateau"}},
            "to another schedule than plateau,",
        ),
    ],
)
def test_without_a_validation_part_nothing_can_be_watched(flat, tmp_path, training, remedy):
    recipe = flat.loaded({"split.folds": 3, "split.validation": False, "training": training})
    with pytest.raises(RecipeError, match=rf"models.trees: the split has no validation part .* {remedy}"):
        workflow.train(recipe, flat.dataset, tmp_path / "run")


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"models.trees.options.max_iter": 6}, "another model:"),
        ({"split.folds": 3}, "another split:"),
        ({"weights.negative": "abs", "training.early_stopping": None}, "another training and weights:"),
        ({"seed": 2}, "another training:"),
        ({"task.options.signal": "background"}, "another task:"),
    ],
)
def test_a_folder_that_was_begun_with_something_else(flat, settings, what):
    with pytest.raises(RunError, match=rf"holds a run of {what} choose another folder, or remove this one"):
        workflow.train(flat.loaded(settings), flat.dataset, flat.run("trees"))


def test_another_dataset_in_the_same_folder(flat, base):
    with pytest.raises(RunError, match="holds a run of another dataset:"):
        workflow.train(flat.recipe, tiny_runs.flat(base, n=300).dataset, flat.run("trees"))


def test_what_does_not_change_members_may_change(flat, tmp_path):
    run = shutil.copytree(flat.run("trees"), tmp_path / "run")
    model = (run / "members" / "seed1" / "trees.skops").stat().st_mtime_ns
    changed = flat.loaded({"evaluation.signal_efficiencies": [0.7], "process.chunk_size": 10})
    info = workflow.train(changed, flat.dataset, run)
    assert info.recipe["evaluation"]["signal_efficiencies"] == [0.7]
    assert (run / "members" / "seed1" / "trees.skops").stat().st_mtime_ns == model


def test_which_model(jets, flat, tmp_path):
    with pytest.raises(RecipeError, match="the recipe has the models trees, pixels, dense: choose one with --model"):
        workflow.train(jets.recipe, jets.dataset, tmp_path)
    with pytest.raises(RecipeError, match=r"--model 'tree' is not in the recipe: did you mean 'trees'"):
        workflow.train(jets.recipe, jets.dataset, tmp_path, model="tree")
    with pytest.raises(DatasetError, match=r"the dataset has no input 'tabel': did you mean 'table'"):
        workflow.train(flat.loaded({"models.trees.inputs": ["tabel"]}), flat.dataset, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_window_is_checked_before_the_training(flat, tmp_path):
    recipe = flat.loaded({"evaluation.windows": {"w": {"y_spectater": [0, 1]}}})
    with pytest.raises(RecipeError, match=r"'y_spectater', which is no spectator: did you mean 'y_spectator'"):
        workflow.train(recipe, flat.dataset, tmp_path)


def test_a_dataset_without_its_processor_file(flat, tmp_path):
    dataset = shutil.copytree(flat.dataset, tmp_path / "dataset")
    (dataset / "processor.py").unlink()
    with pytest.raises(DatasetError, match=r"processor\.py is missing: run the same `hepml process` again"):
        workflow.train(flat.recipe, dataset, tmp_path / "run")


def test_two_trainings_in_one_folder(flat, tmp_path):
    (tmp_path / ".hepml-run").touch()
    with exclusive(tmp_path, kind="run"), pytest.raises(OutputError, match="another process is writing this run"):
        workflow.train(flat.recipe, flat.dataset, tmp_path)


def test_a_damaged_plan(flat, tmp_path):
    run = shutil.copytree(flat.run("trees"), tmp_path / "run")
    (run / "plan.json").write_text("{")
    with pytest.raises(RunError, match=r"plan\.json: damaged"):
        workflow.train(flat.recipe, flat.dataset, run)


def test_the_history_is_told(flat, tmp_path):
    said = []

    class Listening(Silent):
        def say(self, text: str) -> None:
            said.append(text)

    workflow.train(flat.recipe, flat.dataset, tmp_path, progress=Listening())
    assert len(said) == 1
    assert said[0].startswith("trees seed1: step ")
    assert "validation loss 0." in said[0]


def test_plan_names_parts(flat):
    plan = json.loads((flat.run("trees") / "plan.json").read_text())
    assert list(plan) == ["dataset", "model", "training", "split", "weights", "task", "version of hepml"]
