"""Networks that generate showers: what they learn, resume and keep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from generator_problems import ARRAYS, TRAINING, conditions, inputs_of, new, plan, source

from hepml.contracts import Latent
from hepml.errors import RunError
from hepml.estimators.checkpoint import fingerprint
from hepml.estimators.generator_file import assign_weights, read_generator
from hepml.estimators.shower_baseline import read_showers
from hepml.estimators.shower_judge import ShowerJudge
from hepml.networks.generator_trainer import normal_numbers

NETWORKS = ("gan", "vae")
LONGER = TRAINING.model_copy(update={"epochs": 4, "batch_size": 64})


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A fitted autoencoder and its history."""
    estimator = new("vae")
    return estimator, estimator.fit(
        source(), source(300, seed=11), plan(tmp_path_factory.mktemp("vae"), training=LONGER)
    )


def test_a_short_training_improves_and_follows_physics(fitted):
    estimator, history = fitted
    assert estimator.watched == "shape_separation"
    first, last = history[0].figures, history[-1].figures
    assert {"cell_loss", "divergence", "gradient_norm", "fpd", "response_deviation", "diversity"} <= set(last)
    for name in ("loss", "energy_loss", "cell_loss", "validation_loss", "shape_separation"):
        assert last[name] < first[name]


def test_the_best_epoch_by_physics_is_kept(fitted):
    estimator, history = fitted
    best = min(history, key=lambda epoch: epoch.figures["shape_separation"])
    showers = read_showers(source(300, seed=11), list(ARRAYS), most=300, seed=estimator.spec.seed)
    judge = ShowerJudge(estimator.inputs, showers, seed=estimator.spec.seed)
    figures = judge.figures(lambda given: estimator.generate(given, seed=[estimator.spec.seed, 0]))
    assert figures == {name: best.figures[name] for name in figures}


def test_conditions_are_respected(fitted):
    estimator, _ = fitted
    for energy in (1.5, 4.0):
        made = estimator.generate(conditions(np.full(300, energy), 1), seed=5)
        assert made["shower_energies"][:, 1].mean() == pytest.approx(energy, rel=0.1)


def test_rows_behind_change_nothing(fitted):
    estimator, _ = fitted
    energy = np.linspace(1, 5, 600)
    many, few = (estimator.generate(conditions(energy[:n], 1), seed=[4, 2]) for n in (600, 530))
    for key, values in few.items():
        np.testing.assert_array_equal(values, many[key][:530])


def test_places_of_the_latent_space(fitted):
    estimator, _ = fitted
    assert isinstance(estimator, Latent)
    showers = inputs_of(40, 11)
    places = estimator.encode(showers)
    assert (places.shape, places.dtype) == ((40, 3 + 3), np.float32)
    again = estimator.decode(places, showers, seed=1)
    np.testing.assert_allclose(again["shower_energies"], showers["shower_energies"], rtol=1e-2, atol=2e-3)
    assert len(estimator.encode({name: values[:0] for name, values in showers.items()})) == 0
    with pytest.raises(RunError, match=r"must have shape \(40, 6\), found \(40, 2\)"):
        estimator.decode(places[:, :2], showers, seed=1)


def test_generated_showers_are_decoded_from_normal_places(fitted):
    estimator, _ = fitted
    given = conditions(np.linspace(1, 5, 20), 0)
    places = normal_numbers(np.random.default_rng([9, 0, 0]), (512, 6))[:20]
    for key, values in estimator.generate(given, seed=9).items():
        np.testing.assert_array_equal(estimator.decode(places, given, seed=9)[key], values)


def test_weights_of_other_options_are_refused(fitted, tmp_path):
    estimator, _ = fitted
    estimator.save(tmp_path)
    _, weights = read_generator(tmp_path)
    with pytest.raises(RunError, match="files of different runs are mixed"):
        assign_weights(estimator.weights[1:], weights, tmp_path)


@pytest.mark.parametrize("name", NETWORKS)
def test_an_unfitted_network_is_refused(name):
    with pytest.raises(RunError, match="is not fitted"):
        new(name).generate(conditions([2.0], 0), seed=1)


def test_a_fit_under_other_conditions_is_another_fit():
    spec, part = new("vae").spec, source(100)
    others = [
        {"conditions": ("shower_energies",)},
        {"options": {**spec.task.options, "energy": "momentum_gev"}},
    ]
    prints = {
        fingerprint(replace(spec, task=replace(spec.task, **each)), TRAINING, part, None) for each in ({}, *others)
    }
    assert len(prints) == 3
