"""A run that starts from another run: which member, what it remembers, and whose test events were seen."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import tiny_runs

from hepml import workflow
from hepml.datasets import open_dataset
from hepml.errors import RecipeError, RunError
from hepml.inference import load_run, read_run_info
from hepml.workflow.judged_run import JudgedRun
from hepml.workflow.progress import Silent
from hepml.workflow.report_content import report_content
from hepml.workflow.start import open_start, with_start

DENSE = {"estimator": "dnn", "inputs": ["table"], "options": {"width": 6, "depth": 1}}


@pytest.fixture(scope="module")
def simulation(base):
    """Return a run of two seeds on more events than `few` has."""
    return with_network(base, n=500, seeds=[1, 2]).run("dense")


@pytest.fixture(scope="module")
def few(base):
    return with_network(base, n=300, seeds=[1])


def with_network(base, n, seeds):
    flat = tiny_runs.flat(base, n=n)
    values = flat.loaded().model_dump(mode="json")
    return tiny_runs.write_project(
        base / f"network_{n}",
        **values | {"models": {"dense": DENSE | {"seeds": seeds}, "trees": tiny_runs.TREES}, "training": {"epochs": 1}},
    )


def opened(project, run, digest="another", **settings):
    changed = {"models.dense.start.run": str(run)} | {key.replace("__", "."): value for key, value in settings.items()}
    return open_start(project.loaded(changed), "dense", dataset_digest=digest)


class Listening(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture(scope="module")
def listening():
    return Listening()


@pytest.fixture(scope="module")
def started(few, simulation, listening, tmp_path_factory):
    """Return a run of two seeds with the frozen backbone of `simulation`, which has one of them."""
    folder = tmp_path_factory.mktemp("started")
    recipe = few.loaded({"models.dense.seeds": [2, 3], "models.dense.start": {"freeze": "backbone"}})
    workflow.train(recipe, few.dataset, folder, model="dense", start=simulation, progress=listening)
    return folder


def test_a_run_from_another(started, simulation, listening):
    info, digest = read_run_info(started), read_run_info(simulation).dataset_digest
    assert [member.started_from for member in info.members] == ["seed2", "seed1"]
    assert (info.start.name, info.start.estimator, info.start.dataset_digest) == ("dense", "dnn", digest)
    assert (info.start.options["freeze"], set(info.start.weights)) == ("backbone", {"seed1", "seed2"})
    starts = [text for text in listening.said if "starts from" in text]
    assert starts[0].startswith(f"dense seed2 starts from dense seed2 (dataset {digest[:12]}…), with the head of score")
    before, after = (load_run(run).models["seed2"].model.layers[2].get_weights() for run in (simulation, started))
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)


def test_finished_stays_finished_when_the_start_moves(few, simulation, tmp_path):
    moved = shutil.copytree(simulation, tmp_path / "moved")
    run, weights = tmp_path / "run", tmp_path / "run" / "members" / "seed1" / "model.keras"
    workflow.train(few.loaded(), few.dataset, run, model="dense", start=simulation)
    before = weights.stat().st_mtime_ns
    workflow.train(few.loaded(), few.dataset, run, model="dense", start=moved)
    assert weights.stat().st_mtime_ns == before
    assert json.loads((run / "plan.json").read_text())["start"]
    with pytest.raises(RunError, match="holds a run of another start:"):
        workflow.train(few.loaded(), few.dataset, run, model="dense")
    with (moved / "members" / "seed1" / "model.keras").open("ab") as file:
        file.write(b"other")
    with pytest.raises(RunError, match="holds a run of another start:"):
        workflow.train(few.loaded(), few.dataset, run, model="dense", start=moved)


def test_a_path_leaves_the_options_of_the_recipe(few):
    recipe = few.loaded({"models.dense.start": {"run": "there", "backbone_rate": 0.1}})
    start = with_start(recipe, "dense", "here").models["dense"].start
    assert (start.run, start.backbone_rate) == ("here", 0.1)


def altered(simulation, folder, change):
    """Return a run like `simulation` with another ``run.json``."""
    run = shutil.copytree(simulation, folder)
    values = json.loads((run / "run.json").read_text())
    change(values)
    (run / "run.json").write_text(json.dumps(values))
    return run


@pytest.fixture
def folds(simulation, tmp_path):
    """Return a run in three folds."""

    def change(values):
        (first, _) = values["members"]
        values["members"] = [first | {"fold": fold} for fold in range(3)]
        values["recipe"]["split"]["folds"] = 3

    run = altered(simulation, tmp_path / "folds", change)
    for fold in range(3):
        shutil.copytree(run / "members" / "seed1", run / "members" / f"fold{fold}_seed1")
    return run


def test_the_same_dataset_and_another_split(few, simulation):
    digest = read_run_info(simulation).dataset_digest
    assert opened(few, simulation, digest).info.dataset_digest == digest
    parts = {"train": 50, "validation": 10, "test": 40}
    message = "dense was trained on this dataset with another split, and has seen events that would be tested"
    for settings in ({"split__folds": 3}, {"split__parts": parts}):
        with pytest.raises(RunError, match=message):
            opened(few, simulation, digest, **settings)
        assert opened(few, simulation, **settings) is not None  # another dataset


def test_folds_of_the_same_dataset_start_from_the_same_fold(few, folds):
    digest = read_run_info(folds).dataset_digest
    start = opened(few, folds, digest, split__folds=3)
    split = few.loaded({"split.folds": 3}).split.model_dump(mode="json")
    assert [start.member(5, fold, split).name for fold in range(3)] == [f"fold{fold}_seed1" for fold in range(3)]
    with pytest.raises(RunError, match="with another split"):
        opened(few, folds, digest)


def test_any_fold_of_another_dataset(few, folds):
    split = few.loaded().split.model_dump(mode="json")
    assert opened(few, folds).member(1, None, split).name == "fold0_seed1"


def test_a_start_of_the_start_counts(few, simulation, tmp_path):
    """A network of this dataset, trained on another dataset in between: the events are still known to it."""
    split = few.loaded({"split.folds": 3}).split.model_dump(mode="json")
    first = {"name": "old", "estimator": "dnn", "dataset_digest": "this", "split": split, "weights": {}, "options": {}}
    run = altered(simulation, tmp_path / "between", lambda values: values.update(start=first))
    with pytest.raises(RunError, match="old was trained on this dataset"):
        opened(few, run, "this", split__folds=3)
    with pytest.raises(RunError, match="old was trained on this dataset"):
        opened(few, run, "this")
    assert opened(few, run).info.before.name == "old"


def test_a_learning_curve_of_events_that_were_all_seen(few, simulation):
    curve = {"evaluation__learning_curve": [0.5]}
    with pytest.raises(RecipeError, match=r"seen the whole training part.*evaluation\.learning_curve"):
        opened(few, simulation, read_run_info(simulation).dataset_digest, **curve)
    assert opened(few, simulation, **curve) is not None


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"models.trees.start": {"run": "r"}}, RecipeError, "models.trees.start: 'bdt' cannot start from another run"),
        ({"models.dense.start": {}}, RecipeError, r"names no run: set models\.dense\.start\.run .*train --from RUN"),
        ({"models.dense.start": {"run": "nowhere"}}, RunError, "nowhere: there is no run here"),
        (
            {"models.dense.start": {"freeze": "backbone", "backbone_rate": 0.1}},
            RecipeError,
            "backbone_rate is 0.1 and freeze: backbone trains none of it",
        ),
        ({"models.dense.start": {"frm": "x"}}, RecipeError, r"unknown key 'models\.dense\.start\.frm'"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_processed(few, settings, error, message, tmp_path):
    with pytest.raises(error, match=message):
        workflow.run(few.loaded(settings), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_run_of_another_estimator(few, flat, simulation):
    with pytest.raises(RunError, match="is a run of 'bdt' and the model is 'dnn': use 'bdt'"):
        opened(few, flat.run("trees"))


def test_networks_that_are_built_otherwise(few, simulation, tmp_path):
    recipe = few.loaded({"models.dense.options.width": 7, "models.dense.start.run": str(simulation)})
    with pytest.raises(RunError, match=r"cannot start from .*: layer 2 of the backbone is Dense .*width 6 \(here 7\)"):
        workflow.train(recipe, few.dataset, tmp_path, model="dense")


def test_the_report_says_where_a_run_started(few, started):
    judged, data = JudgedRun(load_run(started), {}, (), (), None), open_dataset(few.dataset)
    texts = report_content([judged], data, [], []).warnings
    (text,) = [text for text in texts if text.startswith("dense started from the backbone of dense (dataset ")]
    assert "which was not trained further. Events that are in both datasets are tested fairly only if" in text
