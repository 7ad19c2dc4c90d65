"""What every model of maps promises: it follows a drift and no fault, knows the exposure, and comes back from disk."""

from __future__ import annotations

import map_problem
import numpy as np
import pytest
from estimator_problems import plan
from map_problem import ARRAYS, DEAD, SHAPE, SMALL, maps, response, source, task

from hepml.contracts import MapDetector
from hepml.errors import DatasetError, RecipeError, RunError
from hepml.estimators import ESTIMATORS, build_estimator, estimator_class, load_member, save_member
from hepml.recipe import Training

NAMES = sorted(name for name in ESTIMATORS if "reconstruction" in estimator_class(name).tasks)
WITH_MAPS = [name for name in NAMES if not issubclass(estimator_class(name), MapDetector)]
NETWORKS = ["autoencoder", "variational_autoencoder"]
TRAINING = Training(epochs=30, batch_size=50, early_stopping=None, optimiser={"learning_rate": 0.01})


def new(name, *, seed=1, **options):
    return build_estimator(name, {**SMALL[name], **options}, task=task(), arrays=ARRAYS, seed=seed)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    made = {}

    def get(name):
        if name not in made:
            model = new(name)
            model.fit(source(400, seed=1), source(100, seed=2), plan(tmp_path_factory.mktemp(name), training=TRAINING))
            made[name] = model
        return made[name]

    return get


def test_every_one_has_small_options():
    assert sorted(SMALL) == NAMES


@pytest.mark.parametrize("name", WITH_MAPS)
def test_expected_counts_are_those_of_the_response_at_the_exposure(name, fitted):
    inputs = maps(60, seed=3, exposure=0.6, drift=0.0)
    found = fitted(name).predict(inputs)["muon"]
    assert found.shape == (60, *SHAPE, 1)
    assert found.dtype == np.float32
    assert np.isnan(found[:, DEAD[0], DEAD[1]]).all()
    ratio = found[..., 0].mean(axis=0) / (0.6 * response())
    assert np.nanmax(np.abs(ratio - 1)) < 0.03


@pytest.mark.parametrize("name", ["pca", *NETWORKS])
def test_a_drift_is_followed_beyond_what_was_seen_of_it(name, fitted):
    inputs = maps(60, seed=3, exposure=1.0, drift=0.15)
    ratio = fitted(name).predict(inputs)["muon"][..., 0].mean(axis=0) / response()
    tilt = float(np.mean(ratio[:, -1] - ratio[:, 0]))
    assert tilt == pytest.approx(0.15, abs=0.05)


@pytest.mark.parametrize("name", ["pca", *NETWORKS])
def test_cells_that_are_left_out_are_expected_from_the_others(name, fitted):
    inputs = maps(40, seed=4, exposure=1.0, drift=0.0)
    rest = {**inputs, "muon_counts": inputs["muon_counts"].copy()}
    rest["muon_counts"][:, 1:4, 3:9] = np.nan
    whole, again = (fitted(name).predict(each)["muon"].mean(axis=0) for each in (inputs, rest))
    assert np.nanmax(np.abs(again / whole - 1)) < 0.02


@pytest.mark.parametrize("name", ["pca", "autoencoder"])
def test_without_an_exposure_the_sum_of_the_map_says_it(name, fitted):
    inputs = maps(40, seed=5, exposure=0.8)
    unknown = {**inputs, "muon_exposure": np.full((40, 1), np.nan, np.float32)}
    known, found = (fitted(name).predict(each)["muon"] for each in (inputs, unknown))
    assert np.nanmax(np.abs(found / known - 1)) < 0.05
    empty = {**unknown, "muon_counts": np.zeros_like(inputs["muon_counts"])}
    assert np.nanmax(fitted(name).predict(empty)["muon"]) < 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_it_comes_back_from_disk_and_rows_are_independent(name, fitted, tmp_path):
    model, inputs = fitted(name), maps(30, seed=6)
    save_member(tmp_path / "m", model, [])
    again = load_member(tmp_path / "m", model.spec)

    def answers(one, given):
        return one.map_scores(given)["muon"] if isinstance(one, MapDetector) else one.predict(given)["muon"]

    whole = answers(model, inputs)
    np.testing.assert_array_equal(answers(again, inputs), whole)
    few = answers(model, {key: values[7:10] for key, values in inputs.items()})
    np.testing.assert_allclose(few, whole[7:10], rtol=1e-6)
    assert len(answers(model, {key: values[:0] for key, values in inputs.items()})) == 0
    assert model.n_parameters > 0


def test_an_isolation_forest_finds_a_dead_region(fitted):
    good, bad = maps(100, seed=7, exposure=1.0), maps(100, seed=8, exposure=1.0)
    bad["muon_counts"][:, :, 5:15] = 0
    scores = [fitted("isolation_forest").map_scores(each)["muon"] for each in (good, bad)]
    assert np.mean(scores[1][:, None] > scores[0][None]) > 0.95


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_model(name, fitted, tmp_path):
    if name in NETWORKS:
        pytest.skip("networks share the fit loop of test_every_estimator.py")
    again = new(name)
    again.fit(source(400, seed=1), source(100, seed=2), plan(tmp_path, training=TRAINING))
    inputs = maps(20, seed=9)
    np.testing.assert_array_equal(again.predict(inputs)["muon"], fitted(name).predict(inputs)["muon"])


def test_sparse_and_denoising_are_options(tmp_path):
    model = new("autoencoder", sparse=0.01, denoising=0.0, bottleneck=4)
    history = model.fit(
        source(100, seed=1), source(50, seed=2), plan(tmp_path, training=TRAINING.model_copy(update={"epochs": 2}))
    )
    assert all(0.9 < epoch.figures["validation_loss"] < 2 for epoch in history)  # a mean deviance


def test_wrong_use_is_refused(tmp_path):
    with pytest.raises(RunError, match="not fitted"):
        new("pca").predict(maps(2, seed=1))
    with pytest.raises(RecipeError, match="cannot learn a reconstruction task"):
        build_estimator("linear", {}, task=task(), arrays=ARRAYS, seed=1)
    empty = maps(10, seed=1)
    empty["muon_counts"][:] = 0
    nothing = map_problem.MemorySource(ARRAYS, empty, np.full(10, -1))
    with pytest.raises(DatasetError, match="'muon' is empty in all of the training part"):
        new("beta_binomial").fit(nothing, None, plan(tmp_path))
