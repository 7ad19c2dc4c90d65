"""The null test of signs: by hand on a run, and features that nobody reads."""

from __future__ import annotations

import pytest

from hepml.datasets import as_arrays, open_dataset
from hepml.errors import RecipeError
from hepml.evaluation import roc_auc_score
from hepml.explain import signed_features, with_random_signs
from hepml.inference import load_run
from hepml.recipe import thaw_recipe
from hepml.workflow.sign_flips import check_sign_flips, sign_flip_metrics


def test_the_difference_is_that_of_the_same_events(flat):
    run, data = load_run(flat.run("trees")), open_dataset(flat.dataset)
    recipe = thaw_recipe(run.info.recipe, source="run")
    source = data.source("test", inputs=["table"], training=False, weights=recipe.weights, split=recipe.split, seed=0)
    sample = as_arrays(source)
    assert sign_flip_metrics(run, sample, data, recipe) == []
    asked = recipe.evaluation.model_copy(update={"sign_flips": ["x"]})
    found = {
        (metric.name, metric.class_): metric
        for metric in sign_flip_metrics(run, sample, data, recipe.model_copy(update={"evaluation": asked}))
    }
    changed = with_random_signs(sample.inputs, signed_features(run.info.arrays, ["x"]), seed=recipe.seed)
    [model] = run.models.values()
    before, after = (
        roc_auc_score(sample.label == 0, model.predict(inputs)["score"][:, 0]).value
        for inputs in (sample.inputs, changed)
    )
    difference = found["delta_auc_of_random_signs", "signal"]
    assert difference.value == pytest.approx(after - before, abs=1e-9)
    assert difference.error > 0
    assert (difference.run, difference.against) == ("trees", None)
    assert 0 <= found["delta_auc_of_random_signs_p_value", "signal"].value <= 1
    check_sign_flips([run], asked)


def test_a_feature_that_no_run_reads_is_refused(flat):
    run = load_run(flat.run("trees"))
    evaluation = thaw_recipe(run.info.recipe, source="run").evaluation
    with pytest.raises(RecipeError, match="no run reads a feature 'd0'"):
        check_sign_flips([run], evaluation.model_copy(update={"sign_flips": ["d0"]}))
