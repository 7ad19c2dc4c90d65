"""AUC by hand, by brute force, by scikit-learn and by closure."""

from __future__ import annotations

import math

import numpy as np
import pytest
from evaluation.toy_scores import gaussians
from sklearn.metrics import roc_auc_score as sklearn_auc

from hepml.evaluation import roc_auc_score


def _by_pairs(truth, score, weight):
    """The definition: every pair of a signal and a background event."""
    s, b = score[truth][:, None], score[~truth][None, :]
    pair_weight = weight[truth][:, None] * weight[~truth][None, :]
    return float(((s > b) + 0.5 * (s == b)).ravel() @ pair_weight.ravel() / pair_weight.sum())


def test_by_hand():
    """Of six pairs four are in order and one is equal: 4.5/6."""
    assert roc_auc_score([1, 1, 0, 0, 0], [0.8, 0.4, 0.4, 0.6, 0.1]).value == pytest.approx(4.5 / 6, rel=1e-15)


def test_error_by_hand():
    """Signal is placed at 1 and 1/3 (variance 2/9), background at 1, 1/2, 1/2 (variance 1/12): √(2/9/2 + 1/12/3)."""
    auc = roc_auc_score([1, 1, 0, 0, 0], [0.8, 0.4, 0.1, 0.6, 0.5])
    assert auc.value == pytest.approx(2 / 3)
    assert auc.error == pytest.approx(math.sqrt(2 / 9 / 2 + 1 / 12 / 3))
    assert auc.method == "delong"


def test_weighted_by_hand():
    """Signal 3 × 1 placed above all, 1 × above the background of weight 1 out of 4: (3 × 1 + 1 × 1/4) / 4."""
    auc = roc_auc_score([1, 1, 0, 0], [0.9, 0.5, 0.7, 0.1], sample_weight=[3, 1, 3, 1])
    assert auc.value == pytest.approx((3 + 0.25) / 4)


def test_negative_weight_by_hand():
    """Background of weights 2 and −1 sums to 1; only that of −1 is below the second signal event: (1 − 1) / 2."""
    assert roc_auc_score([1, 1, 0, 0], [0.9, 0.5, 0.7, 0.1], sample_weight=[1, 1, 2, -1]).value == pytest.approx(0.0)


@pytest.mark.parametrize("decimals", [1, 8], ids=["ties", "no ties"])
@pytest.mark.parametrize("weights", ["gamma", "negative"])
def test_equals_the_sum_over_pairs(weights, decimals):
    toy = gaussians(np.random.default_rng(2), n_signal=120, n_background=150, shift=0.8, weights=weights)
    score = np.round(toy.score, decimals)
    expected = _by_pairs(toy.truth, score, toy.weight)
    assert roc_auc_score(toy.truth, score, sample_weight=toy.weight).value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("decimals", [1, 8], ids=["ties", "no ties"])
@pytest.mark.parametrize("weights", ["none", "gamma"])
def test_agrees_with_scikit_learn(weights, decimals):
    toy = gaussians(np.random.default_rng(3), n_signal=2000, n_background=3000, shift=1.2, weights=weights)
    score = np.round(toy.score, decimals)
    expected = sklearn_auc(toy.truth, score, sample_weight=toy.weight)
    assert roc_auc_score(toy.truth, score, sample_weight=toy.weight).value == pytest.approx(expected, rel=1e-12)


def test_opposite_scores_give_the_complement():
    toy = gaussians(np.random.default_rng(4), n_signal=300, n_background=500, shift=1.0, weights="negative")
    one = roc_auc_score(toy.truth, toy.score, sample_weight=toy.weight)
    other = roc_auc_score(toy.truth, -toy.score, sample_weight=toy.weight)
    swapped = roc_auc_score(~toy.truth, -toy.score, sample_weight=toy.weight)
    assert one.value == pytest.approx(1 - other.value, rel=1e-12)
    assert one.value == pytest.approx(swapped.value, rel=1e-12)
    assert one.error == pytest.approx(other.error, rel=1e-9) == pytest.approx(swapped.error, rel=1e-9)


def test_any_increasing_function_of_the_score_gives_the_same():
    toy = gaussians(np.random.default_rng(5), n_signal=300, n_background=500, shift=1.0, weights="gamma")
    one = roc_auc_score(toy.truth, toy.score, sample_weight=toy.weight)
    other = roc_auc_score(toy.truth, np.exp(3 * toy.score), sample_weight=toy.weight)
    assert (one.value, one.error) == (other.value, other.error)


@pytest.mark.parametrize("sign", [1, -1])
def test_perfect_separation_is_not_exact(sign):
    """Four and three events: the error is that of one misplaced event of each class, √(1/16 + 1/9) = 5/12."""
    score = sign * np.array([4.0, 5.0, 6.0, 7.0, 1.0, 2.0, 3.0])
    auc = roc_auc_score([1, 1, 1, 1, 0, 0, 0], score)
    assert auc.value == (1.0 if sign > 0 else 0.0)
    assert auc.error == pytest.approx(5 / 12)
    assert auc.method == "one misplaced event"


def test_one_event_of_a_class_has_no_error():
    auc = roc_auc_score([1, 0, 0], [0.5, 0.7, 0.3])
    assert auc.value == 0.5
    assert math.isnan(auc.error)


def _hanley_mcneil(auc, n):
    """σ(AUC) of exponential scores, n events in each class (Radiology 143 (1982) 29)."""
    both_signal, both_background = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (n - 1) * (both_signal + both_background - 2 * auc**2)
    return math.sqrt(spread) / n


@pytest.mark.parametrize(
    ("auc", "n", "published"),
    [(0.9, 100, 0.0226), (0.9, 1000, 0.0071), (0.9, 10_000, 0.0023), (0.9, 100_000, 0.0007), (0.8, 100, 0.0314),
     (0.8, 1000, 0.0099), (0.8, 10_000, 0.0031), (0.8, 100_000, 0.00099)],
)  # fmt: skip
def test_closure_with_hanley_and_mcneil(auc, n, published):
    """Their formula is exact for exponential scores whose means are as AUC : 1 − AUC, so DeLong must agree."""
    digits = len(str(published)) - 2
    assert round(_hanley_mcneil(auc, n), digits) == published
    rng = np.random.default_rng(n)
    truth = np.arange(2 * n) < n
    errors = []
    for _ in range(max(1, 20_000 // n)):
        score = rng.exponential(np.where(truth, auc / (1 - auc), 1.0))
        errors.append(roc_auc_score(truth, score).error)
    assert math.sqrt(np.mean(np.square(errors))) == pytest.approx(_hanley_mcneil(auc, n), rel=0.03)
