"""A task with several outputs as the single tasks that it is made of, each of which is judged by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import OutputSpec, Predictions, TaskSpec
from hepml.errors import RunError, nearest

LABEL = "label"
"""The key of the classification of the label; that of any other output is its name."""

_CODES = "codes:"


def single_tasks(predictions: Predictions) -> dict[str, Predictions]:
    """Return the predictions of each output as those of a classification or regression of its own.

    Parameters
    ----------
    predictions : Predictions
        Of a run with any task.

    Returns
    -------
    dict of str to Predictions
        By `LABEL` or the output's name, so that runs with different tasks meet in what both of them do.

    Raises
    ------
    RunError
        A spectator is missing whose numbers are the classes of an output.
    """
    return {key_of(output): _single(predictions, output) for output in predictions.task.kept}


def key_of(output: OutputSpec) -> str:
    """Return the key of an output among `single_tasks`."""
    return LABEL if output.target == "label" else output.name


def has_codes(output: OutputSpec) -> bool:
    """Return whether the classes of an output are the whole numbers of a spectator."""
    return output.target.startswith(_CODES)


def _single(predictions: Predictions, output: OutputSpec) -> Predictions:
    task = predictions.task
    if output.target == "label":
        single, label = TaskSpec("classification", (output,), task.classes, task.signal), predictions.label
    elif has_codes(output):
        as_label = replace(output, target="label")
        single, label = TaskSpec("classification", (as_label,), output.classes), _codes(predictions, output)
    else:
        single, label = TaskSpec("regression", (output,), task.classes), predictions.label
    return replace(
        predictions,
        task=single,
        label=label,
        outputs=_only(predictions.outputs, output.name),
        members={member: _only(outputs, output.name) for member, outputs in predictions.members.items()},
    )


def _codes(predictions: Predictions, output: OutputSpec) -> NDArray[np.int32]:
    name = output.target.removeprefix(_CODES)
    if name not in predictions.spectators:
        msg = f"run {predictions.run!r}: {name!r} is no spectator: {nearest(name, predictions.spectators)}"
        raise RunError(msg)
    return output.class_of_codes(np.asarray(predictions.spectators[name], np.float64)).astype(np.int32)


def _only(outputs: Mapping[str, NDArray[Any]], name: str) -> dict[str, NDArray[Any]]:
    return {name: outputs[name]}
