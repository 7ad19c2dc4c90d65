"""From a batch to what each output is compared with; NumPy only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Batch, OutputSpec, TaskSpec
from hepml.errors import DatasetError, RecipeError, nearest
from hepml.networks.input_targets import input_target
from hepml.networks.target_scaling import NO_SCALING, SPECTATOR, Scaling, is_relative

CODES = "codes:"
"""What the target of an output begins with whose classes are the whole numbers of a spectator."""

Target = Callable[[TaskSpec, OutputSpec, Batch], NDArray[np.float64] | NDArray[np.float32]]


def targets_of(task: TaskSpec, batch: Batch, scaling: Scaling = NO_SCALING) -> dict[str, NDArray[np.float32]]:
    """Return each output's target, first axis n.

    Parameters
    ----------
    task : TaskSpec
        Says what the targets are.
    batch : Batch
        The examples.
    scaling : mapping of str to (float, float)
        Output → offset and scale, numbers or one per feature; its target is returned as (target − offset) / scale.

    Raises
    ------
    DatasetError
        The batch lacks what a target is made of.
    RecipeError
        The task has a target of an unknown kind.
    """
    targets = {}
    for output in task.outputs:
        values = _kind(output)(task, output, batch)
        if is_relative(output) and (values == 0).any():
            msg = (
                f"the target {output.name!r} is 0 in an example, and errors that are divided by it are infinite: leave "
                "such examples out in the processor, or set task.options.relative: false"
            )
            raise DatasetError(msg)
        if output.name in scaling:
            offset, scale = scaling[output.name]
            values = (values - offset) / scale
        targets[output.name] = values.astype(np.float32)
    return targets


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


def spectator_target(_task: TaskSpec, output: OutputSpec, batch: Batch) -> NDArray[np.float64]:
    """Return a spectator, shape (n, 1); NaN where it is missing.

    Raises
    ------
    DatasetError
        The batch has no such spectator.
    """
    return _spectator(output.target.removeprefix(SPECTATOR), batch)[:, None]


def codes_target(_task: TaskSpec, output: OutputSpec, batch: Batch) -> NDArray[np.float32]:
    """Return a one-hot of the class of a spectator's whole numbers, shape (n, n_classes).

    All 0, so that the example does not count in the loss, where the number is missing or is none of the codes.

    Raises
    ------
    DatasetError
        The batch has no such spectator.
    """
    index = output.class_of_codes(_spectator(output.target.removeprefix(CODES), batch))
    return np.asarray(index[:, None] == np.arange(output.size), dtype=np.float32)


def _spectator(name: str, batch: Batch) -> NDArray[np.float64]:
    if name not in batch.spectators:
        msg = f"the target {name!r} is no spectator of the batch: {nearest(name, batch.spectators)}"
        raise DatasetError(msg)
    return np.asarray(batch.spectators[name], dtype=np.float64)


_TARGETS: Mapping[str, Target] = {
    "label": label_target,
    "spectator": spectator_target,
    "codes": codes_target,
    "input": input_target,
}
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
