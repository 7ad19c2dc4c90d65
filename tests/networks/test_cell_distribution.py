import numpy as np
import pytest

from hepml.networks.cell_distribution import CellDistribution

STARTS = np.array([0, 2])


def cells(n=3, *, on_logit=0.0, components=2):
    return CellDistribution(
        np.full(n, on_logit, np.float32), np.full(n, 2.0, np.float32), np.full(n, 0.7, np.float32), components
    )


def constants(of, raw):
    return tuple(np.asarray(each) for each in of.constants(raw))


def test_the_probabilities_of_a_cell_sum_to_one():
    of, grid = cells(1), np.linspace(0.005, 12, 1200, dtype=np.float32)
    raw = np.random.default_rng(1).normal(0, 0.2, (1, 1, of.size)).astype(np.float32)
    on = np.exp(-np.asarray(of.loss(np.repeat(raw, 1200, axis=0), grid[:, None])).astype(float)).sum() * 0.01
    off = np.exp(-float(np.asarray(of.loss(raw, np.zeros((1, 1), np.float32)))[0]))
    assert on + off == pytest.approx(1, abs=2e-3)


def test_draws_are_distributed_as_the_likelihood_says():
    of = cells(3, components=1)
    raw = np.zeros((4000, 3, of.size), np.float32)
    raw[:, 0, 0], raw[:, 0, 2] = 1.0, -0.9  # more often on, and its mean 1.9 below: most of it is cut at 0
    x = of.draw(constants(of, raw), np.random.default_rng(2), starts=np.array([0]))
    assert np.mean(x[:, 0] > 0) == pytest.approx(1 / (1 + np.exp(-1)), abs=0.08)  # more where all others are off
    mean, width = 2.0 - 0.7 * 2.7, 0.7
    grid = np.linspace(0, 8, 4001)
    density = np.exp(-0.5 * ((grid - mean) / width) ** 2)
    assert x[x[:, 0] > 0, 0].mean() == pytest.approx((grid * density).sum() / density.sum(), abs=0.03)
    assert (x >= 0).all()


def test_each_layer_has_a_cell_that_is_on_chosen_by_its_odds():
    of = cells(3, on_logit=-9.0)
    raw = np.zeros((3000, 3, of.size), np.float32)
    raw[:, 1, 0] = np.log(3)
    x = of.draw(constants(of, raw), np.random.default_rng(3), starts=STARTS)
    assert ((x[:, :2] > 0).any(axis=1) & (x[:, 2] > 0)).all()
    assert np.mean(x[:, 1] > 0) == pytest.approx(0.75, abs=0.03)


def test_what_a_row_gets_depends_on_no_other_row():
    of, rng = cells(3), np.random.default_rng(4)
    raw = rng.normal(0, 1, (6, 3, of.size)).astype(np.float32)
    other = raw.copy()
    other[:5] = rng.normal(0, 1, (5, 3, of.size))
    one, two = (of.draw(constants(of, each), np.random.default_rng(5), starts=STARTS) for each in (raw, other))
    assert (one[:5] > 0).tolist() != (two[:5] > 0).tolist()
    assert (one[5] > 0).tolist() == (two[5] > 0).tolist()
