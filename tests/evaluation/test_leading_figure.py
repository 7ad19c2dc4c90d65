"""The figure of learning curves and importances: the same as elsewhere, with influences that make its error."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepml.contracts import OutputSpec, Predictions, TaskSpec
from hepml.errors import RunError
from hepml.evaluation import leading_figures, roc_auc_score, root_mean_squared_error
from hepml.tasks import TaskContext, build_task


def _classified(n_classes: int, n: int = 300) -> Predictions:
    rng = np.random.default_rng(1)
    task = build_task("classification", {}, TaskContext(tuple("abc"[:n_classes])))
    label = rng.integers(-1, n_classes, n).astype(np.int32)
    score = rng.random((n, task.outputs[0].size))
    score[np.arange(n), label % score.shape[1]] += 0.3 * (label == 0)
    weight = rng.uniform(-0.2, 1, n)
    other = {"seed1": {"score": score}, "seed2": {"score": 1 - score}}
    return Predictions("run", "test", task, {"score": score}, label, weight, {}, np.arange(n), other)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_auc_of_each_signal(n_classes):
    events = _classified(n_classes)
    known = events.label >= 0
    figures = leading_figures(events)
    assert [figure.class_ for figure in figures] == (["a"] if n_classes == 2 else ["a", "b", "c"])
    for index, figure in enumerate(figures):
        auc = roc_auc_score(
            events.label[known] == index, events.outputs["score"][known, index], sample_weight=events.weight[known]
        )
        assert (figure.name, figure.estimate, figure.loss) == ("auc", auc, -auc.value)
        assert (figure.influence[~known] == 0).all()
        # DeLong's own has the factor n/(n − 1) in it.
        assert math.sqrt(figure.influence @ figure.influence) == pytest.approx(auc.error, rel=0.02)


def test_a_member_has_its_own():
    figures = {member: leading_figures(_classified(2), member)[0] for member in ("seed1", "seed2")}
    assert figures["seed1"].estimate.value + figures["seed2"].estimate.value == pytest.approx(1)


def test_rmse_of_each_target_where_the_truth_is_known():
    rng = np.random.default_rng(2)
    outputs = tuple(OutputSpec(name, 1, "linear", "mse", f"spectator:{name}") for name in ("x", "y"))
    truth = {"x": rng.normal(size=200), "y": np.where(rng.random(200) < 0.3, np.nan, 5.0)}
    predicted = {name: rng.normal(size=(200, 1)) for name in truth}
    weight = rng.uniform(-0.1, 1, 200)
    label, row = np.full(200, -1, np.int32), np.arange(200)
    events = Predictions("run", "test", TaskSpec("regression", outputs), predicted, label, weight, truth, row)
    for figure, (name, values) in zip(leading_figures(events), truth.items(), strict=True):
        known = ~np.isnan(values)
        expected = root_mean_squared_error(values[known], predicted[name][known, 0], sample_weight=weight[known])
        assert (figure.name, figure.output, figure.estimate) == ("rmse", name, expected)
        assert figure.loss == figure.estimate.value
        assert (figure.influence[~known] == 0).all()
        assert math.sqrt(figure.influence @ figure.influence) == pytest.approx(expected.error, rel=0.02)


def test_without_one_class_it_is_undefined():
    events = _classified(2)
    [figure] = leading_figures(
        Predictions("run", "test", events.task, events.outputs, np.zeros(300, np.int32), events.weight, {}, events.row)
    )
    assert figure.estimate.method == "undefined: there are no b events"
    assert np.isnan(figure.influence).all()


def test_a_task_without_one():
    events = _classified(2)
    other = Predictions("run", "test", TaskSpec("generation", ()), {}, events.label, events.weight, {}, events.row)
    with pytest.raises(RunError, match="there is no evaluation of tasks of kind 'generation'"):
        leading_figures(other)
