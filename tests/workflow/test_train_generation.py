"""A generator is trained by the verbs, kept in a run, and found again there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from generator_problems import conditions

from hepml import workflow
from hepml.contracts import Generative
from hepml.errors import RecipeError, RunError
from hepml.inference import load_run
from hepml.recipe import Recipe

SHOWERS = Path(__file__).resolve().parents[2] / "processors" / "showers.py"
LAYERS = [[3, 96], [12, 12], [12, 6]]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("showers")
    made = workflow.sample("showers", folder / "s", events=120, options={"energy_gev": (1, 3)})
    options = {"shower": {"layers": LAYERS}, "particles": {11: "electron", 22: "photon"}}
    key = {"key": {"run": "run", "lumi": "lumi", "event": "event"}}
    recipe = Recipe.model_validate(
        {
            "processor": {"file": str(SHOWERS), "options": options | key},
            "inputs": {f.process: {"files": [str(f.path)], "label": f.process} for f in made.files},
            "process": {"retries": 0},
            "task": {"kind": "generation"},
            "models": {
                "parametrised": {"estimator": "shower_parametrisation", "inputs": ["shower", "condition"]},
            },
        }
    )
    workflow.process(recipe, folder / "d")
    return folder, recipe


def test_a_run_holds_a_generator(project):
    folder, recipe = project
    info = workflow.train(recipe, folder / "d", folder / "run", model="parametrised")
    assert (info.task.kind, info.task.outputs, info.task.conditions) == ("generation", (), ("condition",))
    model = load_run(folder / "run").models["seed1"]
    assert isinstance(model, Generative)
    made = model.generate(conditions([2.0, 3.0], [0, 1]), seed=1)
    assert made["shower_energies"][:, 0].tolist() == [2.0, 3.0]
    assert np.all(made["shower_energies"][:, 1] > 0)


def test_it_says_nothing_about_given_events(project):
    folder, recipe = project
    workflow.train(recipe, folder / "d", folder / "silent", model="parametrised")
    with pytest.raises(RunError, match="learnt a generation task"):
        workflow.predict(folder / "silent", [*(folder / "s").glob("*.root")], folder / "friends")
    assert not (folder / "friends").exists()


def test_a_model_without_the_condition_is_refused(project):
    folder, recipe = project
    blind = recipe.models["parametrised"].model_copy(update={"inputs": ["shower"]})
    changed = recipe.model_copy(update={"models": {"blind": blind}})
    with pytest.raises(RecipeError, match="conditions has 'condition', which the model does not read"):
        workflow.train(changed, folder / "d", folder / "blind")
