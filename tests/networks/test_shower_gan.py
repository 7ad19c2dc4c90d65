import numpy as np
import pytest
import tensorflow as tf

from hepml.networks.cell_distribution import CellDistribution
from hepml.networks.game import Game
from hepml.networks.layer_energies import scaled_to_layers
from hepml.networks.seeds import SeedStream
from hepml.networks.shower_gan import ShowerDiscriminator, ShowerGenerator
from hepml.networks.smooth_cells import drawn_cells, layer_shapes, scaled_cells


def game(**changes):
    rules = {
        "wasserstein": False,
        "gradient_penalty": 1.0,
        "rate": 0.1,
        "discriminator_rate": 1.0,
        "discriminator_steps": 1,
        "warm_up_steps": 0,
        "watching_steps": 0,
    }
    return Game(**{**rules, **changes})


def distribution(n, components=2):
    return CellDistribution(*(np.full(n, value, np.float32) for value in (0.3, 2.0, 0.7)), components)


def test_smooth_draws_are_those_of_the_distribution():
    of, rng = distribution(2), np.random.default_rng(1)
    raw = np.repeat(rng.normal(0, 0.3, (1, 2, of.size)), 20_000, axis=0).astype(np.float32)
    constants = of.constants(raw)
    smooth = np.asarray(drawn_cells(constants, rng.random((20_000, 6), np.float32)))
    plain = of.draw(tuple(map(np.asarray, constants)), rng, starts=np.array([0]))
    together = (smooth > 0).any(axis=1)  # a plain draw has at least one cell that is on
    np.testing.assert_allclose(smooth[together].mean(axis=0), plain[(plain > 0).any(axis=1)].mean(axis=0), rtol=0.2)
    for one, other in zip(smooth.T, plain.T, strict=True):
        wanted = np.quantile(other[other > 0], [0.1, 0.5, 0.9])
        np.testing.assert_allclose(np.quantile(one[one > 0], [0.1, 0.5, 0.9]), wanted, atol=0.06)


def test_gradients_switch_cells_on_that_are_off():
    logit = tf.Variable([[-3.0]])
    rest = [np.zeros((1, 1, 1), np.float32), np.full((1, 1, 1), 2, np.float32), np.zeros((1, 1, 1), np.float32)]
    with tf.GradientTape() as tape:
        (x,) = scaled_cells(
            drawn_cells((logit, *rest), np.full((1, 3), 0.5, np.float32)), np.full((1, 1), 9, np.float32), (1,)
        )
        total = tf.reduce_sum(x)
    assert float(total) == 0
    assert float(tape.gradient(total, logit)[0, 0]) > 0


def test_layers_have_the_energies_that_are_asked_for():
    drawn = np.log(np.array([[2.0, 6.0, 1.0, 3.0], [2.0, 2.0, 5.0, 1.0]]))
    wanted = np.array([[4.0, 9.0], [8.0, 0.0]], np.float32)
    first, second = (
        np.where(x > 0, np.exp(x), 0) for x in map(np.asarray, scaled_cells(drawn.astype(np.float32), wanted, (2, 2)))
    )
    np.testing.assert_allclose(first, [[0, 3], [4, 4]], rtol=1e-5)  # what falls to the least energy is off
    np.testing.assert_allclose(second, [[0, 9], [0, 0]], rtol=1e-5)


def test_scaled_cells_sum_to_their_layers():
    x = np.random.default_rng(2).exponential(1.0, (50, 6)).astype(np.float32)
    x[np.random.default_rng(3).random(x.shape) < 0.3] = 0
    x[:, [0, 4]] = np.maximum(x[:, [0, 4]], 0.1)
    layers = np.random.default_rng(4).uniform(0.002, 2, (50, 2))
    layers[:5, 0] = 1e-4
    cells = scaled_to_layers(x, layers, least_gev=1e-3, starts=np.array([0, 4]))
    sums = np.stack([cells[:, :4].sum(axis=1), cells[:, 4:].sum(axis=1)], axis=1)
    np.testing.assert_allclose(sums, np.where(layers < 1e-3, 0, layers), rtol=1e-5)
    assert np.mean((cells > 0) & (cells < 1e-3 * 0.999)) < 0.02


