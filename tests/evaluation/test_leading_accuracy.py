"""The accuracy as a leading figure, and paired changes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepml.contracts import Predictions
from hepml.evaluation import delta_auc, leading_accuracy, leading_figures, paired_change
from hepml.tasks import TaskContext, build_task

TASK = build_task("classification", {}, TaskContext(("a", "b", "c")))


def _predictions(scores, label, weight=None):
    n = len(label)
    return Predictions(
        run="cnn",
        part="test",
        task=TASK,
        outputs={TASK.outputs[0].name: np.asarray(scores, np.float32)},
        label=np.asarray(label, np.int32),
        weight=np.ones(n) if weight is None else np.asarray(weight, float),
        spectators={},
        row=np.arange(n),
    )


def test_by_hand():
    """Classes 0, 1, 1 of labels 0, 1, 2, weights 1, 1, 2: half is right; the event without a label does not count."""
    scores = [[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.2, 0.5, 0.3], [0.9, 0.1, 0.0]]
    figure = leading_accuracy(_predictions(scores, [0, 1, 2, -1], [1, 1, 2, 5]))
    assert (figure.name, figure.estimate.value, figure.class_) == ("accuracy", 0.5, None)
    np.testing.assert_allclose(figure.influence, [0.125, 0.125, -0.25, 0.0])


def test_a_paired_change_by_hand():
    """Two of four events turn from right to wrong: −1/2, of ±1/8 for each event."""
    right, wrong = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]
    before, after = (
        leading_accuracy(_predictions(scores, [0, 0, 0, 0])) for scores in ([right] * 4, [right, right, wrong, wrong])
    )
    change = paired_change(before, after)
    assert change.value == -0.5
    assert change.error == pytest.approx(math.sqrt(4 * 0.125**2))
    assert paired_change(before, before).error == 0


def test_a_paired_change_of_aucs_is_that_of_delong():
    rng = np.random.default_rng(1)
    label, noise = rng.integers(0, 3, 400), rng.normal(size=(2, 400, 3))
    scores = np.exp(np.eye(3)[label] + noise)
    before, after = (_predictions(each / each.sum(axis=1, keepdims=True), label) for each in scores)
    for index, (one, other) in enumerate(zip(leading_figures(before), leading_figures(after), strict=True)):
        columns = [each.outputs[TASK.outputs[0].name][:, index] for each in (after, before)]
        expected = delta_auc(label == index, *columns).estimate
        change = paired_change(one, other)
        assert (change.value, change.error) == pytest.approx((expected.value, expected.error), rel=0.01)
