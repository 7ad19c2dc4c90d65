"""Permutation importance on models whose answers can be computed by hand, and its errors against a toy."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from hepml.contracts import ArraySpec, OutputSpec, Predictions, TaskSpec
from hepml.errors import ShapeError
from hepml.evaluation import Estimate, LeadingFigure, leading_figures
from hepml.explain import loss_of_repeats, permutation_importance
from hepml.tasks import TaskContext, build_task

TABLE = {"table": ArraySpec((2,), role="table", features=("a", "b"))}
CLASSES = build_task("classification", {}, TaskContext(("signal", "background")))
NUMBER = TaskSpec("regression", (OutputSpec("t", 1, "linear", "mse", "spectator:t"),))


def _events(task: TaskSpec, n: int, rng: np.random.Generator, *, weighted: bool = False):
    """Return x and predictions without outputs: signal is 1.5 and 0.5 higher, or t = x₀ + x₁ / 2 with noise 1."""
    label = rng.integers(0, 2, n).astype(np.int32)
    x = rng.normal(size=(n, 2)) + np.outer(label == 0, [1.5, 0.5]) * (task is CLASSES)
    weight = rng.exponential(size=n) * rng.choice([1, 1, 1, -0.5], n) if weighted else np.ones(n)
    truth = {"t": x @ [1, 0.5] + rng.normal(size=n)}
    return x, Predictions("run", "test", task, {}, label, weight, truth, np.arange(n))


def _importance(x, events: Predictions, *, seed: int, slope=(1.0, 0.5), repeats: int = 4):
    name = events.task.outputs[0].name
    return permutation_importance(
        lambda inputs: {name: (inputs["table"] @ np.array(slope))[:, None]},
        {"table": x},
        TABLE,
        judge=lambda outputs: leading_figures(replace(events, outputs=outputs)),
        seed=seed,
        repeats=repeats,
    )


def test_a_feature_that_the_model_does_not_read_loses_nothing():
    x, events = _events(CLASSES, 400, np.random.default_rng(1))
    one, other = _importance(x, events, seed=1, slope=(1.0, 0.0))
    assert (one.feature, other.feature) == ("a", "b")
    assert one.losses[0].value > 10 * one.losses[0].error > 0
    assert (other.losses[0].value, other.losses[0].error) == (0.0, 0.0)


def test_without_its_only_feature_a_classifier_guesses():
    """AUC of two unit normals 1.5 apart is Φ(1.5/√2); without the feature it is 1/2."""
    x, events = _events(CLASSES, 20_000, np.random.default_rng(2))
    loss = _importance(x, events, seed=1, slope=(1.0, 0.0))[0].losses[0]
    assert abs(loss.value - (NormalDist().cdf(1.5 / math.sqrt(2)) - 0.5)) < 3 * loss.error < 0.02


def test_the_rise_of_an_rmse():
    """Residuals are the noise of 1; with another event's x₁, of variance 2 · 1/4 more: √1.5."""
    x, events = _events(NUMBER, 20_000, np.random.default_rng(3))
    loss = _importance(x, events, seed=1)[1].losses[0]
    assert abs(loss.value - (math.sqrt(1.5) - 1)) < 3 * loss.error < 0.03


