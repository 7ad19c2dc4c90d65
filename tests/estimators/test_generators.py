"""What every generator of the table promises."""

from __future__ import annotations

import numpy as np
import pytest
from generator_problems import ARRAYS, SMALL, TASK, conditions, new, plan, source

from hepml.contracts import Generative
from hepml.errors import DatasetError, RecipeError, RunError
from hepml.estimators import ESTIMATORS, build_estimator, estimator_class, load_member, save_member
from hepml.estimators.shower_baseline import read_showers

NAMES = sorted(name for name in ESTIMATORS if "generation" in estimator_class(name).tasks)
BASELINES = [name for name in NAMES if name.startswith("shower_")]
NETWORKS = ("gan", "vae")
every = pytest.mark.parametrize("name", NAMES)
CELLS = ("shower_layer0", "shower_layer1", "shower_layer2")


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """One fitted generator per name; made once."""
    made = {}

    def get(name):
        if name not in made:
            estimator = new(name)
            history = estimator.fit(source(), source(200, seed=11), plan(tmp_path_factory.mktemp(name)))
            made[name] = estimator, history
        return made[name]

    return get


def test_options_small_enough_for_tests_cover_the_table():
    assert sorted(SMALL) == NAMES


@every
def test_it_is_a_generator(name):
    assert issubclass(estimator_class(name), Generative)


@every
def test_showers_have_the_energies_asked_for_and_are_sums_of_their_cells(name, fitted):
    estimator, history = fitted(name)
    assert all(np.isfinite(epoch.figures[estimator.watched]) for epoch in history)
    given = conditions(np.linspace(1, 5, 40), np.arange(40) % 2)
    made = estimator.generate(given, seed=[1, 2])
    assert {key: values.shape[1:] for key, values in made.items()} == {
        key: spec.shape for key, spec in ARRAYS.items() if key != "condition"
    }
    assert all(values.dtype == np.float32 for values in made.values())
    energies = made["shower_energies"]
    np.testing.assert_array_equal(energies[:, 0], given["condition"][:, 0])
    layers = np.stack([made[key].sum(axis=(1, 2, 3)) for key in CELLS], axis=1) * energies[:, :1]
    np.testing.assert_allclose(energies[:, 2:], layers, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(energies[:, 1], layers.sum(axis=1), rtol=1e-3)
    assert all((made[key] >= 0).all() for key in CELLS)
    assert 0.5 < np.mean(energies[:, 1] / energies[:, 0]) < 1.5
    assert np.mean([(made[key] == 0).mean() for key in CELLS]) > 0.2  # showers are sparse


@every
def test_the_seed_decides_and_no_shower_is_allowed(name, fitted):
    estimator, _ = fitted(name)
    given = conditions(np.full(6, 3.0), 1)
    one, same, other = (estimator.generate(given, seed=seed) for seed in (1, 1, 2))
    for key, values in one.items():
        np.testing.assert_array_equal(values, same[key])
    assert not np.array_equal(one["shower_layer0"], other["shower_layer0"])
    assert not np.array_equal(one["shower_layer0"][0], one["shower_layer0"][1])
    assert len(estimator.generate(conditions(np.zeros(0), np.zeros(0)), seed=1)["shower_layer0"]) == 0


@every
def test_saved_and_loaded_makes_the_same(name, fitted, tmp_path):
    estimator, history = fitted(name)
    save_member(tmp_path / "member", estimator, history)
    again = load_member(tmp_path / "member", estimator.spec)
    given = conditions(np.linspace(1, 5, 20), 0)
    expected = estimator.generate(given, seed=3)
    for key, values in again.generate(given, seed=3).items():
        np.testing.assert_array_equal(values, expected[key])
    assert again.n_parameters == estimator.n_parameters > 0
    assert estimator.predict({}) == {}


@every
def test_damaged_or_missing_files_are_refused(name, fitted, tmp_path):
    estimator, history = fitted(name)
    with pytest.raises(RunError, match="train"):
        load_member(tmp_path, estimator.spec)
    save_member(tmp_path / "member", estimator, history)
    for file in (tmp_path / "member").iterdir():
        if file.suffix != ".csv":
            file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(RunError, match="train"):
        load_member(tmp_path / "member", estimator.spec)


class _InterruptedError(Exception):
    """What the test throws between two epochs."""


def stop(_epoch):
    raise _InterruptedError


@pytest.mark.parametrize("name", NETWORKS)
def test_interrupted_and_resumed_is_uninterrupted(name, fitted, tmp_path):
    whole, history = fitted(name)
    with pytest.raises(_InterruptedError):
        new(name).fit(source(), source(200, seed=11), plan(tmp_path, on_epoch=stop))
    again = new(name)
    assert again.fit(source(), source(200, seed=11), plan(tmp_path)) == history
    given = conditions(np.linspace(1, 5, 30), 0)
    for key, values in whole.generate(given, seed=3).items():
        np.testing.assert_array_equal(values, again.generate(given, seed=3)[key])


def test_both_players_of_the_game_are_followed(fitted):
    figures = set(fitted("gan")[1][-1].figures)
    assert {f"{player}_{name}" for player in ("generator", "discriminator") for name in ("loss", "gradient_norm")} <= (
        figures
    )
    assert {"score_difference", "energy_loss", "shape_separation", "diversity", "collapsed"} <= figures


@pytest.mark.parametrize("name", [*BASELINES, "vae"])
def test_without_a_validation_part_the_last_state_is_kept(name, tmp_path):
    estimator = new(name)
    history = estimator.fit(source(200), None, plan(tmp_path))
    assert np.isfinite(history[-1].figures["loss"])
    assert len(estimator.generate(conditions([2.0], 0), seed=1)["shower_layer1"]) == 1


@every
def test_conditions_that_do_not_fit_are_refused(name, fitted):
    estimator, _ = fitted(name)
    for bad, message in (
        ({}, r"condition 'condition' must have shape \(n, 2\) as in the training, found nothing"),
        ({"condition": np.zeros((3, 1), np.float32)}, r"must have shape \(n, 2\)"),
        (conditions([-1.0], 0), "true energies above 0, found -1"),
    ):
        with pytest.raises(RunError, match=message):
            estimator.generate(bad, seed=1)


@pytest.mark.parametrize("name", BASELINES)
def test_an_unfitted_baseline_is_refused(name):
    with pytest.raises(RunError, match="is not fitted"):
        new(name).generate(conditions([2.0], 0), seed=1)


@every
def test_other_inputs_are_refused(name):
    cases = (
        ({key: spec for key, spec in ARRAYS.items() if key != "shower_energies"}, "generates one input of showers"),
        ({**ARRAYS, "shapes": ARRAYS["condition"]}, "remove the others"),
    )
    for arrays, message in cases:
        with pytest.raises(RecipeError, match=message):
            build_estimator(name, {}, task=TASK, arrays=arrays, seed=1)


def test_showers_are_drawn_in_proportion_to_their_weights():
    weight = np.where(np.arange(600) < 300, 3.0, 1.0)  # the first half are electrons
    inputs = read_showers(source(600, weight=weight), ["condition"], most=600, seed=1)
    assert np.mean(inputs["condition"][:, 1] == 0) == pytest.approx(0.75, abs=4 * np.sqrt(0.1875 / 600))
    assert len(read_showers(source(600), ["condition"], most=100, seed=1)["condition"]) == 100
    with pytest.raises(DatasetError, match=r"not negative, found -1"):
        read_showers(source(600, weight=np.where(weight > 1, 1.0, -1.0)), ["condition"], most=600, seed=1)
