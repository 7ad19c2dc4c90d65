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


def test_no_examples_have_no_targets():
    task = build_task("classification", {}, TaskContext(("a", "b")))
    assert targets_of(task, batch())["score"].shape == (0, 1)


def test_an_unknown_target_is_named():
    task = TaskSpec("x", (OutputSpec("y", 1, "linear", "binary_crossentropy", "moon:phase"),))
    with pytest.raises(RecipeError, match="target 'moon:phase'"):
        targets_of(task, batch(0))
