"""Members on fractions of the training part: on disk, resumed, out of the way of scores, and in the report."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import tiny_runs

from hepml import workflow
from hepml.datasets import open_dataset
from hepml.errors import DatasetError, RecipeError, RunError
from hepml.estimators import load_member, model_spec
from hepml.evaluation import roc_auc_score
from hepml.inference import load_learning, load_run, predict_part, read_run_info
from hepml.recipe import thaw_recipe
from hepml.workflow import learning_curves
from hepml.workflow.progress import SILENT

FRACTIONS = [0.2, 0.5]


def _trained(project: tiny_runs.Project, fractions=FRACTIONS, **settings):
    return project.run("trees", evaluation__learning_curve=tuple(fractions), **settings)


def _state(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_what_is_stored(flat):
    run = _trained(flat)
    assert sorted(path.name for path in (run / "learning").iterdir()) == ["0.2", "0.5"]
    info, data = read_run_info(run), open_dataset(flat.dataset)
    recipe = thaw_recipe(info.recipe, source="run")
    assert [(m.place.as_posix(), m.fraction) for m in info.learning] == [
        ("learning/0.2/seed1", 0.2),
        ("learning/0.5/seed1", 0.5),
    ]
    assert [m.n_train for m in info.learning] == [data.n_rows("train", recipe.split, fraction=f) for f in FRACTIONS]
    assert [m.n_train for m in info.members] == [info.rows["train"]]


def test_with_folds_and_seeds_the_first_seed_of_every_fold(flat):
    run = _trained(flat, [0.3], split__folds=3, models__trees__seeds=(2, 1))
    info = read_run_info(run)
    assert [m.place.as_posix() for m in info.learning] == [f"learning/0.3/fold{fold}_seed2" for fold in range(3)]
    [(fraction, partly)] = load_learning(load_run(run)).items()
    assert (fraction, partly.info.n_folds, partly.info.seeds, partly.info.learning) == (0.3, 3, (2,), ())


def test_finished_is_not_done_again_and_what_is_missing_is_the_same_as_before(flat, tmp_path):
    run = shutil.copytree(_trained(flat), tmp_path / "run")
    recipe = flat.loaded({"evaluation.learning_curve": FRACTIONS})
    before = _state(run)
    workflow.train(recipe, flat.dataset, run)
    assert _state(run) == before
    (run / "run.json").unlink()
    model = run / "learning" / "0.2" / "seed1" / "trees.skops"
    predictions = _scores(run, "0.2", flat)
    shutil.rmtree(model.parent)
    workflow.train(recipe, flat.dataset, run)
    changed = {path for path, when in _state(run).items() if before.get(path) != when}
    assert {path.relative_to(run).parts[0] for path in changed} == {
        "learning",
        "run.json",
        "processor.py",
        ".hepml-run",
    }
    assert {path.parent for path in changed if path.parent.parent.parent == run / "learning"} <= {model.parent}
    np.testing.assert_array_equal(_scores(run, "0.2", flat), predictions)


def _scores(run, fraction, project):
    info = read_run_info(project.run("trees"))
    spec = model_spec(info.estimator, info.options, task=info.task, arrays=info.arrays, seed=1)
    table = np.random.default_rng(1).normal(size=(50, 2)).astype(np.float32)
    return load_member(run / "learning" / fraction / "seed1", spec).predict({"table": table})["score"]


def test_fractions_can_be_added_and_taken_away(flat, tmp_path):
    run = shutil.copytree(flat.run("trees"), tmp_path / "run")
    members = {path: when for path, when in _state(run).items() if path.is_relative_to(run / "members")}
    added = workflow.train(flat.loaded({"evaluation.learning_curve": [0.4]}), flat.dataset, run)
    assert [m.fraction for m in added.learning] == [0.4]
    assert members.items() <= _state(run).items()
    assert workflow.train(flat.recipe, flat.dataset, run).learning == ()


def test_scores_do_not_depend_on_them(flat, tmp_path):
    """What was written before fractions were added is taken for the scores of the run that has them."""
    run = shutil.copytree(flat.run("trees"), tmp_path / "run")
    [before] = workflow.predict(run, [flat.folder / "signal.root"], tmp_path / "friends")
    workflow.train(flat.loaded({"evaluation.learning_curve": [0.4]}), flat.dataset, run)
    assert workflow.predict(run, [flat.folder / "signal.root"], tmp_path / "friends") == [before]
    assert list(load_run(run).models) == ["seed1"]


def _curves(project, run):
    """Return the learning curves of a run as `evaluate` makes them, and its predictions."""
    loaded, data = load_run(run), open_dataset(project.dataset)
    recipe = thaw_recipe(loaded.info.recipe, source="run")
    predictions = {part: predict_part(loaded, data, part, recipe=recipe) for part in ("train", "test")}
    return learning_curves.learning_curves(loaded, data, recipe, predictions, SILENT), predictions


def test_a_run_of_an_older_version(flat, tmp_path):
    run = shutil.copytree(flat.run("trees"), tmp_path / "run")
    values = json.loads((run / "run.json").read_text())
    del values["learning"], values["recipe"]["evaluation"]["learning_curve"]
    for member in values["members"]:
        del member["n_train"], member["fraction"]
    (run / "run.json").write_text(json.dumps(values))
    info = read_run_info(run)
    assert (info.learning, info.fractions, info.members[0].n_train) == ((), (), None)
    assert _curves(flat, run)[0] == []
    recipe = flat.loaded({"evaluation.learning_curve": [0.5]})
    workflow.train(recipe, flat.dataset, run)  # the points are added, and the old member has no number of its own
    [curve] = _curves(flat, run)[0]
    assert curve.columns["n_events"].tolist() == [read_run_info(run).learning[0].n_train, info.rows["train"]]


def test_the_curve_ends_with_the_run_itself(flat, monkeypatch):
    run = _trained(flat)
    [curve], predictions = _curves(flat, run)
    info = read_run_info(run)
    assert curve.columns["n_events"].tolist() == [*(m.n_train for m in info.learning), info.rows["train"]]
    for column, part in (("figure", "test"), ("train_figure", "train")):
        auc = roc_auc_score(predictions[part].label == 0, predictions[part].outputs["score"][:, 0])
        assert (curve.columns[column][-1], curve.columns[f"{column}_error"][-1]) == (auc.value, auc.error)
        assert (curve.columns[column] > 0.6).all()
    assert (curve.run, curve.class_, curve.part) == ("trees", "signal", "test")
    assert curve.labels == {"figure": "auc", "output": None, "seed": 1}
    monkeypatch.setattr(learning_curves, "LARGEST_TRAIN_ROWS", 50)
    [bounded] = _curves(flat, run)[0]
    np.testing.assert_array_equal(bounded.columns["figure"], curve.columns["figure"])
    assert bounded.columns["train_figure_error"][1] > 1.3 * curve.columns["train_figure_error"][1]


def test_folds_and_seeds(flat):
    run = _trained(flat, [0.3], split__folds=3, models__trees__seeds=(2, 1))
    [curve], predictions = _curves(flat, run)
    info = read_run_info(run)
    assert curve.labels["seed"] == 2
    assert curve.columns["n_events"][0] == np.mean([m.n_train for m in info.learning])
    assert curve.columns["n_events"][1] == np.mean([m.n_train for m in info.members if m.seed == 2])
    of_first = predictions["test"].members["seed2"]["score"][:, 0]
    assert curve.columns["figure"][1] == roc_auc_score(predictions["test"].label == 0, of_first).value


def test_refusals(flat, tmp_path):
    with pytest.raises(RecipeError, match=r"evaluation\.learning_curve.*each fraction must be given once"):
        flat.loaded({"evaluation.learning_curve": [0.2, 0.2]})
    with pytest.raises(RecipeError, match=r"evaluation\.learning_curve"):
        flat.loaded({"evaluation.learning_curve": [1.0]})
    with pytest.raises(DatasetError, match=r"give a number above 0\.0083"):
        workflow.train(flat.loaded({"evaluation.learning_curve": [0.001]}), flat.dataset, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    run = shutil.copytree(_trained(flat), tmp_path / "damaged")
    values = json.loads((run / "run.json").read_text())
    values["learning"][0]["seed"] = 7
    (run / "run.json").write_text(json.dumps(values))
    with pytest.raises(RunError, match="one member for each seed and fold, and for each fraction"):
        read_run_info(run)
