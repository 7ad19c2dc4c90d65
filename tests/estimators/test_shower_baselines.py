"""Fast simulation without learning: what the baselines get right, and what they lose."""

from __future__ import annotations

import numpy as np
import pytest
from toy_showers import SHOWER, batch_of, shapes_of, toy_showers

from hepml.errors import DatasetError
from hepml.estimators.shower_layer import fit_energy, fit_layer
from hepml.estimators.shower_parametrisation import ShowerParametrisation
from hepml.estimators.shower_resampling import ShowerResampling
from hepml.representations import Shower, ShowerOptions

BASELINES = (ShowerResampling, ShowerParametrisation)


@pytest.fixture(scope="module")
def train():
    return batch_of(toy_showers(1500, seed=1))


@pytest.mark.parametrize("baseline", BASELINES)
def test_showers_have_the_energies_asked_for_and_their_sums(baseline, train):
    energy = np.array([1.0, 2.0, 4.5])
    made = baseline(SHOWER).fit(train).generate(energy, rng=np.random.default_rng(1))
    assert {name: values.shape for name, values in made.items()} == {
        name: (3, *spec.shape) for name, spec in SHOWER.arrays.items()
    }
    np.testing.assert_array_equal(made["energies"][:, 0], energy)
    sums = np.stack([made[f"layer{i}"].sum(axis=(1, 2, 3)) * energy for i in range(3)], axis=1)
    np.testing.assert_allclose(made["energies"][:, 2:], sums, rtol=1e-4)
    np.testing.assert_allclose(made["energies"][:, 1], sums.sum(axis=1), rtol=1e-4)


@pytest.mark.parametrize("baseline", BASELINES)
def test_the_same_seed_gives_the_same_and_no_shower_is_allowed(baseline, train):
    fitted = baseline(SHOWER).fit(train)
    one, other = (fitted.generate(np.full(5, 2.0), rng=np.random.default_rng(3)) for _ in range(2))
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name])
    assert len(fitted.generate(np.zeros(0), rng=np.random.default_rng(3))["layer1"]) == 0


@pytest.mark.parametrize("baseline", BASELINES)
def test_response_and_layers_are_those_of_the_training_showers(baseline, train):
    test = toy_showers(1500, seed=2)
    made = baseline(SHOWER).fit(train).generate(np.asarray(test.true_energy), rng=np.random.default_rng(4))
    full, fast = shapes_of(test), shapes_of(SHOWER.columns_of(made, least_gev=1e-4))
    for name in ("response", "layer0_fraction", "layer1_fraction"):
        error = np.hypot(full[name].std(), fast[name].std()) / np.sqrt(1500)
        assert fast[name].mean() == pytest.approx(full[name].mean(), abs=4 * error + 0.01)
    assert fast["response"].std() == pytest.approx(full["response"].std(), rel=0.1)


def test_resampled_showers_are_training_showers_of_about_that_energy(train):
    made = ShowerResampling(SHOWER, n_nearest=10).fit(train).generate(np.full(20, 3.0), rng=np.random.default_rng(5))
    known, energy = train["layer0"].reshape(1500, -1), train["energies"][:, 0]
    for shower in made["layer0"].reshape(20, -1):
        place = np.abs(known - shower).max(axis=1).argmin()
        np.testing.assert_allclose(known[place], shower, rtol=1e-5)
        assert abs(energy[place] - 3.0) < 0.031


def test_of_showers_of_one_energy_all_are_drawn_and_of_few_the_nearest():
    shower, energy = Shower(ShowerOptions(layers=[(1, 1)])), np.array([1.0, 2.0, 8.0, *np.full(97, 20.0)])
    cells = np.arange(1.37, 101).reshape(100, 1, 1, 1)  # none is another one, scaled
    fitted = ShowerResampling(shower, n_nearest=2).fit(shower.batch_of({"layer0": cells}, energy))
    for wanted, expected in ((20.0, range(4, 101)), (4.0, (2, 3))):
        made = fitted.generate(np.full(2000, wanted), rng=np.random.default_rng(1))
        factor = np.array([1, 2, 8] + [20] * 97) / wanted
        drawn = {int(np.abs(cells.ravel() / factor - e).argmin()) + 1 for e in made["energies"][:, 1]}
        assert drawn == set(expected)


@pytest.mark.parametrize("baseline", BASELINES)
def test_kinds_are_kept_apart_and_unknown_ones_refused(baseline):
    shower = Shower(ShowerOptions(layers=[(1, 2)]))
    kind = np.arange(40) % 2
    cells = np.where(kind[:, None] == 0, [1.0, 0.0], [0.0, 2.0]).reshape(40, 1, 2, 1)
    fitted = baseline(shower).fit(shower.batch_of({"layer0": cells}, np.full(40, 4.0)), kind=kind)
    made = fitted.generate(np.full(4, 8.0), rng=np.random.default_rng(6), kind=np.array([0, 1, 1, 0]))
    np.testing.assert_allclose(shower.in_gev(made)["layer0"].reshape(4, 2), [[2, 0], [0, 4], [0, 4], [2, 0]], rtol=1e-4)
    with pytest.raises(DatasetError, match="kind 2"):
        fitted.generate(np.ones(1), rng=np.random.default_rng(6), kind=np.array([2]))


def test_a_grid_is_parametrised_layer_by_layer():
    shower, rng = Shower(ShowerOptions(grid=(2, 1, 3), normalise="layer")), np.random.default_rng(7)
    cells = rng.uniform(0.8, 1.2, size=(300, 2, 1, 3, 1)) * np.array([1.0, 5.0]).reshape(1, 2, 1, 1, 1)
    batch = shower.batch_of({"cells": cells}, np.full(300, 20.0))
    made = ShowerParametrisation(shower).fit(batch).generate(np.full(3000, 20.0), rng=rng)
    np.testing.assert_allclose(made["cells"].sum(axis=(2, 3, 4)), 1, rtol=1e-5)
    assert made["energies"][:, 2].mean() == pytest.approx(3, abs=0.1)
    assert made["energies"][:, 3].mean() == pytest.approx(15, abs=0.3)


def test_a_log_normal_energy_is_found_again():
    rng = np.random.default_rng(8)
    x = rng.uniform(0, 4, size=20_000)
    fitted = fit_energy(x, np.exp(-1 + 0.2 * x + 0.3 * rng.standard_normal(20_000) * np.exp(-0.25 * x)))
    drawn = np.log(fitted.draw(np.full(20_000, 2.0), rng))
    assert drawn.mean() == pytest.approx(-0.6, abs=0.01)
    assert drawn.std() == pytest.approx(0.3 * np.exp(-0.5), rel=0.05)


def test_cells_that_are_never_on_stay_off_and_a_layer_without_energy_is_empty():
    rng, x = np.random.default_rng(9), np.linspace(0, 1, 200)
    cells = np.column_stack([rng.exponential(size=200), np.zeros(200), rng.exponential(size=200)])
    cells[::4] = 0
    drawn = fit_layer(x, cells, n_bins=4).draw(x.repeat(10), rng)
    assert (drawn[:, 1] == 0).all()
    assert (drawn.sum(axis=1) == 0).mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.1875 / 2000))
    assert not fit_layer(x, np.zeros((200, 2)), n_bins=4).draw(x, rng).any()
