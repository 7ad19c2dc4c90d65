"""Weighted fractions: accuracy, confusion matrix."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score as sklearn_accuracy
from sklearn.metrics import confusion_matrix as sklearn_confusion

from hepml.errors import DatasetError, ShapeError
from hepml.evaluation import accuracy_score, confusion_matrix, weighted_fraction


def _three_classes(rng, n=500):
    truth, predicted = rng.integers(0, 3, size=(2, n))
    return truth, predicted, rng.gamma(1.0, size=n)


def test_error_is_binomial():
    """30 of 100: √(0.3 × 0.7 / 100)."""
    fraction = weighted_fraction(np.arange(100) < 30)
    assert fraction.value == pytest.approx(0.3)
    assert fraction.error == pytest.approx(math.sqrt(0.3 * 0.7 / 100))


def test_weighted_error_uses_the_effective_number():
    """Weights 1 and 3 in equal parts, whatever passes: N_eff = (4)²/(1 + 9) / 2 × 100 = 80."""
    weight = np.tile([1.0, 3.0], 50)
    fraction = weighted_fraction(np.arange(100) < 30, sample_weight=weight)
    assert fraction.error == pytest.approx(math.sqrt(0.3 * 0.7 / 80))


def test_weights_that_differ_between_passed_and_failed():
    """One event of weight 3 passes, three of weight 1 fail: ε = 1/2, variance (9/4 + 3/4) / 36."""
    fraction = weighted_fraction([True, False, False, False], sample_weight=[3, 1, 1, 1])
    assert fraction.value == 0.5
    assert fraction.error == pytest.approx(math.sqrt(3 / 36))


@pytest.mark.parametrize("passed", [True, False])
def test_all_or_none_is_not_exact(passed):
    fraction = weighted_fraction([passed] * 50)
    assert fraction.value == float(passed)
    assert fraction.error == pytest.approx(1 / 50)


def test_no_weight_no_fraction():
    with pytest.raises(DatasetError, match="2 weights sum to 0"):
        weighted_fraction([True, False], sample_weight=[1, -1])
    with pytest.raises(ShapeError, match="passed has 2, sample_weight has 3"):
        weighted_fraction([True, False], sample_weight=[1, 1, 1])


def test_accuracy_agrees_with_scikit_learn():
    truth, predicted, weight = _three_classes(np.random.default_rng(1))
    expected = sklearn_accuracy(truth, predicted, sample_weight=weight)
    assert accuracy_score(truth, predicted, sample_weight=weight).value == pytest.approx(expected)


def test_confusion_agrees_with_scikit_learn():
    truth, predicted, weight = _three_classes(np.random.default_rng(2))
    matrix = confusion_matrix(truth, predicted, n_classes=3, sample_weight=weight)
    for normalise, mine in ((None, matrix.sum_w), ("true", matrix.efficiency.value), ("pred", matrix.purity.value)):
        expected = sklearn_confusion(truth, predicted, sample_weight=weight, normalize=normalise)
        np.testing.assert_allclose(mine, expected, rtol=1e-12)


def test_confusion_by_hand():
    """Three w events, one taken for qcd; two qcd events, one of them (weight 2) taken for w; no top."""
    matrix = confusion_matrix([0, 0, 0, 1, 1], [0, 0, 1, 1, 0], n_classes=3, sample_weight=[1, 1, 1, 1, 2])
    assert matrix.sum_w.tolist() == [[2, 1, 0], [2, 1, 0], [0, 0, 0]]
    assert matrix.sum_w2.tolist() == [[2, 1, 0], [4, 1, 0], [0, 0, 0]]
    assert matrix.efficiency.value[0] == pytest.approx([2 / 3, 1 / 3, 0])
    assert matrix.efficiency.error[0] == pytest.approx([math.sqrt(2 / 27), math.sqrt(2 / 27), 1 / 3])
    assert np.isnan(matrix.efficiency.value[2]).all()
    assert matrix.purity.value[:, 0] == pytest.approx([0.5, 0.5, 0])
    assert np.isnan(matrix.purity.error[:, 2]).all()


def test_rows_are_accuracies_of_a_class():
    truth, predicted, weight = _three_classes(np.random.default_rng(3))
    matrix = confusion_matrix(truth, predicted, n_classes=3, sample_weight=weight)
    chosen = truth == 1
    expected = accuracy_score(truth[chosen], predicted[chosen], sample_weight=weight[chosen])
    assert matrix.efficiency.value[1, 1] == pytest.approx(expected.value)
    assert matrix.efficiency.error[1, 1] == pytest.approx(expected.error)


def test_confusion_refuses_what_is_no_class():
    with pytest.raises(DatasetError, match="predicted must be integers from 0 to 1, but 1 of 2"):
        confusion_matrix([0, 1], [0, 2], n_classes=2)
    with pytest.raises(DatasetError, match="truth must be integers from 0 to 1, but 1 of 2"):
        confusion_matrix([0, -1], [0, 1], n_classes=2)
    with pytest.raises(ShapeError, match="truth has 2, predicted has 3"):
        confusion_matrix([0, 1], [0, 1, 1], n_classes=2)
