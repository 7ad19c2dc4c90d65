"""Training weights of tiny parts, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from hepml.datasets.survey import WeightedRows, survey
from hepml.datasets.training_weights import binning_of, training_weights
from hepml.datasets.weights import kept_rows
from hepml.errors import DatasetError
from hepml.recipe import Reweight, Weights

LABEL = np.array([0, 0, 0, 1, 1, -1], np.int32)
WEIGHT = np.array([3.0, 3.0, -2.0, 1.0, 0.0, 1.0])
PT = np.array([10.0, 10.0, 30.0, 10.0, 30.0, 10.0])
CLASSES = ("a", "b")


def _survey(weights, label, weight, pt):
    rows = [WeightedRows(label[i : i + 2], weight[i : i + 2], {"pt": pt[i : i + 2]}) for i in range(0, len(label), 2)]
    return survey(
        rows,
        binning=binning_of(weights.reweight),
        negative=weights.negative,
        n_classes=len(CLASSES),
        training=weights.training,
    )


def _of(weights, label=LABEL, weight=WEIGHT, pt=PT, *, basis=None, classes=CLASSES):
    """Return the training weights of the rows that are kept."""
    label, weight, pt = np.asarray(label, np.int32), np.asarray(weight, float), np.asarray(pt, float)
    of_part = _survey(weights, label, weight, pt)
    of_training = of_part if basis is None else _survey(weights, *map(np.asarray, basis))
    constants = training_weights(weights, part="train", classes=classes, of_part=of_part, of_training=of_training)
    kept = kept_rows(weight, weights.negative)
    return constants.of(label[kept], weight[kept], {"pt": pt[kept]})


def test_keep_without_balance_is_a_scale_to_mean_1():
    """Σw = 6 over six rows: the scale is 1."""
    np.testing.assert_allclose(_of(Weights(balance="none")), WEIGHT)


def test_balance_gives_classes_the_same_sum():
    """a: 4, b: 1, mean 2.5, no label: 1 as before; Σ = 6 over six rows."""
    weights = _of(Weights())
    np.testing.assert_allclose(weights, [3 * 2.5 / 4, 3 * 2.5 / 4, -2 * 2.5 / 4, 2.5, 0.0, 1.0])
    assert weights.mean() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("negative", "expected"),
    [
        ("keep", [1, 1, -1, 1, 0, 1]),  # Σ = 3 over six rows
        ("drop", [1, 1, 1, 0, 1]),
        ("abs", [1, 1, 1, 1, 0, 1]),
        ("rebalance", [0.5, 0.5, 1, 0, 1]),  # the signs of a sum to 1, and two rows of it are left
    ],
)
def test_without_physics_weights_each_row_counts_once(negative, expected):
    weights = _of(Weights(training="none", negative=negative, balance="none"))
    np.testing.assert_allclose(weights, np.array(expected) * len(expected) / np.sum(expected))


def test_without_physics_weights_classes_are_balanced_by_their_numbers():
    """a: 2, b: 1 (one has no weight at all), mean 1.5, no label: 1; Σ = 4 over five rows."""
    weights = _of(Weights(training="none", negative="drop"))
    np.testing.assert_allclose(weights, np.array([0.75, 0.75, 1.5, 0, 1]) * 5 / 4)


def test_drop_leaves_the_row_out():
    """a: 6, b: 1, no label: 1; Σ = 8 over five rows."""
    np.testing.assert_allclose(_of(Weights(negative="drop", balance="none")), np.array([3, 3, 1, 0, 1]) * 5 / 8)


def test_abs_counts_it_as_positive():
    np.testing.assert_allclose(_of(Weights(negative="abs", balance="none")), np.abs(WEIGHT) * 6 / 10)


def test_rebalance_keeps_the_sum_of_the_class():
    """a keeps 4 of 6: factor 2/3; Σ = 6 over five rows."""
    np.testing.assert_allclose(_of(Weights(negative="rebalance", balance="none")), np.array([2, 2, 1, 0, 1]) * 5 / 6)


@pytest.mark.parametrize("negative", ["keep", "drop", "abs", "rebalance"])
def test_mean_is_1_and_classes_are_equal_under_every_policy(negative):
    rng = np.random.default_rng(1)
    label, weight = rng.integers(0, 2, 1000), rng.normal(1.0, 0.7, 1000)
    weights = _of(Weights(negative=negative), label, weight, np.zeros(1000))
    kept = label[kept_rows(weight, negative)]
    assert weights.mean() == pytest.approx(1.0)
    assert weights[kept == 0].sum() == pytest.approx(weights[kept == 1].sum())


def test_reweighting_is_flat_in_each_class():
    """Each class has Σw = 4, in bins of equal width 2 and 2."""
    reweight = Reweight(columns={"pt": [0, 20, 40]})
    weights = _of(Weights(reweight=reweight), [0] * 4 + [1] * 4, [1.0] * 8, [10, 10, 10, 30, 30, 30, 30, 10])
    np.testing.assert_allclose(weights, [2 / 3, 2 / 3, 2 / 3, 2, 2 / 3, 2 / 3, 2 / 3, 2])


def test_reweighting_matches_a_class():
    reweight = Reweight(columns={"pt": [0, 20, 40]}, to="b")
    weights = _of(Weights(reweight=reweight), [0] * 4 + [1] * 4, [1.0] * 8, [10, 10, 10, 30, 30, 30, 30, 10])
    np.testing.assert_allclose(weights, [1 / 3, 1 / 3, 1 / 3, 3, 1, 1, 1, 1])


def test_another_part_is_reweighted_as_the_training_part():
    """The histogram of training says 3 : 1 for both classes; the part itself is even, and is not made flat."""
    basis = (np.array([0, 1] * 4), np.ones(8), np.array([10.0] * 6 + [30.0] * 2))
    reweight = Reweight(columns={"pt": [0, 20, 40]})
    weights = _of(Weights(reweight=reweight), [0, 0, 1, 1], np.ones(4), [10, 30, 10, 30], basis=basis)
    np.testing.assert_allclose(weights[1] / weights[0], 3.0)
    assert weights.mean() == pytest.approx(1.0)


def test_without_classes_all_rows_are_one():
    reweight = Reweight(columns={"pt": [0, 20, 40]})
    label = [-1] * 4
    part = survey(
        [WeightedRows(np.array(label, np.int32), np.ones(4), {"pt": np.array([10.0, 10, 10, 30])})],
        binning=binning_of(reweight),
        negative="keep",
        n_classes=0,
    )
    constants = training_weights(Weights(reweight=reweight), part="train", classes=(), of_part=part, of_training=part)
    weights = constants.of(np.array(label, np.int32), np.ones(4), {"pt": np.array([10.0, 10, 10, 30])})
    np.testing.assert_allclose(weights, [2 / 3, 2 / 3, 2 / 3, 2])


@pytest.mark.parametrize(
    ("weights", "label", "weight", "message"),
    [
        (Weights(), [0, 0], [1.0, 1.0], "class 'b' has no events in part 'train'"),
        (Weights(), [0, 1], [0.0, 0.0], "all weights of part 'train' are zero"),
        (Weights(balance="none"), [0, 1], [0.0, 0.0], "all weights of part 'train' are zero"),
        (Weights(), [0, 1], [1.0, -1.0], "class 'b' has Σw = -1 in part 'train' and cannot be balanced"),
        (Weights(negative="drop"), [0, 1], [1.0, -1.0], "class 'b' has no events in part 'train' but negative ones"),
        (
            Weights(negative="rebalance"),
            [0, 1, 1],
            [1.0, 1.0, -2.0],
            "class 'b' has Σw = -1 in part 'train': `rebalance` needs it positive",
        ),
        (Weights(balance="none"), [0, 1], [1.0, -1.0], "Σw of part 'train' is 0 and must be positive"),
        (
            Weights(reweight=Reweight(columns={"pt": [0, 20]}, to="c")),
            [0, 1],
            [1.0, 1.0],
            r"weights\.reweight\.to is 'c', no class of the dataset: known: a, b",
        ),
    ],
)
def test_what_cannot_be_used(weights, label, weight, message):
    with pytest.raises(DatasetError, match=message):
        _of(weights, label, weight, np.full(len(label), 10.0))


def test_a_class_may_be_missing_where_nothing_is_balanced():
    np.testing.assert_allclose(_of(Weights(balance="none"), [0, 0], [1.0, 3.0], np.zeros(2)), [0.5, 1.5])
