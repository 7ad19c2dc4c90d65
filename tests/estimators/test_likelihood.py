"""Likelihood ratios by hand."""

import math

import numpy as np
import pytest
from estimator_problems import TRACKS, plan, task
from memory_source import MemorySource

from hepml.contracts import ArraySpec
from hepml.errors import RecipeError
from hepml.estimators import build_estimator
from hepml.estimators.template_sums import densities

TABLE = {"table": ArraySpec((2,), role="table", features=("a [GeV]", "log of b [1]"))}


def fitted(values, label, tmp_path, *, weight=None, smoothing=0.0, **options):
    estimator = build_estimator(
        "likelihood", {"bins": 2, "smoothing": smoothing, **options}, task=task(), arrays=TABLE, seed=1
    )
    part = MemorySource(TABLE, {"table": np.asarray(values, np.float32)}, np.asarray(label), weight)
    return estimator, estimator.fit(part, None, plan(tmp_path))


def test_two_features_multiply(tmp_path):
    """Of class 0, the signal, 3 of 4 have a high and 1 of 4 a high b; of class 1 it is the other way round."""
    a, b = [1, 1, 1, 0, 0, 0, 0, 1], [0, 0, 0, 1, 1, 1, 1, 0]
    estimator, history = fitted(np.column_stack([a, b]) * 10_000, [0] * 4 + [1] * 4, tmp_path, groups=[["a"], ["b"]])
    score = estimator.predict({"table": np.array([[1e4, 0], [0, 1e4], [1e4, 1e4]], np.float32)})["score"][:, 0]
    # Each class has one item more, spread over three bins: low, high and missing.
    ratio = (3 + 1 / 3) / (1 + 1 / 3)
    np.testing.assert_allclose(score, [ratio**2 / (1 + ratio**2), 1 / (1 + ratio**2), 0.5], rtol=1e-5)
    assert history[0].figures["loss"] == pytest.approx(
        -(6 * math.log(ratio**2 / (1 + ratio**2)) + 2 * math.log(1 / (1 + ratio**2))) / 8, rel=1e-5
    )


def test_a_joint_distribution_sees_what_single_ones_do_not(tmp_path):
    """Exclusive or: each feature by itself says nothing."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(4000, 2))
    label = (values[:, 0] * values[:, 1] > 0).astype(np.int64)
    for groups, lowest, highest in (([["a", "b"]], 0.9, 1.0), ([["a"], ["b"]], 0.4, 0.6)):
        estimator, _ = fitted(values, label, tmp_path, groups=groups, bins=10)
        score = estimator.predict({"table": values.astype(np.float32)})["score"][:, 0]
        assert lowest < np.mean((score > 0.5) == (label == 0)) <= highest


def test_negative_weights_take_away(tmp_path):
    """An event and its negative copy are as if neither had been there, but for the effective numbers."""
    values, label = [[0, 0], [1, 1], [1, 1], [0, 0], [1, 1], [1, 1]], [0, 1, 1, 1, 0, 0]
    weight = np.array([1.0, 1.0, 1.0, -0.5, 0.5, -0.5])
    estimator, _ = fitted(values, label, tmp_path, weight=weight, groups=[["a", "b"]])
    score = estimator.predict({"table": np.array([[0, 0], [1, 1]], np.float32)})["score"][:, 0]
    assert score[0] > 0.5 > score[1]
    assert np.isfinite(score).all()


def test_smoothing_goes_to_the_average_of_the_classes():
    """Class 0 has 4 items in bin 0, class 1 has none at all: it takes the shape of the average, half of class 0's."""
    found = np.exp(densities(np.array([[4.0, 0.0], [0.0, 0.0]]), np.array([[4.0, 0.0], [0.0, 0.0]]), smoothing=10.0))
    np.testing.assert_allclose(found, [[9.5 / 10, 0.5 / 10], [5.5 / 6, 0.5 / 6]])


def test_items_of_a_sequence_add_up_and_padding_does_not(tmp_path):
    rng = np.random.default_rng(1)
    tracks, mask = rng.normal(size=(500, 6, 4)).astype(np.float32), np.arange(6) < rng.integers(0, 7, 500)[:, None]
    label = rng.integers(0, 2, 500)
    tracks[..., 0] += label[:, None]
    estimator = build_estimator("likelihood", {"groups": [["a", "b"]]}, task=task(), arrays=TRACKS, seed=1)
    part = MemorySource(TRACKS, {"tracks": tracks, "tracks_mask": mask}, label)
    estimator.fit(part, part, plan(tmp_path))

    def log_odds(items, real):
        score = estimator.predict({"tracks": items, "tracks_mask": real})["score"][:, 0].astype(np.float64)
        return np.log(score / (1 - score))

    none = log_odds(tracks[:1], np.zeros((1, 6), bool))
    single = [log_odds(tracks[:1], np.arange(6)[None] == place) - none for place in range(3)]
    three = log_odds(tracks[:1], np.arange(6)[None] < 3) - none
    np.testing.assert_allclose(three, sum(single), atol=1e-5)
    np.testing.assert_allclose(none, np.log((label == 0).sum() / (label == 1).sum()), atol=1e-5)


def test_groups_of_unknown_or_several_inputs_are_refused():
    both = TABLE | TRACKS
    for groups, message in (
        ([["c0"]], "'c0' is not the name of one feature"),
        ([["a"]], "'a' is not the name of one feature of the inputs: rename it"),
        ([["log_b", "c"]], "features of several inputs"),
    ):
        arrays = both | {"more": ArraySpec((1,), role="table", features=("log_b",))}
        with pytest.raises(RecipeError, match=message):
            build_estimator("likelihood", {"groups": groups}, task=task(), arrays=arrays, seed=1)
