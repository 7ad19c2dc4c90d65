"""From a batch to what each output is compared with; NumPy only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Batch, OutputSpec, TaskSpec
from hepml.errors import DatasetError, RecipeError, nearest

Target = Callable[[TaskSpec, OutputSpec, Batch], NDArray[np.float32]]


def targets_of(task: TaskSpec, batch: Batch) -> dict[str, NDArray[np.float32]]:
    """Return each output's target, first axis n.

    Raises
    ------
    DatasetError
        The batch lacks what a target is made of.
    RecipeError
        The task has a target of an unknown kind.
    """
    return {output.name: _kind(output)(task, output, batch) for output in task.outputs}


def label_target(task: TaskSpec, output: OutputSpec, batch: Batch) -> NDArray[np.float32]:
    """Return 1 for the signal and 0 for the rest, shape (n, 1), or a one-hot of the label, shape (n, n_classes).

    Raises
    ------
    DatasetError
        An example has no label, or one that is no class.
    """
    label, classes = batch.label, output.classes or task.classes
    if label.size and (label.min() < 0 or label.max() >= len(classes)):
        wrong = int(label.min() if label.min() < 0 else label.max())
        msg = (
            f"a training example has label {wrong}, and there are {len(classes)} classes: give every input of "
            "the training part a label"
        )
        raise DatasetError(msg)
    if output.size == 1:
        signal = classes.index(task.signal or classes[0])
        return (label == signal).astype(np.float32)[:, None]
    return np.eye(output.size, dtype=np.float32)[label]


_TARGETS: Mapping[str, Target] = {"label": label_target}
"""Kind of target (what comes before the colon) → function; a task with another kind adds a row."""


def _kind(output: OutputSpec) -> Target:
    kind = output.target.partition(":")[0]
    if kind not in _TARGETS:
        msg = (
            f"output {output.name!r} has target {output.target!r}, which no estimator can make: "
            f"{nearest(kind, _TARGETS)}"
        )
        raise RecipeError(msg)
    return _TARGETS[kind]
