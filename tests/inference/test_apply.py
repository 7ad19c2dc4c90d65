"""Which member sees which row, and how seeds become one prediction; members that put out a constant tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from hepml.contracts import ArraySpec, Estimator, OutputSpec, TaskSpec
from hepml.errors import RunError
from hepml.inference import LoadedRun, MemberInfo, apply_members, average, read_run_info, unseen_fold

SCORE = OutputSpec("score", 1, "sigmoid", "binary_crossentropy", "label")
TASK = TaskSpec("classification", (SCORE,), ("a", "b"), "a")


class Constant(Estimator):
    """Puts out one number in every place of every output."""

    tasks: ClassVar[frozenset[str]] = frozenset({"classification"})
    roles: ClassVar[frozenset[str]] = frozenset({"table"})
    negative_weights: ClassVar[bool] = True
    n_parameters = 1

    def __init__(self, value: float, task: TaskSpec) -> None:
        self.value, self.task = value, task

    def fit(self, train: Any, validation: Any, plan: Any) -> Any:
        raise NotImplementedError

    def predict(self, inputs: Any) -> Any:
        n = len(inputs["table"])
        assert n, "a member without rows need not be asked"
        return {o.name: np.full((n, *o.shape), self.value, np.float32) for o in self.task.outputs}

    def save(self, folder: Path) -> None:
        raise NotImplementedError

    @classmethod
    def load(cls, folder: Path, model: Any) -> Any:
        raise NotImplementedError


@pytest.fixture
def make(flat):
    """Return a function that makes a run of constants: (seed, fold) → value."""
    info = read_run_info(flat.run("trees"))

    def run(values: dict[tuple[int, int | None], float], task: TaskSpec = TASK) -> LoadedRun:
        members = {MemberInfo(seed, fold, 1, 0, 1, 0.0): value for (seed, fold), value in values.items()}
        described = replace(info, task=task, arrays={"table": ArraySpec((2,))}, members=tuple(members))
        return LoadedRun(Path("run"), described, {m.name: Constant(value, task) for m, value in members.items()})

    return run


ROWS = {"table": np.zeros((3, 2), np.float32)}


def test_each_seed_and_their_mean(make):
    run = make({(1, None): 0.2, (2, None): 0.6})
    outputs = apply_members(run, ROWS, np.zeros(3))
    assert {name: values["score"][:, 0].tolist() for name, values in outputs.items()} == {
        "seed1": [pytest.approx(0.2)] * 3,
        "seed2": [pytest.approx(0.6)] * 3,
    }
    np.testing.assert_allclose(average(TASK, outputs)["score"], np.full((3, 1), 0.4), rtol=1e-6)


def test_each_row_by_the_fold_that_did_not_see_it(make):
    run = make({(1, 0): 0.0, (1, 1): 0.1, (1, 2): 0.2})
    bucket = np.array([99, 1, 5], np.uint8)  # mod 3: 0, 1, 2
    fold = unseen_fold(run.info, bucket)
    assert fold.tolist() == [0, 1, 2]
    found = apply_members(run, ROWS, fold)["seed1"]["score"]
    np.testing.assert_allclose(found[:, 0], [0.0, 0.1, 0.2], atol=1e-7)


def test_members_without_rows_are_not_asked(make):
    run = make({(1, 0): 0.3, (1, 1): 0.4, (1, 2): 0.5})
    np.testing.assert_allclose(apply_members(run, ROWS, np.ones(3))["seed1"]["score"], np.full((3, 1), 0.4))


def test_without_folds_buckets_do_not_matter(make):
    assert unseen_fold(make({(1, None): 0.0}).info, np.array([5, 99])).tolist() == [0, 0]


def test_what_has_no_mean_is_taken_from_the_first_seed(make):
    task = replace(TASK, outputs=(replace(SCORE, combine="first"), replace(SCORE, name="loss_only", keep=False)))
    outputs = apply_members(make({(1, None): 0.2, (2, None): 0.6}, task), ROWS, np.zeros(3))
    assert list(outputs["seed1"]) == ["score"]
    assert average(task, outputs)["score"].tolist() == [[pytest.approx(0.2)]] * 3


def test_outputs_with_several_axes(make):
    task = replace(TASK, outputs=(replace(SCORE, name="map", size=2, leading=(4, 5)),))
    run = make({(1, 0): 0.5, (1, 1): 0.5, (1, 2): 0.5}, task)
    assert average(task, apply_members(run, ROWS, np.arange(3)))["map"].shape == (3, 4, 5, 2)


def test_the_mean_does_not_depend_on_the_order_of_seeds(make):
    values = (0.1, 0.7, 0.30000001)
    forward, backward = (
        average(TASK, apply_members(make({(i, None): v for i, v in enumerate(order)}), ROWS, np.zeros(3)))["score"]
        for order in (values, values[::-1])
    )
    np.testing.assert_array_equal(forward, backward)


def test_other_inputs_are_refused(make):
    run = make({(1, None): 0.0})
    with pytest.raises(RunError, match=r"the run reads 'table', found image: use the processor"):
        apply_members(run, {"image": ROWS["table"]}, np.zeros(3))
    with pytest.raises(RunError, match=r"'table' has shape \(7,\) and the run was trained on \(2,\)"):
        apply_members(run, {"table": np.zeros((3, 7))}, np.zeros(3))
