import numpy as np
import pytest
import skops.io
from estimator_problems import ARRAYS, ENERGY_GEV, TRAINING, auc, examples, new, plan, problem, regression, source, task
from memory_source import MemorySource
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from hepml.contracts import ArraySpec
from hepml.errors import DatasetError, RunError
from hepml.estimators import build_estimator, load_member
from hepml.recipe import EarlyStopping

STOPPING = TRAINING.model_copy(update={"early_stopping": EarlyStopping()})


def test_a_weight_of_two_is_the_event_twice(tmp_path):
    inputs, label = examples("bdt", 400, seed=1)
    inputs = {"table": np.round(inputs["table"])}  # fewer values than bins: the bins are the same for both
    twice = np.arange(400) % 4 == 0
    rows = np.concatenate([np.arange(400), np.flatnonzero(twice)])
    weighted = MemorySource(ARRAYS["bdt"], inputs, label, np.where(twice, 2.0, 1.0))
    repeated = MemorySource(ARRAYS["bdt"], {"table": inputs["table"][rows]}, label[rows])
    scores = []
    for number, part in enumerate((weighted, repeated)):
        estimator = new("bdt", options={"min_samples_leaf": 1, "max_leaf_nodes": 4, "max_iter": 5, "l2": 1.0})
        estimator.fit(part, repeated, plan(tmp_path / str(number)))
        scores.append(estimator.predict(inputs)["score"])
    np.testing.assert_allclose(scores[0], scores[1], atol=1e-6)


def test_the_best_trees_are_kept_not_the_last(tmp_path):
    """Large trees on few events overtrain: what is kept equals a fit of that length."""
    easy = problem("bdt", n=150)
    options = {"max_iter": 60, "learning_rate": 0.5, "min_samples_leaf": 2}
    long = new("bdt", options=options)
    history = long.fit(easy.train, easy.validation, plan(tmp_path))
    best = int(np.argmin([epoch.figures["validation_loss"] for epoch in history]))
    assert len(history) == 60
    assert best < 59
    short = new("bdt", options={**options, "max_iter": best + 1})
    short.fit(easy.train, easy.validation, plan(tmp_path))
    np.testing.assert_array_equal(long.predict(easy.inputs)["score"], short.predict(easy.inputs)["score"])
    assert long.n_parameters == short.n_parameters


def test_all_trees_are_kept_where_the_last_are_wanted(tmp_path):
    """Large trees on few events overtrain: the best would be fewer."""
    easy = problem("bdt", n=150)
    last = TRAINING.model_copy(update={"keep": "last"})
    kept = {}
    for keep, training in (("best", TRAINING), ("last", last)):
        estimator = new("bdt", options={"max_iter": 60, "learning_rate": 0.5})
        history = estimator.fit(easy.train, easy.validation, plan(tmp_path / keep, training=training))
        assert len(history) == 60
        kept[keep] = estimator.n_parameters
    assert 0 < kept["best"] < kept["last"]


def test_early_stopping_counts_trees(tmp_path):
    easy = problem("bdt", n=150)
    estimator = new("bdt", options={"max_iter": 500, "learning_rate": 0.5, "min_samples_leaf": 2, "patience": 5})
    history = estimator.fit(easy.train, easy.validation, plan(tmp_path, training=STOPPING))
    assert 5 < len(history) < 100


def test_the_validation_loss_is_the_weighted_cross_entropy(tmp_path):
    easy = problem("bdt")
    estimator = new("bdt", options={"max_iter": 1})
    weight = np.where(np.arange(200) < 50, 3.0, 1 / 3)
    inputs, label = examples("bdt", 200, seed=2)
    history = estimator.fit(easy.train, MemorySource(ARRAYS["bdt"], inputs, label, weight), plan(tmp_path))
    score = estimator.predict(inputs)["score"][:, 0].astype(float)
    by_hand = -np.average(np.log(np.where(label == 0, score, 1 - score)), weights=weight)
    assert history[0].figures["validation_loss"] == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize("loss", ["mse", "mae"])
