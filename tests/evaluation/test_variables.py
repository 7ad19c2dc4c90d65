"""What variables can do alone, and how they go together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from evaluation.toy_scores import draw_weights
from sklearn.metrics import roc_auc_score as sklearn_auc

from hepml.errors import ShapeError
from hepml.evaluation import (
    correlation_curves,
    rank_variables,
    variable_ranking_curves,
    weighted_correlation,
)
from hepml.tasks import TaskContext, build_task


def _toy(rng, n=600):
    """Three variables: one that is larger for signal, one smaller and better, one noise that is often missing."""
    truth = rng.random(n) < 0.4
    features = np.column_stack([rng.normal(size=n) + 0.5 * truth, rng.normal(size=n) - truth, rng.normal(size=n)])
    features[::4, 2] = np.nan
    return features, truth, rng.gamma(1.0, size=n)


class TestRanking:
    def test_agrees_with_scikit_learn(self):
        features, truth, weight = _toy(np.random.default_rng(1))
        ranking = rank_variables(features, ["larger", "smaller", "noise"], truth, sample_weight=weight)
        assert ranking.names == ("smaller", "larger", "noise")
        assert ranking.sign[:2] == (-1, 1)
        for name, sign, auc in zip(ranking.names[:2], ranking.sign, ranking.auc, strict=False):
            column = features[:, ["larger", "smaller"].index(name)]
            assert auc.value == pytest.approx(sklearn_auc(truth, sign * column, sample_weight=weight))
            assert 0 < auc.error < 0.05

    def test_missing_values_do_not_count(self):
        features, truth, weight = _toy(np.random.default_rng(2))
        ranking = rank_variables(features, ["a", "b", "c"], truth, sample_weight=weight)
        known = np.isfinite(features[:, 2])
        expected = sklearn_auc(truth[known], features[known, 2], sample_weight=weight[known])
        found = ranking.names.index("c")
        assert ranking.auc[found].value == pytest.approx(max(expected, 1 - expected))
        assert ranking.missing[found] == pytest.approx(weight[~known].sum() / weight.sum())

    def test_what_is_missing_in_a_class_is_undefined_and_last(self):
        ranking = rank_variables([[np.nan, 1], [np.nan, 2], [1, 3], [2, 4]], ["gone", "good"], [1, 1, 0, 0])
        assert ranking.names == ("good", "gone")
        assert ranking.auc[1].method == "undefined: there are no signal events"
        assert ranking.missing == (0, 0.5)

    def test_curves_of_two_and_of_three_classes(self):
        features, truth, weight = _toy(np.random.default_rng(3))
        task = build_task("classification", {"signal": "qcd"}, TaskContext(("w", "qcd")))
        label = np.where(np.arange(600) % 5 == 0, -1, truth.astype(int))
        [curve] = variable_ranking_curves(features, ["a", "b", "c"], label, task, sample_weight=weight)
        known = label >= 0
        expected = rank_variables(features[known], ["a", "b", "c"], label[known] == 1, sample_weight=weight[known])
        assert (curve.name, curve.run, curve.class_, curve.part) == ("variable_ranking", None, "qcd", "test")
        assert curve.columns["auc"].tolist() == [auc.value for auc in expected.auc]
        assert curve.labels == {
            "features": ["b", "a", "c"], "sign": list(expected.sign), "missing": list(expected.missing)
        }  # fmt: skip
        three = build_task("classification", {}, TaskContext(("w", "qcd", "top")))
        curves = variable_ranking_curves(features, ["a", "b", "c"], np.arange(600) % 3, three)
        assert [curve.class_ for curve in curves] == ["w", "qcd", "top"]

    def test_shapes(self):
        with pytest.raises(ShapeError, match=r"must have shape \(n, 2\), one column per name, found \(3, 1\)"):
            rank_variables([[1], [2], [3]], ["a", "b"], [0, 1, 1])
        with pytest.raises(ShapeError, match="features has 3, truth has 2"):
            rank_variables([[1], [2], [3]], ["a"], [0, 1])


class TestCorrelation:
    def test_agrees_with_numpy(self):
        features, _, weight = _toy(np.random.default_rng(4))
        found = weighted_correlation(features[:, :2], sample_weight=weight)
        covariance = np.cov(features[:, :2].T, aweights=weight)
        expected = covariance[0, 1] / math.sqrt(covariance[0, 0] * covariance[1, 1])
        assert found.value[0, 1] == found.value[1, 0] == pytest.approx(expected)
        np.testing.assert_allclose(np.diag(found.value), 1)
        np.testing.assert_allclose(np.diag(found.error), 0, atol=1e-12)

    def test_pairs_are_complete(self):
        features, _, _ = _toy(np.random.default_rng(5))
        known = np.isfinite(features[:, 2])
        expected = np.corrcoef(features[known].T)
        assert weighted_correlation(features).value[0, 2] == pytest.approx(expected[0, 2])

    def test_constants_have_none(self):
        found = weighted_correlation([[1.0, 2.0], [1.0, 3.0]])
        assert np.isnan(found.value[0]).all()
        assert found.value[1, 1] == 1

    @pytest.mark.parametrize("weights", ["none", "gamma", "negative"])
    def test_coverage(self, weights):
        rng, n, inside = np.random.default_rng(6), 500, 0
        for _ in range(n):
            x, y = rng.normal(size=(2, 500))
            table = np.column_stack([x, 0.6 * x + 0.8 * y])
            found = weighted_correlation(table, sample_weight=draw_weights(rng, 500, weights))
            inside += abs(found.value[0, 1] - 0.6) < found.error[0, 1]
        assert inside / n == pytest.approx(0.6827, abs=3.5 * math.sqrt(0.6827 * 0.3173 / n))

    def test_curves(self):
        features, truth, weight = _toy(np.random.default_rng(7))
        curves = correlation_curves(features, ["a", "b", "c"], truth.astype(int), ["w", "qcd"], sample_weight=weight)
        assert [(curve.class_, curve.run) for curve in curves] == [("w", None), ("qcd", None)]
        expected = weighted_correlation(features[truth], sample_weight=weight[truth])
        np.testing.assert_array_equal(curves[1].columns["correlation"].reshape(3, 3), expected.value)
        assert curves[1].columns["row"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
        assert curves[1].labels == {"features": ["a", "b", "c"]}
        [whole] = correlation_curves(features, ["a", "b", "c"], np.full(600, -1), [])
        assert whole.class_ is None
        np.testing.assert_array_equal(whole.columns["correlation"], weighted_correlation(features).value.reshape(-1))
