"""Networks that generate showers: what they learn, resume and keep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from generator_problems import TRAINING, conditions, inputs_of, new, plan, source

from hepml.contracts import Latent
from hepml.errors import RunError
from hepml.estimators.checkpoint import fingerprint
from hepml.estimators.generator_file import assign_weights, read_generator
from hepml.estimators.shower_judge import ShowerJudge
from hepml.networks.generator_trainer import normal_numbers

NETWORKS = ("gan", "vae")
LONGER = TRAINING.model_copy(update={"epochs": 4, "batch_size": 64})


class _InterruptedError(Exception):
    """What the test throws between two epochs."""


def stop_after(epoch):
    def on_epoch(done):
        if done.index == epoch:
            raise _InterruptedError

    return on_epoch


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """One fitted network per name, and its history; made once."""
    made = {}

    def get(name):
        if name not in made:
            estimator = new(name)
            history = estimator.fit(
                source(), source(300, seed=11), plan(tmp_path_factory.mktemp(name), training=LONGER)
            )
            made[name] = estimator, history
        return made[name]

    return get


@pytest.mark.parametrize("name", NETWORKS)
def test_interrupted_and_resumed_is_uninterrupted(name, fitted, tmp_path):
    whole, history = fitted(name)
    with pytest.raises(_InterruptedError):
        new(name).fit(source(), source(300, seed=11), plan(tmp_path, training=LONGER, on_epoch=stop_after(1)))
    again = new(name)
    assert again.fit(source(), source(300, seed=11), plan(tmp_path, training=LONGER)) == history
    for one, other in zip(whole.weights, again.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    given = conditions(np.linspace(1, 5, 30), 0)
    for key, values in whole.generate(given, seed=3).items():
        np.testing.assert_array_equal(values, again.generate(given, seed=3)[key])


@pytest.mark.parametrize("name", NETWORKS)
def test_a_short_training_improves_and_follows_physics(name, fitted):
    estimator, history = fitted(name)
    assert estimator.watched == "shape_separation"
    followed = {"fpd", "response_deviation", "resolution_deviation", "diversity", "collapsed", "energy_loss"}
    parts = {
        "gan": {"generator_loss", "generator_gradient_norm"},
        "vae": {"cell_loss", "divergence", "gradient_norm", "validation_loss"},
    }[name]
    assert followed | parts <= set(history[-1].figures)
    assert history[-1].figures["energy_loss"] < history[0].figures["energy_loss"]
    assert min(each.figures["shape_separation"] for each in history[1:]) < history[0].figures["shape_separation"]


def test_both_players_and_their_gradients_are_followed(fitted):
    figures = fitted("gan")[1][-1].figures
    assert {"discriminator_loss", "discriminator_gradient_norm", "score_difference"} <= set(figures)


def test_the_best_epoch_by_physics_is_kept(fitted):
    estimator, history = fitted("vae")
    best = min(history, key=lambda epoch: epoch.figures["shape_separation"])
    judge = ShowerJudge(estimator.inputs, inputs_of(300, 11), seed=estimator.spec.seed)
    figures = judge.figures(lambda given: estimator.generate(given, seed=[estimator.spec.seed, 0]))
    assert figures == {name: best.figures[name] for name in figures}


@pytest.mark.parametrize("name", NETWORKS)
def test_conditions_are_respected(name, fitted):
    estimator, _ = fitted(name)
    for energy in (1.5, 4.0):
        made = estimator.generate(conditions(np.full(300, energy), 1), seed=5)
        assert made["shower_energies"][:, 1].mean() == pytest.approx(energy, rel=0.1)


@pytest.mark.parametrize("name", NETWORKS)
def test_rows_behind_change_nothing(name, fitted):
    estimator, _ = fitted(name)
    energy = np.linspace(1, 5, 600)
    many, few = (estimator.generate(conditions(energy[:n], 1), seed=[4, 2]) for n in (600, 530))
    for key, values in few.items():
        np.testing.assert_array_equal(values, many[key][:530])


def test_places_of_the_latent_space(fitted):
    estimator, _ = fitted("vae")
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
    estimator, _ = fitted("vae")
    given = conditions(np.linspace(1, 5, 20), 0)
    places = normal_numbers(np.random.default_rng([9, 0, 0]), (512, 6))[:20]
    for key, values in estimator.generate(given, seed=9).items():
        np.testing.assert_array_equal(estimator.decode(places, given, seed=9)[key], values)


def test_a_rate_that_is_too_high_is_reported(tmp_path):
    wild = TRAINING.model_copy(update={"optimiser": TRAINING.optimiser.model_copy(update={"learning_rate": 1e12})})
    with pytest.raises(RunError, match=r"lower training\.optimiser\.learning_rate"):
        new("vae").fit(source(200), source(100, seed=11), plan(tmp_path, training=wild))


def test_weights_of_other_options_are_refused(fitted, tmp_path):
    estimator, _ = fitted("vae")
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
