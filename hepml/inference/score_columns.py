"""From the outputs of a run to flat columns, named as the branches of a friend tree are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import OutputSpec, TaskSpec


def score_columns(run_name: str, task: TaskSpec, outputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    """Return one flat column per number that a run puts out, by the name of its branch.

    ``<run>_score`` for two classes, ``<run>_score_<class>`` for more; in general ``<run>_<output>`` and, where an
    output has several numbers, the index on each of its axes; on the last the class, where there are classes.

    Parameters
    ----------
    run_name : str
        What every name begins with.
    task : TaskSpec
        What the outputs mean.
    outputs : mapping of str to array, shape (n, *OutputSpec.shape)
        The kept outputs by name.

    Examples
    --------
    >>> from hepml.tasks import TaskContext, build_task
    >>> task = build_task("classification", {}, TaskContext(("w", "qcd", "top")))
    >>> list(score_columns("cnn", task, {"score": np.zeros((5, 3))}))
    ['cnn_score_w', 'cnn_score_qcd', 'cnn_score_top']
    """
    columns: dict[str, NDArray[np.float32]] = {}
    for output in task.kept:
        values = np.asarray(outputs[output.name], np.float32)
        flat = values.reshape(len(values), math.prod(output.shape))
        columns |= {f"{run_name}_{name}": flat[:, i] for i, name in enumerate(_names(output, task))}
    return columns


def no_scores(run_name: str, task: TaskSpec) -> dict[str, NDArray[np.float32]]:
    """Return the columns of no example at all."""
    return score_columns(run_name, task, {output.name: np.empty((0, *output.shape)) for output in task.kept})


def _names(output: OutputSpec, task: TaskSpec) -> list[str]:
    """Return a name for each number of an output, in the order of its memory."""
    classes = output.classes or (task.classes if output.target == "label" else ())
    last = list(classes) if len(classes) == output.size > 1 else [str(i) for i in range(output.size)]
    axes = [[str(i) for i in range(n)] for n in output.leading] + ([last] if output.size > 1 else [])
    return ["_".join([output.name, *place]) for place in product(*axes)]
