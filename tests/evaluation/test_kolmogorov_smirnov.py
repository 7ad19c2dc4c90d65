"""The weighted two-sample test."""

from __future__ import annotations

import numpy as np
import pytest
from evaluation.toy_scores import draw_weights
from scipy.stats import ks_2samp as scipy_ks
from scipy.stats import kstest

from hepml.errors import DatasetError, ShapeError
from hepml.evaluation import ks_2samp


def _two(rng, *, n=150, m=400, shift=0.0, weights="none", other_weights=None):
    """Samples and weights in the order of the arguments of `ks_2samp`."""
    return {
        "values": rng.normal(size=n),
        "other_values": rng.normal(size=m) + shift,
        "sample_weight": _weights(rng, n, weights),
        "other_weight": _weights(rng, m, other_weights or weights),
    }


def _weights(rng, n, kind):
    return 5 * rng.gamma(0.5, size=n) if kind == "wide" else draw_weights(rng, n, kind)


def test_distance_by_hand():
    """At 1 the first sample has 1/4 and the second 2/3 of its weight."""
    test = ks_2samp(
        [1.0, 3.0], [1.0, 2.0, 4.0], rng=np.random.default_rng(1), sample_weight=[1, 3], other_weight=[4, 1, 1]
    )
    assert test.distance == pytest.approx(max(2 / 3 - 1 / 4, 5 / 6 - 1 / 4))


def test_unweighted_agrees_with_scipy():
    rng = np.random.default_rng(2)
    arrays = _two(rng, n=500, m=700, shift=0.06)
    test = ks_2samp(**arrays, rng=rng, n_permutations=2000)
    expected = scipy_ks(arrays["values"], arrays["other_values"])
    assert test.distance == pytest.approx(expected.statistic)
    assert 0.02 < expected.pvalue < 0.98
    assert test.p_value == pytest.approx(expected.pvalue, abs=4 * test.p_value_error)


@pytest.mark.parametrize(
    ("weights", "other_weights"),
    [("gamma", None), ("negative", None), ("none", "wide")],
    ids=["weighted", "negative", "weighted against not"],
)
def test_p_value_is_uniform_where_there_is_no_difference(weights, other_weights):
    """A formula for unweighted samples would fail: it takes 550 events for more than they are worth."""
    rng = np.random.default_rng(3)
    p_values = [
        ks_2samp(**_two(rng, weights=weights, other_weights=other_weights), rng=rng, n_permutations=99).p_value
        for _ in range(400)
    ]
    assert kstest(p_values, "uniform").pvalue > 0.005


def test_p_value_is_uniform_where_weights_follow_the_value():
    rng = np.random.default_rng(4)
    p_values = []
    for _ in range(400):
        arrays = _two(rng)
        weight, other = np.exp(0.7 * arrays["values"]), np.exp(0.7 * arrays["other_values"])
        arrays |= {"sample_weight": weight, "other_weight": other}
        p_values.append(ks_2samp(**arrays, rng=rng, n_permutations=99).p_value)
    assert kstest(p_values, "uniform").pvalue > 0.005


def test_ties_are_taken_together():
    """Ten values only: still uniform on average, and equal samples are at distance 0 with p = 1."""
    rng = np.random.default_rng(5)
    p_values = [
        ks_2samp(rng.integers(0, 10, 100), rng.integers(0, 10, 200), rng=rng, n_permutations=99).p_value
        for _ in range(300)
    ]
    assert np.mean(p_values) == pytest.approx(0.5, abs=0.07)
    same = ks_2samp([1, 1, 2], [1, 2, 1], rng=rng)
    assert (same.distance, same.p_value) == (pytest.approx(0.0, abs=1e-12), 1.0)


@pytest.mark.parametrize("weights", ["none", "gamma", "negative"])
def test_a_difference_is_found(weights):
    rng = np.random.default_rng(6)
    test = ks_2samp(**_two(rng, n=2000, m=2000, shift=0.5, weights=weights), rng=rng, n_permutations=200)
    assert test.p_value == pytest.approx(1 / 201)


def test_same_generator_same_p_value():
    arrays = _two(np.random.default_rng(7), weights="gamma")
    first, second = (ks_2samp(**arrays, rng=np.random.default_rng(1)) for _ in range(2))
    assert first == second


def test_scale_of_each_sample_does_not_matter():
    arrays = _two(np.random.default_rng(8), weights="gamma")
    plain = ks_2samp(**arrays, rng=np.random.default_rng(1))
    scaled = ks_2samp(**(arrays | {"other_weight": 1e4 * arrays["other_weight"]}), rng=np.random.default_rng(1))
    assert scaled.p_value == plain.p_value
    assert scaled.distance == pytest.approx(plain.distance)


def test_bad_samples_are_refused():
    rng = np.random.default_rng(9)
    with pytest.raises(DatasetError, match="0 weights sum to 0"):
        ks_2samp([], [1.0], rng=rng)
    with pytest.raises(DatasetError, match="2 weights sum to -1"):
        ks_2samp([1.0], [1.0, 2.0], rng=rng, other_weight=[1, -2])
    with pytest.raises(DatasetError, match="values must be finite, but 1 of 2"):
        ks_2samp([1.0, np.nan], [1.0], rng=rng)
    with pytest.raises(ShapeError, match="values has 1, sample_weight has 2"):
        ks_2samp([1.0], [1.0], rng=rng, sample_weight=[1.0, 1.0])
