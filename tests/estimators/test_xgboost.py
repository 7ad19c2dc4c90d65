import json

import numpy as np
import pytest
from estimator_problems import ARRAYS, ENERGY_GEV, TRAINING, examples, new, plan, problem, regression
from memory_source import MemorySource

from hepml.errors import MissingExtraError, RunError
from hepml.estimators import estimator_class, extras, load_member, save_member
from hepml.recipe import EarlyStopping

STOPPING = TRAINING.model_copy(update={"early_stopping": EarlyStopping()})


def test_the_best_trees_are_kept_not_the_last(tmp_path):
    """Large trees on few events overtrain: what is kept equals a fit of that length."""
    easy = problem("xgboost", n=150)
    options = {"max_iter": 60, "learning_rate": 0.5, "max_depth": 6}
    long = new("xgboost", options=options)
    history = long.fit(easy.train, easy.validation, plan(tmp_path))
    best = int(np.argmin([epoch.figures["validation_loss"] for epoch in history]))
    assert len(history) == 60
    assert best < 59
    short = new("xgboost", options={**options, "max_iter": best + 1})
    short.fit(easy.train, easy.validation, plan(tmp_path))
    np.testing.assert_array_equal(long.predict(easy.inputs)["score"], short.predict(easy.inputs)["score"])
    assert long.n_parameters == short.n_parameters


def test_all_trees_are_kept_where_the_last_are_wanted(tmp_path):
    """Large trees on few events overtrain: the best would be fewer."""
    easy = problem("xgboost", n=150)
    last = TRAINING.model_copy(update={"keep": "last"})
    kept = {}
    for keep, training in (("best", TRAINING), ("last", last)):
        estimator = new("xgboost", options={"max_iter": 60, "learning_rate": 0.5})
        history = estimator.fit(easy.train, easy.validation, plan(tmp_path / keep, training=training))
        assert len(history) == 60
        kept[keep] = estimator.n_parameters
    assert 0 < kept["best"] < kept["last"]


def test_early_stopping_counts_trees(tmp_path):
    easy = problem("xgboost", n=150)
    estimator = new("xgboost", options={"max_iter": 500, "learning_rate": 0.5, "max_depth": 6, "patience": 5})
    history = estimator.fit(easy.train, easy.validation, plan(tmp_path, training=STOPPING))
    assert 5 < len(history) < 100


@pytest.mark.parametrize("learns", [None, regression(), regression(loss="mae")])
def test_the_validation_loss_is_the_weighted_mean(learns, tmp_path):
    easy = problem("xgboost")
    estimator = new("xgboost", options={"max_iter": 1}, learns=learns)
    weight = np.where(np.arange(200) < 50, 3.0, 1 / 3)
    inputs, label = examples("xgboost", 200, seed=2)
    energy = easy.validation._whole.spectators
    watched = MemorySource(ARRAYS["xgboost"], inputs, label, weight, spectators=energy)
    history = estimator.fit(easy.train, watched, plan(tmp_path))
    if learns is None:
        score = estimator.predict(inputs)["score"][:, 0].astype(float)
        losses = -np.log(np.where(label == 0, score, 1 - score))
    else:
        scale = easy.train.target_moments([ENERGY_GEV])[ENERGY_GEV][1]
        error = (estimator.predict(inputs)[ENERGY_GEV][:, 0] - energy[ENERGY_GEV]) / scale
        losses = error**2 if learns.outputs[0].loss == "mse" else np.abs(error)
    assert history[0].figures["validation_loss"] == pytest.approx(np.average(losses, weights=weight), rel=1e-4)


@pytest.mark.parametrize(
    ("options", "other"), [({"subsample": 0.5}, {"subsample": 1.0}), ({"l1": 20.0}, {}), ({"l2": 200.0}, {})]
)
def test_options_reach_the_trees(options, other, tmp_path):
    easy = problem("xgboost", n=300)
    scores = []
    for number, changed in enumerate((options, other)):
        estimator = new("xgboost", options={"max_iter": 5, **changed})
        estimator.fit(easy.train, easy.validation, plan(tmp_path / str(number)))
        scores.append(estimator.predict(easy.inputs)["score"])
    assert np.abs(scores[0] - scores[1]).max() > 1e-3


def test_trees_that_are_not_fitted_say_so(tmp_path):
    estimator = new("xgboost")
    assert estimator.n_parameters == 0
    with pytest.raises(RunError, match="not fitted"):
        estimator.predict(examples("xgboost", 2, seed=1)[0])
    with pytest.raises(RunError, match="not fitted"):
        estimator.save(tmp_path)


@pytest.mark.parametrize("content", ["[]", "{}", json.dumps({"learner": {"objective": {"name": "binary:logistic"}}})])
def test_a_file_with_something_else_is_refused(content, tmp_path):
    (tmp_path / "trees.json").write_text(content)
    with pytest.raises(RunError, match=r"cannot be loaded.*train again"):
        load_member(tmp_path, new("xgboost").spec)


def test_trees_for_another_loss_are_refused(tmp_path):
    easy, estimator = problem("xgboost", n=100), new("xgboost", options={"max_iter": 2})
    history = estimator.fit(easy.train, easy.validation, plan(tmp_path))
    save_member(tmp_path, estimator, history)
    with pytest.raises(RunError, match="for binary:logistic and the run says 4 for reg:squarederror"):
        load_member(tmp_path, new("xgboost", learns=regression()).spec)


def test_where_it_is_not_installed_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"estimator 'xgboost' needs .* pip install 'hepml\[xgboost\]'"):
        new("xgboost")
    with pytest.raises(MissingExtraError, match=r"hepml\[xgboost\]"):
        extras.import_extra("xgboost")
    assert estimator_class("xgboost").extra == "xgboost"
    assert new("bdt").spec.estimator == "bdt"
