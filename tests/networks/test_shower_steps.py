import numpy as np

from hepml.networks.shower_steps import fit_steps, raw_steps

TRUE = np.array([10.0, 10.0, 4.0, 20.0])
LAYERS = np.array([[2.0, 6.0, 1.0], [0.0, 5.0, 0.0], [3.0, 0.0, 0.0], [1.0, 9.0, 8.0]])


def test_steps_are_the_response_and_how_each_layer_shares_with_those_behind():
    np.testing.assert_allclose(raw_steps(TRUE, LAYERS)[0], np.log([0.9, 2 / 7, 6 / 1]))
    np.testing.assert_array_equal(raw_steps(TRUE, LAYERS)[1:3, 1:], [[-np.inf, np.inf], [np.inf, np.nan]])


def test_layers_come_back_empty_ones_too():
    steps = fit_steps(TRUE, LAYERS)
    for rng in (None, np.random.default_rng(1)):
        back = steps.to_layers(TRUE, steps.of_layers(TRUE, LAYERS, rng))
        np.testing.assert_allclose(back, LAYERS, atol=1e-9)
    assert np.isfinite(steps.of_layers(TRUE, LAYERS)).all()


def test_what_is_empty_lies_beyond_all_else():
    steps = fit_steps(TRUE, LAYERS)
    known = steps.of_layers(TRUE, LAYERS, np.random.default_rng(2))
    assert known[1, 1] < known[[0, 3], 1].min()
    assert known[1, 2] > known[[0, 3], 2].max()


def test_the_total_is_the_sum_whatever_the_steps_are():
    steps = fit_steps(TRUE, LAYERS)
    drawn = np.random.default_rng(3).normal(size=(4, 3))
    layers = steps.to_layers(TRUE, drawn)
    drawn[:, 1:] += 1
    np.testing.assert_allclose(steps.to_layers(TRUE, drawn).sum(axis=1), layers.sum(axis=1))
    assert (layers >= 0).all()


def test_a_shower_without_energy_stays_one():
    empty = np.zeros((1, 3))
    steps = fit_steps(TRUE, LAYERS)
    np.testing.assert_array_equal(steps.to_layers(TRUE[:1], steps.of_layers(TRUE[:1], empty)), empty)
