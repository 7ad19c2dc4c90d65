import numpy as np
import pytest

from hepml.contracts import Batch, OutputSpec, TaskSpec
from hepml.errors import DatasetError, RecipeError
from hepml.networks.targets import targets_of
from hepml.tasks import TaskContext, build_task


def batch(*labels):
    return Batch({}, np.array(labels, np.int32), np.ones(len(labels)), {}, np.arange(len(labels)))


def test_a_binary_target_is_one_for_the_signal():
    task = build_task("classification", {"signal": "w"}, TaskContext(("qcd", "w")))
    np.testing.assert_array_equal(targets_of(task, batch(0, 1, 1))["score"], [[0], [1], [1]])
    first = build_task("classification", {}, TaskContext(("qcd", "w")))
    np.testing.assert_array_equal(targets_of(first, batch(0, 1, 1))["score"], [[1], [0], [0]])


def test_a_multi_class_target_is_one_hot():
    task = build_task("classification", {}, TaskContext(("a", "b", "c")))
    np.testing.assert_array_equal(targets_of(task, batch(2, 0))["score"], [[0, 0, 1], [1, 0, 0]])


@pytest.mark.parametrize("label", [-1, 2])
def test_a_label_that_is_no_class_is_refused(label):
    task = build_task("classification", {}, TaskContext(("a", "b")))
    with pytest.raises(DatasetError, match=f"label {label}, and there are 2 classes"):
        targets_of(task, batch(0, label))


ENERGIES = build_task("regression", {"target": ["true_gev", "depth"]}, TaskContext(()))


def spectators(**columns):
    values = {name: np.array(column) for name, column in columns.items()}
    n = len(next(iter(values.values())))
    return Batch({}, np.full(n, -1, np.int32), np.ones(n), values, np.arange(n))


def test_a_spectator_is_a_target_standardised_where_there_are_constants():
    given = spectators(true_gev=[1e9 + 1, 1e9 - 1], depth=[3, 5])
    found = targets_of(ENERGIES, given, {"true_gev": (1e9, 2.0)})
    np.testing.assert_array_equal(found["true_gev"], [[0.5], [-0.5]])  # subtracted before it becomes float32
    np.testing.assert_array_equal(found["depth"], [[3], [5]])
    assert all(values.dtype == np.float32 for values in found.values())


def test_a_target_that_is_no_spectator_is_named():
    with pytest.raises(DatasetError, match="'depth' is no spectator of the batch: did you mean 'depths'"):
        targets_of(ENERGIES, spectators(true_gev=[1.0], depths=[2.0]))


def test_no_examples_have_no_targets():
    task = build_task("classification", {}, TaskContext(("a", "b")))
    assert targets_of(task, batch())["score"].shape == (0, 1)


def test_an_unknown_target_is_named():
    task = TaskSpec("x", (OutputSpec("y", 1, "linear", "binary_crossentropy", "moon:phase"),))
    with pytest.raises(RecipeError, match="target 'moon:phase'"):
        targets_of(task, batch(0))


def test_codes_are_one_hot_and_nothing_where_there_is_none():
    task = build_task("multitask", {"counts": {"n_pion": {"most": 2}}}, TaskContext(("a", "b")))
    given = Batch({}, np.zeros(4, np.int32), np.ones(4), {"n_pion": np.array([1.0, 9.0, -1.0, np.nan])}, np.arange(4))
    np.testing.assert_array_equal(targets_of(task, given)["n_pion"], [[0, 1, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]])
    with pytest.raises(DatasetError, match="'n_pion' is no spectator"):
        targets_of(task, batch(0))


def test_a_target_of_zero_has_no_relative_error():
    task = build_task("regression", {"target": "e", "relative": True}, TaskContext(()))
    with pytest.raises(DatasetError, match="'e' is 0 in an example"):
        targets_of(task, spectators(e=[1.0, 0.0]))
