"""Importances of a run: on events that it has not seen, of its first seed."""

from __future__ import annotations

import numpy as np
import pytest

from hepml.datasets import as_arrays, open_dataset
from hepml.evaluation import roc_auc_score
from hepml.inference import load_run
from hepml.recipe import thaw_recipe
from hepml.workflow.importance_curves import importance_curves
from hepml.workflow.prediction_time import predict_microseconds
from hepml.workflow.progress import SILENT


def _opened(project, run):
    loaded, data = load_run(run), open_dataset(project.dataset)
    recipe = thaw_recipe(loaded.info.recipe, source="run")
    source = data.source(
        "test",
        inputs=list(loaded.info.representations),
        fold=0 if recipe.split.folds else None,
        training=False,
        weights=recipe.weights,
        split=recipe.split,
        seed=0,
    )
    return loaded, data, recipe, as_arrays(source)


def test_tables_and_images(jets):
    for model, array in (("trees", "substructure"), ("pixels", "image")):
        run, data, recipe, sample = _opened(jets, jets.run(model))
        [curve] = importance_curves(run, sample, data, recipe, SILENT)
        assert curve.columns.keys() == {"drop", "drop_error"}
        assert curve.labels["features"] == list(run.info.arrays[array].features)
        assert len(curve.columns["drop"]) == len(curve.labels["features"])
        about = {"n_events": sample.n, "repeats": 5, "figure": "auc", "seed": 1, "output": None}
        assert about.items() <= curve.labels.items()
        best = int(curve.columns["drop"].argmax())
        assert curve.columns["drop"][best] > 5 * curve.columns["drop_error"][best] > 0


def test_with_folds_each_event_is_judged_by_the_fold_that_did_not_see_it(flat):
    run, data, recipe, sample = _opened(flat, flat.run("trees", split__folds=3))
    [curve] = importance_curves(run, sample, data, recipe, SILENT)
    fold = run.models["fold0_seed1"]
    before = roc_auc_score(sample.label == 0, fold.predict(sample.inputs)["score"][:, 0]).value
    after = []
    for repeat in range(recipe.evaluation.importance_repeats):
        order = np.random.default_rng([recipe.seed, repeat]).permutation(sample.n)
        dealt = sample.inputs["table"].copy()
        dealt[:, 0] = dealt[order, 0]
        after.append(roc_auc_score(sample.label == 0, fold.predict({"table": dealt})["score"][:, 0]).value)
    assert curve.columns["drop"][0] == pytest.approx(before - np.mean(after), abs=1e-12)


def test_the_time_per_event(jets):
    run, _, _, sample = _opened(jets, jets.run("trees"))
    assert 0 < predict_microseconds(run, sample) < 10_000
