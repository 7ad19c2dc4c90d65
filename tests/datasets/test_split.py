"""The split: every bucket in one part, or tested by one fold."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError

from hepml.datasets import part_buckets, part_names
from hepml.errors import DatasetError
from hepml.recipe import Split


def _numbers(*arguments):
    return np.flatnonzero(part_buckets(*arguments)).tolist()


def test_numbers_of_buckets_are_taken_in_order():
    split = Split(parts={"test": 5, "train": 80, "thresholds": 15})
    assert part_names(split) == ("test", "train", "thresholds")
    assert _numbers(split, "test") == [0, 1, 2, 3, 4]
    assert _numbers(split, "train") == list(range(5, 85))
    assert _numbers(split, "thresholds") == list(range(85, 100))


def test_ranges_include_both_ends_and_may_leave_buckets_out():
    split = Split(parts={"train": [[0, 3], [10, 10]], "test": [[98, 99]]})
    assert _numbers(split, "train") == [0, 1, 2, 3, 10]
    assert _numbers(split, "test") == [98, 99]


@pytest.mark.parametrize("k", [3, 5, 7, 20])
def test_folds_partition_the_buckets(k):
    """Every bucket is tested once and validated once, and no fold trains on what it tests or validates on."""
    split = Split(folds=k)
    parts = {part: np.array([part_buckets(split, part, fold) for fold in range(k)]) for part in part_names(split)}
    assert set(parts) == {"train", "validation", "test"}
    np.testing.assert_array_equal(parts["test"].sum(axis=0), 1)
    np.testing.assert_array_equal(parts["validation"].sum(axis=0), 1)
    np.testing.assert_array_equal(sum(part.astype(int) for part in parts.values()), 1)


def test_a_fold_by_hand():
    split = Split(folds=10)
    assert _numbers(split, "test", 9) == list(range(9, 100, 10))
    assert _numbers(split, "validation", 9) == list(range(0, 100, 10))


def test_folds_without_validation_train_on_all_that_they_do_not_test():
    split = Split(folds=4, validation=False)
    assert part_names(split) == ("train", "test")
    for fold in range(4):
        np.testing.assert_array_equal(part_buckets(split, "train", fold), ~part_buckets(split, "test", fold))
    with pytest.raises(DatasetError, match="no part 'validation'"):
        part_buckets(split, "validation", 0)


def test_whether_there_is_a_validation_part():
    assert Split().has_validation
    assert Split(folds=3).has_validation
    assert not Split(folds=3, validation=False).has_validation
    assert not Split(parts={"train": 70, "test": 30}).has_validation
    with pytest.raises(ValidationError, match="validation: false is for folds"):
        Split(validation=False)


@pytest.mark.parametrize(
    ("split", "part", "fold", "message"),
    [
        (Split(), "tets", None, "no part 'tets': did you mean 'test'"),
        (Split(), "test", 0, "the split has no folds"),
        (Split(folds=3), "test", None, "fold None of part 'test' was asked for, but the 3 folds are 0 to 2"),
        (Split(folds=3), "test", 3, "fold 3"),
        (Split(folds=3), "thresholds", 0, "no part 'thresholds'"),
    ],
)
def test_what_there_is_not(split, part, fold, message):
    with pytest.raises(DatasetError, match=message):
        part_buckets(split, part, fold)


@pytest.mark.parametrize("split", [Split(), Split(folds=3), Split(parts={"test": [[0, 9]], "train": [[20, 39]]})])
def test_fractions_of_the_training_part_are_nested(split):
    fold = 0 if split.folds else None
    whole = part_buckets(split, "train", fold)
    fractions = (0.05, 0.1, 0.35, 0.8, 1.0)
    parts = [part_buckets(split, "train", fold, fraction=fraction) for fraction in fractions]
    assert [part.sum() for part in parts] == [round(fraction * whole.sum()) for fraction in fractions]
    for smaller, larger in pairwise([*parts, whole]):
        assert not (smaller & ~larger).any()


@pytest.mark.parametrize(("part", "fraction"), [("test", 0.5), ("train", 0.001), ("train", 1.1)])
def test_fractions_that_there_are_not(part, fraction):
    message = f"a fraction of {fraction} of part '{part}' was asked for: .* so give a number above .* and at most 1"
    with pytest.raises(DatasetError, match=message):
        part_buckets(Split(), part, fraction=fraction)
