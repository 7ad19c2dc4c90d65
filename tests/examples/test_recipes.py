"""The recipes under examples/ are valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepml.recipe import load_recipe, training_of
from hepml.tasks import TaskContext, build_task

ROOT = Path(__file__).resolve().parents[2]
RECIPES = sorted((ROOT / "examples").glob("*/*.yaml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: str(path.relative_to(ROOT / "examples")))
def test_recipe_is_valid(path):
    """It loads, its processor file exists, and its task fits its classes."""
    recipe = load_recipe(path)
    assert Path(recipe.processor.file).is_file()
    inputs = next((tuple(model.inputs) for model in recipe.models.values()), ())
    build_task(recipe.task.kind, recipe.task.options, TaskContext(recipe.class_names, inputs))


def test_jets_recipe_names():
    """The names that documents and tests rely on."""
    recipe = load_recipe(ROOT / "examples" / "jets" / "recipe.yaml")
    assert list(recipe.inputs) == ["w", "qcd"]
    assert {name: model.inputs for name, model in recipe.models.items()} == {
        "cnn": ["image"],
        "dnn": ["substructure"],
        "bdt": ["substructure"],
    }
    assert all(len(model.seeds) == 3 for model in recipe.models.values())


def test_higgs_recipe_names():
    """All models see each event once in the test part, by folds, and the yields are those of the challenge."""
    recipe = load_recipe(ROOT / "examples" / "higgs" / "recipe.yaml")
    assert list(recipe.inputs) == ["higgs"]
    assert recipe.split.folds == 5
    assert {"bdt", "dnn", "linear"} == set(recipe.models)
    assert recipe.evaluation.yields == {"signal": 691.99, "background": 410_999.85}


def test_dune_recipes_fit_together():
    """The network of one starts from that of the other, and no fold leaves events out."""
    dune, simulated = (
        load_recipe(ROOT / "examples" / "neutrinos" / f"{name}.yaml") for name in ("dune", "dune_pretrain")
    )
    assert dune.split.folds == 5
    assert not dune.split.has_validation
    assert not simulated.split.has_validation
    assert set(dune.models) == {"resnet", "bdt"}
    assert all(training_of(recipe, name).keep == "last" for recipe in (dune, simulated) for name in recipe.models)
    free = ("augment", "dropout", "weight_average")
    built = [{k: v for k, v in r.models["resnet"].options.items() if k not in free} for r in (dune, simulated)]
    assert built[0] == built[1]
    seen = [dict(r.processor.options["pixelmap"]) for r in (dune, simulated)]
    assert seen[1].pop("calibration") == 0.8
    assert seen[0] == seen[1]
    assert "key" not in dune.processor.options  # an event that is there twice must not straddle folds
