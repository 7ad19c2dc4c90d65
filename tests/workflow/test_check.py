from __future__ import annotations

import pytest

from hepml import workflow
from hepml.errors import RecipeError


def test_what_would_be_made(flat):
    report = workflow.check(flat.recipe)
    assert [(each.name, each.n_entries, each.n_rows) for each in report.inputs] == [
        ("signal", 600, 600),
        ("background", 600, 600),
    ]
    assert report.arrays == {"table": (2,)}


def test_models_are_checked_against_what_the_processor_makes(flat):
    with pytest.raises(
        RecipeError, match=r"models.trees.inputs: the processor makes no input 'tabel': did you mean 'table'"
    ):
        workflow.check(flat.loaded({"models.trees.inputs": ["tabel"]}))
    with pytest.raises(RecipeError, match=r"models.trees.options.max_itr"):
        workflow.check(flat.loaded({"models.trees.options": {"max_itr": 3}}))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"evaluation.bins": {"yy": 4}}, "evaluation.bins names 'yy', which is no spectator of the processor"),
        ({"evaluation.windows": {"low": {"yy": [0, 1]}}}, "a window of the evaluation cuts on 'yy'"),
        ({"weights.reweight": {"columns": {"yy": [0, 1, 2]}}}, "weights.reweight.columns names 'yy'"),
        ({"evaluation.yields": {"signal": 1, "backgrund": 2}}, "evaluation.yields .* 'background' is missing"),
        ({"task": {"kind": "regression", "options": {"target": "yy"}}}, "task.options.target names 'yy'"),
    ],
)
def test_names_are_checked_before_anything_is_trained(flat, tmp_path, settings, words):
    recipe = flat.loaded(settings)
    with pytest.raises(RecipeError, match=words):
        workflow.check(recipe)
    with pytest.raises(RecipeError, match=words):
        workflow.train(recipe, flat.dataset, tmp_path / "run", model="trees")
    assert not (tmp_path / "run").exists()