def test_shape_variables_of_a_layer():
    x = np.log(np.array([[1.0, 1, 1, 3, 1, 1]])) + np.array([[0, 0, 0, 0, 0, 0]])
    x = np.where(np.array([[1, 1, 0, 1, 0, 0]]) > 0, np.maximum(x, 1e-6), 0).astype(np.float32)  # energies 1, 1, 3
    row, row_width, column, column_width, first, ratio, on = np.asarray(layer_shapes(x, (2, 3)))[0]
    assert np.sinh(row / 3) == pytest.approx(0.1, abs=1e-4)  # (−½ · 2 + ½ · 3) / 5
    assert row_width == pytest.approx(np.sqrt(0.25 - 0.01), abs=1e-3)
    assert np.sinh(column / 3) == pytest.approx(-0.8, abs=1e-4)  # (−1 − 3) / 5
    assert column_width == pytest.approx(0.4, abs=1e-3)
    assert first == pytest.approx(0.6, abs=1e-5)
    assert ratio == pytest.approx(0.5, abs=1e-4)
    assert on == pytest.approx(1 / 6, abs=1e-4)  # cells at the threshold count little


@pytest.mark.parametrize(("wasserstein", "wanted"), [(False, 0.5 * 25), (True, 16)])
def test_the_penalty_is_that_of_the_slope(wasserstein, wanted):
    real, made = [tf.ones((4, 2))], [tf.zeros((4, 2))]

    def score(layers):
        return tf.linalg.matvec(layers[0], [3.0, 4.0])

    found = game(wasserstein=wasserstein).penalty(score, real, made, tf.fill((4, 1), 0.5))
    assert float(found) == pytest.approx(wanted, rel=1e-5)


def test_losses_of_the_two_games():
    score = np.array([0.0, 2.0], np.float32)
    np.testing.assert_allclose(game().generator_loss(score), np.log1p(np.exp(-score)), rtol=1e-6)
    np.testing.assert_allclose(game(wasserstein=True).generator_loss(score), -score)
    np.testing.assert_allclose(game().discriminator_loss(score, -score), 2 * np.log1p(np.exp(-score)), rtol=1e-6)
    np.testing.assert_allclose(game(wasserstein=True).discriminator_loss(score, -score), -2 * score)


def test_the_warm_up_loss_is_a_probability():
    generator = ShowerGenerator(1, (1,), distribution(1), latents=1, width=4, depth=1, stream=4, seeds=SeedStream(1))
    grid, given = np.linspace(0.005, 10, 1000, dtype=np.float32), np.zeros((1000, 1), np.float32)
    on = np.exp(-np.asarray(generator.loss(given, given, grid[:, None]))).sum() * 0.01
    off = np.exp(-np.asarray(generator.loss(given[:1], given[:1], np.zeros((1, 1), np.float32)))[0])
    assert on + off == pytest.approx(1, abs=3e-3)


def test_showers_that_are_all_alike_look_different_to_the_discriminator():
    judge = ShowerDiscriminator(1, [(2, 3), (1, 2)], stream=4, width=8, kernels=3, seeds=SeedStream(2))
    rng = np.random.default_rng(5)
    layers = [tf.constant(rng.exponential(1, (8, n)), tf.float32) for n in (6, 2)]
    alike = [tf.repeat(x[:1], 8, axis=0) for x in layers]
    given = tf.zeros((8, 1))
    among_others, among_copies = (float(np.asarray(judge.score(x, given))[0]) for x in (layers, alike))
    assert abs(among_others - among_copies) > 1e-3
