"""Trees tell two samples apart where these differ, on rows that they have not seen."""

from __future__ import annotations

import numpy as np

from hepml.estimators.two_sample_classifier import tell_apart
from hepml.evaluation import roc_auc_score


def scores(shift: float, *, weight=None, seed: int = 1):
    rng = np.random.default_rng(5)
    first, second = rng.normal(size=(600, 3)), rng.normal(loc=(shift, 0, 0), size=(600, 3))
    weights = (np.ones(600), np.ones(600) if weight is None else weight)
    return tell_apart(first, second, weights=weights, most=1000, seed=seed)


def auc(found):
    return roc_auc_score(found.is_second, found.score, sample_weight=found.weight)


def test_what_differs_is_told_apart_and_what_is_alike_is_not():
    alike, apart = auc(scores(0.0)), auc(scores(2.0))
    assert abs(alike.value - 0.5) < 4 * alike.error
    assert 0.85 < apart.value < 0.95  # Φ(2/√2) = 0.921 at best


def test_half_of_each_sample_is_judged_the_same_half_for_each_second_sample():
    one, other = scores(0.0), scores(2.0)
    assert one.is_second.sum() == 300
    assert len(one.score) == 600
    assert np.array_equal(one.is_second, other.is_second)
    assert np.array_equal(scores(2.0).score, other.score)
    assert not np.array_equal(scores(2.0, seed=2).score, other.score)


def test_rows_of_negative_weight_are_judged_and_not_trained_on():
    weight = np.where(np.arange(600) % 10 == 0, -1.0, 1.0)
    found = scores(2.0, weight=weight)
    assert (found.weight < 0).any()
    assert auc(found).value > 0.85
