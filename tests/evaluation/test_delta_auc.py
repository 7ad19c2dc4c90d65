"""The paired difference of two AUCs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from evaluation.toy_scores import gaussians

from hepml.errors import ShapeError
from hepml.evaluation import delta_auc, roc_auc_score
from hepml.evaluation.delta_auc import delta_auc_of
from hepml.evaluation.placement import place
from hepml.evaluation.ranking import rank

TRUTH = [1, 1, 0, 0]


def test_by_hand():
    """Placements (1, 1/2 | 1/2, 1) against (1, 1 | 1, 1): differences of variance 1/8 in each class, √(1/16 + 1/16)."""
    difference = delta_auc(TRUTH, [0.9, 0.5, 0.7, 0.1], [0.9, 0.8, 0.7, 0.1])
    assert difference.estimate.value == pytest.approx(-0.25)
    assert difference.estimate.error == pytest.approx(math.sqrt(1 / 8))
    assert difference.p_value == pytest.approx(math.erfc(0.25 / math.sqrt(1 / 8) / math.sqrt(2)))
    assert difference.estimate.method == "delong paired"


def test_a_classifier_does_not_differ_from_itself():
    difference = delta_auc(TRUTH, [0.9, 0.5, 0.7, 0.1], [9, 5, 7, 1])
    assert (difference.estimate.value, difference.estimate.error, difference.p_value) == (0.0, 0.0, 1.0)


def test_value_is_the_difference_and_sign_follows_the_order():
    toy = gaussians(np.random.default_rng(1), n_signal=500, n_background=800, shift=1.0, weights="negative")
    other = toy.score + np.random.default_rng(2).normal(size=len(toy.score))
    forward = delta_auc(toy.truth, toy.score, other, sample_weight=toy.weight)
    backward = delta_auc(toy.truth, other, toy.score, sample_weight=toy.weight)
    separate = [roc_auc_score(toy.truth, score, sample_weight=toy.weight).value for score in (toy.score, other)]
    assert forward.estimate.value == pytest.approx(separate[0] - separate[1], rel=1e-9)
    assert backward.estimate.value == pytest.approx(-forward.estimate.value, rel=1e-9)
    assert backward.p_value == pytest.approx(forward.p_value, rel=1e-9)


def test_pairing_makes_the_error_smaller_only_where_scores_are_correlated():
    rng = np.random.default_rng(3)
    toy = gaussians(rng, n_signal=2000, n_background=2000, shift=1.0)
    alike = toy.score + 0.2 * rng.normal(size=len(toy.score))
    apart = gaussians(rng, n_signal=2000, n_background=2000, shift=1.0).score
    error = roc_auc_score(toy.truth, toy.score).error
    independent = math.hypot(error, roc_auc_score(toy.truth, apart).error)
    assert delta_auc(toy.truth, toy.score, alike).estimate.error < 0.3 * error
    assert delta_auc(toy.truth, toy.score, apart).estimate.error == pytest.approx(independent, rel=0.05)


def test_placements_of_other_events_are_refused():
    one = place(rank(TRUTH, [0.9, 0.5, 0.7, 0.1]))
    for other in (
        place(rank([1, 0, 1, 0], [0.9, 0.5, 0.7, 0.1])),
        place(rank(TRUTH, [1, 2, 3, 4], sample_weight=[2, 1, 1, 1])),
    ):
        with pytest.raises(ShapeError, match="same events in the same order"):
            delta_auc_of(one, other)