def test_the_validation_loss_is_that_of_a_standardised_target(loss, tmp_path):
    easy, estimator = problem("bdt"), new("bdt", options={"max_iter": 1}, learns=regression(loss=loss))
    history = estimator.fit(easy.train, easy.validation, plan(tmp_path))
    whole = easy.validation._whole
    scale = easy.train.target_moments([ENERGY_GEV])[ENERGY_GEV][1]
    error = (estimator.predict(whole.inputs)[ENERGY_GEV][:, 0] - whole.spectators[ENERGY_GEV]) / scale
    by_hand = np.mean(error**2 if loss == "mse" else np.abs(error))
    assert history[0].figures["validation_loss"] == pytest.approx(by_hand, rel=1e-4)


def test_a_target_that_is_missing_everywhere_is_refused(tmp_path):
    easy = problem("bdt", n=100)
    inputs, label = examples("bdt", 50, seed=1)
    unknown = source("bdt", inputs, label, energy=np.full(50, np.nan))
    with pytest.raises(DatasetError, match="missing in all of the validation part"):
        new("bdt", learns=regression()).fit(easy.train, unknown, plan(tmp_path))


def test_categories_of_more_codes_than_bins_are_numbers(tmp_path):
    arrays = {"table": ArraySpec((1,), role="table", moments_shape=(1,), categories=(300,))}
    codes = np.random.default_rng(1).integers(0, 300, (1000, 1)).astype(np.float32)
    part = MemorySource(arrays, {"table": codes}, (codes[:, 0] > 150).astype(int))
    estimator = build_estimator("bdt", {"max_iter": 5}, task=task(), arrays=arrays, seed=1)
    estimator.fit(part, part, plan(tmp_path))
    assert auc(estimator.predict({"table": codes})["score"][:, 0], codes[:, 0] <= 150) > 0.95


def test_several_inputs_are_flattened_side_by_side(tmp_path):
    arrays = {"image": ArraySpec((2, 2, 1), role="image", moments_shape=(2, 2, 1)), **ARRAYS["bdt"]}
    tables, label = examples("bdt", 300, seed=1)
    inputs = {"image": np.zeros((300, 2, 2, 1), np.float32), **tables}
    estimator = build_estimator("bdt", {"max_iter": 10}, task=task(), arrays=arrays, seed=1)
    both = MemorySource(arrays, inputs, label)
    estimator.fit(both, both, plan(tmp_path))
    alone = new("bdt", options={"max_iter": 10, "learning_rate": 0.05})
    only = MemorySource(ARRAYS["bdt"], tables, label)
    alone.fit(only, only, plan(tmp_path))
    np.testing.assert_array_equal(estimator.predict(inputs)["score"], alone.predict(tables)["score"])


def test_one_class_is_refused(tmp_path):
    inputs, label = examples("bdt", 50, seed=1)
    alike = MemorySource(ARRAYS["bdt"], inputs, label * 0)
    with pytest.raises(DatasetError, match="examples of 1 of 2 classes"):
        new("bdt").fit(alike, alike, plan(tmp_path))


def test_trees_that_are_not_fitted_say_so(tmp_path):
    estimator = new("bdt")
    assert estimator.n_parameters == 0
    with pytest.raises(RunError, match="not fitted"):
        estimator.predict(examples("bdt", 2, seed=1)[0])
    with pytest.raises(RunError, match="not fitted"):
        estimator.save(tmp_path)


def test_a_file_with_an_untrusted_type_is_refused(tmp_path):
    skops.io.dump(Pipeline([("f", FunctionTransformer(np.save))]), tmp_path / "trees.skops")
    with pytest.raises(RunError, match="could run foreign code"):
        load_member(tmp_path, new("bdt").spec)


def test_a_file_with_another_estimator_is_refused(tmp_path):
    skops.io.dump(FunctionTransformer(), tmp_path / "trees.skops")
    with pytest.raises(RunError, match="not boosted trees"):
        load_member(tmp_path, new("bdt").spec)
