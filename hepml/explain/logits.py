"""The number that is explained: the logit of a class, or the prediction of a target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import OutputSpec, TaskSpec
from hepml.errors import RunError

_OF_CLASSES = ("sigmoid", "softmax")
_SMALLEST = float(np.finfo(np.float32).eps)  # next to 1 a float32 has nothing closer: logits are between ±16


def explained_outputs(task: TaskSpec) -> tuple[OutputSpec, ...]:
    """Return the outputs that have one value, or one per class, for each event.

    Raises
    ------
    RunError
        There is none.
    """
    found = tuple(output for output in task.kept if not output.leading)
    if not found:
        msg = f"a {task.kind} task has no output with one value per event or class, so there is nothing to explain"
        raise RunError(msg)
    return found


def explained_names(task: TaskSpec) -> tuple[str, ...]:
    """Return the names of what can be explained: classes and targets; with that of the output where there are several.

    Examples
    --------
    >>> score = OutputSpec("score", 1, "sigmoid", "binary_crossentropy", "label")
    >>> explained_names(TaskSpec("classification", (score,), classes=("w", "qcd"), signal="w"))
    ('w', 'qcd')
    """
    outputs = explained_outputs(task)
    several = len(outputs) > 1
    return tuple(
        f"{output.name}: {name}" if several and name != output.name else name
        for output in outputs
        for name in _names(task, output)
    )


def n_classes_explained(task: TaskSpec) -> int:
    """Return how many of the first `explained_names` are the classes of one output; 0: they are targets."""
    first = explained_outputs(task)[0]
    return len(_names(task, first)) if first.activation in _OF_CLASSES else 0


def explained_values(task: TaskSpec, outputs: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """Return logits and predictions, shape (n, number of `explained_names`), from a model's outputs.

    The logit of a class is ln p/(1 − p) of its probability: of a sigmoid what comes before it, of a softmax that of
    the class less the logarithm of the summed exponentials of all others, which is what p follows from alone.
    """
    columns = []
    for output in explained_outputs(task):
        values = np.asarray(outputs[output.name], np.float64)
        if output.activation in _OF_CLASSES:
            p = np.clip(values, _SMALLEST, 1 - _SMALLEST)
            values = np.log(p) - np.log1p(-p)
        columns.append(values * _signs(task, output))
    return np.concatenate(columns, axis=1)


def tensors_before(model: Any, task: TaskSpec) -> dict[str, Any]:
    """Return, by output, the Keras tensors that `explained_tensors` needs: logits, where nothing is rounded yet."""
    from hepml.networks.heads import logits_name

    return {
        output.name: model.get_layer(logits_name(output)).output
        if output.activation in _OF_CLASSES
        else model.output[output.name]
        for output in explained_outputs(task)
    }


def explained_tensors(task: TaskSpec, before: Mapping[str, Any]) -> Any:
    """Return the same as `explained_values`, a tensor, from logits and predictions by output."""
    from hepml.networks.keras_import import import_keras

    ops = import_keras().ops
    columns = []
    for output in explained_outputs(task):
        values = before[output.name]
        if output.activation == "softmax":
            itself = -1e9 * np.eye(output.size, dtype=np.float32)
            values = values - ops.logsumexp(ops.expand_dims(values, 1) + itself, axis=-1)
        columns.append(values * _signs(task, output).astype(np.float32))
    return ops.concatenate(columns, axis=1)


def _names(task: TaskSpec, output: OutputSpec) -> tuple[str, ...]:
    classes = output.classes or task.classes
    if output.activation in _OF_CLASSES and len(classes) in (output.size, output.size + 1):
        return classes
    return (output.name,) if output.size == 1 else tuple(f"{output.name} {i}" for i in range(output.size))


def _signs(task: TaskSpec, output: OutputSpec) -> NDArray[np.float64]:
    """Return a factor for each column: of two classes with one score, the other one's logit is the negative of it."""
    names = _names(task, output)
    if len(names) == output.size:
        return np.ones(output.size)
    signal = names.index(task.signal) if task.signal in names else 0
    return np.where(np.arange(len(names)) == signal, 1.0, -1.0)