def test_inputs_are_not_changed_and_the_seed_decides():
    x, events = _events(CLASSES, 300, np.random.default_rng(4))
    before = x.copy()
    one, same, other = (_importance(x, events, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(x, before)
    assert one == same
    assert one != other


def test_channels_are_dealt_whole():
    """Each picture has one number in all its pixels, so a permuted channel still has."""
    image = np.broadcast_to(np.arange(6.0)[:, None, None, None], (6, 3, 3, 2))
    seen = []

    def judge(outputs):
        seen.append(outputs["image"])
        return [LeadingFigure("auc", Estimate(0.5, 0.1, ""), np.zeros(6), higher_is_better=True)]

    spec = {"image": ArraySpec((3, 3, 2), role="image", features=("pt", "n"))}
    found = permutation_importance(
        lambda i: {"image": i["image"]}, {"image": image}, spec, judge=judge, seed=1, repeats=2
    )
    assert [importance.feature for importance in found] == ["pt", "n"]
    for channel, pictures in ((0, seen[1:3]), (1, seen[3:5])):
        for picture in pictures:
            np.testing.assert_array_equal(picture[..., 1 - channel], image[..., 1 - channel])
            assert (np.ptp(picture[..., channel], axis=(1, 2)) == 0).all()
            assert sorted(picture[:, 0, 0, channel]) == list(range(6))
            assert picture[:, 0, 0, channel].tolist() != list(range(6))


def test_the_loss_of_repeats_by_hand():
    """Two events, d = (0.3, −0.1) each time: received (0.3, −0.1), given (0.1, 0.1) if they change places once."""
    before = LeadingFigure("auc", Estimate(0.9, 0.1, ""), np.zeros(2), higher_is_better=True)
    worse = LeadingFigure("auc", Estimate(0.7, 0.1, ""), np.array([-0.3, 0.1]), higher_is_better=True)
    orders = [np.array([1, 0]), np.array([0, 1])]
    loss = loss_of_repeats(before, [worse, worse], orders)
    assert loss.value == pytest.approx(0.2)
    assert loss.error == pytest.approx(math.sqrt(0.4**2 + 0.0**2 - (0.3**2 + 0.1**2) / 2))
    assert loss.method == "events and 2 permutations"
    spread = loss_of_repeats(before, [worse, before], orders)  # repeats that differ by more than events explain
    assert (spread.value, spread.error) == pytest.approx((0.1, math.sqrt(np.var([0.2, 0.0], ddof=1) / 2)))
    undefined = LeadingFigure("auc", Estimate(math.nan, math.nan, ""), np.full(2, math.nan), higher_is_better=True)
    lost = loss_of_repeats(undefined, [undefined, undefined], orders)
    assert math.isnan(lost.value)
    assert math.isnan(lost.error)


@pytest.mark.parametrize(("task", "weighted"), [(CLASSES, False), (CLASSES, True), (NUMBER, False)])
def test_errors_cover_the_fluctuation_of_events_and_permutations(task, weighted):
    """Of 150 samples 68% are within one error of the mean: at most 3.5 standard deviations of that number away."""
    rng = np.random.default_rng(5)
    losses = []
    for seed in range(150):
        x, events = _events(task, 400, rng, weighted=weighted)
        losses.append([(each.losses[0].value, each.losses[0].error) for each in _importance(x, events, seed=seed)])
    values, errors = np.moveaxis(np.array(losses), 2, 0)
    covered = (np.abs(values - values.mean(axis=0)) < errors).mean(axis=0)
    assert (np.abs(covered - 0.683) < 3.5 * math.sqrt(0.683 * 0.317 / 150)).all()


def test_inputs_that_do_not_fit():
    with pytest.raises(ShapeError, match=r"importances need arrays of shapes .*: give the inputs that the model reads"):
        _importance(np.zeros((5, 3)), _events(CLASSES, 5, np.random.default_rng(1))[1], seed=1)


SEQUENCE = {
    "tracks": ArraySpec((3, 2), role="sequence", features=("a", "b")),
    "tracks_mask": ArraySpec((3,), dtype="bool", role="mask"),
}


def test_the_padding_of_a_sequence_is_dealt_to_nobody():
    """Items of an event share its number: a mean over them is that of another event, however many items each has."""
    x, events = _events(CLASSES, 300, np.random.default_rng(5))
    mask = np.arange(3) < np.arange(300)[:, None] % 4  # a quarter have no items
    tracks = np.where(mask[..., None], x[:, None], 1e9)
    seen = []

    def predict(inputs):
        real = np.where(mask, inputs["tracks"][..., 0], 0.0)
        seen.append(inputs["tracks"][mask])
        return {"score": real.sum(axis=1, keepdims=True) / np.maximum(mask.sum(axis=1, keepdims=True), 1)}

    found = permutation_importance(
        predict,
        {"tracks": tracks, "tracks_mask": mask},
        SEQUENCE,
        judge=lambda outputs: leading_figures(replace(events, outputs=outputs)),
        seed=1,
        repeats=2,
    )
    assert [importance.feature for importance in found] == ["a", "b"]
    assert found[0].losses[0].value > 0.1
    assert found[1].losses[0].value == 0
    assert np.concatenate(seen).max() < 100
    assert set(seen[1][:, 0]) <= set(tracks[mask][:, 0])
    np.testing.assert_array_equal(seen[1][:, 1], tracks[mask][:, 1])
