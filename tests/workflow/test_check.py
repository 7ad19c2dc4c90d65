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
