"""Quantiles and bins of equal population, and means."""

from __future__ import annotations

import math

import numpy as np
import pytest
from evaluation.toy_scores import draw_weights

from hepml.errors import DatasetError, RecipeError, ShapeError
from hepml.evaluation import bin_index, equal_population_edges, weighted_mean
from hepml.evaluation.quantile import distribution


def test_quantiles_agree_with_numpy():
    values = np.random.default_rng(1).normal(size=101)
    wanted = [0.0, 0.1587, 0.5, 0.9, 1.0]
    np.testing.assert_allclose(distribution(values).quantile(wanted), np.quantile(values, wanted, method="hazen"))


def test_weight_two_is_the_value_twice():
    values, times = np.random.default_rng(2).normal(size=60), np.random.default_rng(3).integers(1, 4, size=60)
    weighted, repeated = distribution(values, sample_weight=times), distribution(np.repeat(values, times))
    np.testing.assert_allclose(weighted.quantile([0.1, 0.5]), repeated.quantile([0.1, 0.5]), rtol=1e-12)


def test_quantiles_with_negative_weights_are_not_biased():
    """The average of the first and the last crossing; either alone is below or above the median."""
    rng, found = np.random.default_rng(4), []
    for _ in range(400):
        values = distribution(rng.normal(size=300), sample_weight=draw_weights(rng, 300, "negative"))
        found.append(values.quantile(0.5))
    assert np.mean(found) == pytest.approx(0, abs=3 * np.std(found) / math.sqrt(400))


def test_slope_is_one_over_the_density():
    """Of a uniform distribution over two units: 2, wherever."""
    values = distribution(np.linspace(0, 2, 2001))
    np.testing.assert_allclose(values.slope([0.1, 0.5, 0.84]), 2.0, rtol=1e-3)


@pytest.mark.parametrize("weights", ["none", "gamma", "negative"])
def test_bins_hold_the_same_weight(weights):
    rng = np.random.default_rng(5)
    values, weight = rng.exponential(size=20_000), draw_weights(rng, 20_000, weights)
    weight = np.ones(20_000) if weight is None else weight
    edges = equal_population_edges(values, 8, sample_weight=weight)
    sums = np.bincount(bin_index(values, edges), weights=weight)
    np.testing.assert_allclose(sums, weight.sum() / 8, rtol=0.02)


def test_few_values_have_a_bin_each():
    edges = equal_population_edges([2, 0, 0, 0, 5, np.nan], 8)
    assert edges.tolist() == [-1.0, 1.0, 3.5, 6.5]
    assert equal_population_edges([7.0, 7.0], 4).tolist() == [6.5, 7.5]


@pytest.mark.parametrize("common", [-1.0, 14.5, 40.0])
def test_a_value_that_many_events_have_is_in_one_bin(common):
    values = np.concatenate([np.full(70, common), np.arange(30)])
    edges = equal_population_edges(values, 5)
    assert (np.bincount(bin_index(values, edges)) > 0).all()
    assert (edges[0], edges[-1]) == (values.min(), values.max())


def test_bins_of_nothing_are_refused():
    with pytest.raises(DatasetError, match="none of 2 is finite: give bin edges"):
        equal_population_edges([np.nan, np.inf], 3)
    with pytest.raises(DatasetError, match="weights sum to 0"):
        equal_population_edges([1.0, 2.0], 3, sample_weight=[1, -1])
    with pytest.raises(RecipeError, match=r"two or more increasing numbers, found \[1.0, 1.0\]"):
        bin_index([1.0], [1.0, 1.0])


class TestMean:
    def test_error_is_that_of_the_mean(self):
        values = np.random.default_rng(6).normal(size=50)
        mean = weighted_mean(values)
        assert mean.value == pytest.approx(values.mean())
        assert mean.error == pytest.approx(values.std(ddof=1) / math.sqrt(50))

    def test_balanced_by_hand(self):
        """Means 2 and 10; variances of the means 1 and 4 (two events each), a quarter of their sum."""
        mean = weighted_mean([1.0, 3.0, 8.0, 12.0], balanced_by=[0, 0, 3, 3])
        assert mean.value == pytest.approx(6)
        assert mean.error == pytest.approx(math.sqrt((1 + 4) / 4))

    def test_one_event_has_no_error(self):
        assert math.isnan(weighted_mean([3.0]).error)

    def test_refusals(self):
        with pytest.raises(DatasetError, match="the 2 weights sum to 0"):
            weighted_mean([1.0, 2.0], sample_weight=[1, -1])
        with pytest.raises(ShapeError, match="balanced_by has 1, sample_weight has 2"):
            weighted_mean([1.0, 2.0], balanced_by=[0])
