"""Scores and efficiencies by category of the true events."""

from __future__ import annotations

import numpy as np
import pytest
from evaluation.toy_scores import find, predictions

from hepml.errors import DatasetError, RecipeError
from hepml.evaluation import evaluate_predictions
from hepml.evaluation.categories import categories_of
from hepml.options import validate_options
from hepml.recipe import Evaluation

MODES = Evaluation(categories={"mode": {0: "QE", 1: "RES"}})


def _events():
    """Two classes; three QE and one RES event of the first, an unnamed mode in the second alone."""
    return predictions(
        [0, 0, 0, 0, 1, 1], [0.9, 0.8, 0.3, 0.2, 0.6, 0.1], weight=[1, 1, 2, 1, 1, 1],
        spectators={"mode": np.array([0, 0, 0, 1, 7, 0])},
    )  # fmt: skip


def test_codes_of_one_name_are_one_category():
    found = categories_of(np.array([4, 0, 1, 13]), {0: "QE", 4: "QE", 1: "RES"}, spectator="interaction")
    assert (found.names, found.index.tolist()) == (("QE", "RES", "other"), [0, 0, 1, 2])


def test_other_is_there_only_if_an_event_is():
    assert categories_of(np.array([0, 1]), {0: "QE", 1: "RES"}, spectator="mode").names == ("QE", "RES")
    named = categories_of(np.array([0, 1, np.nan]), {1: "other", 0: "QE"}, spectator="mode")
    assert (named.names, named.index.tolist()) == (("QE", "other"), [0, 1, 1])


def test_efficiencies():
    metrics, curves = evaluate_predictions({"test": _events()}, MODES, seed=1)
    assert find(metrics, "efficiency_mode_QE", class_="w").value == 0.5  # Σw: 2 of 4
    assert find(metrics, "efficiency_mode_RES", class_="w").value == 0
    assert find(metrics, "efficiency_mode_other", class_="qcd").value == 0
    assert not any(m.name == "efficiency_mode_other" and m.class_ == "w" for m in metrics)
    of_w, of_qcd = (curve for curve in curves if curve.name == "category_efficiency")
    assert of_w.labels == {"spectator": "mode", "categories": ["QE", "RES", "other"]}
    np.testing.assert_array_equal(of_w.columns["efficiency"], [0.5, 0, np.nan])
    np.testing.assert_array_equal(of_qcd.columns["efficiency"], [1, np.nan, 0])
    assert of_w.columns["sum_w"].tolist() == [4, 1, 0]


def test_scores_of_the_class_and_of_the_others():
    _, curves = evaluate_predictions({"test": _events()}, MODES, seed=1)
    scores = [curve for curve in curves if curve.name == "category_score"]
    assert [(c.labels["category"], c.labels["of_class"], c.columns["sum_w"].sum()) for c in scores] == [
        ("QE", True, 4), ("RES", True, 1), ("QE", False, 1), ("other", False, 1),
    ]  # fmt: skip
    assert {curve.class_ for curve in scores} == {"w"}


def test_mistakes_are_named():
    with pytest.raises(RecipeError, match=r"evaluation.categories names 'mod', .*did you mean 'mode'"):
        evaluate_predictions({"test": _events()}, Evaluation(categories={"mod": {0: "QE"}}), seed=1)
    with pytest.raises(DatasetError, match="categories need numbers, but spectator 'mode' is of type <U2"):
        categories_of(np.array(["QE"]), {0: "QE"}, spectator="mode")
    with pytest.raises(RecipeError, match=r"evaluation.categories.mode"):
        validate_options(Evaluation, {"categories": {"mode": {}}}, path="evaluation")


def test_a_frozen_recipe_keeps_the_codes():
    """JSON has no numbers as keys."""
    assert Evaluation.model_validate_json(MODES.model_dump_json()) == MODES
    assert validate_options(Evaluation, MODES.model_dump(mode="json"), path="evaluation") == MODES
