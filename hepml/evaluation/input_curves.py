"""What is said about the variables of a table before any model has seen them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hepml.contracts import Batch, Curve, TaskSpec
from hepml.evaluation.correlation import correlation_curves
from hepml.evaluation.variable_ranking import variable_ranking_curves


def classification_input_curves(batch: Batch, array: str, features: Sequence[str], task: TaskSpec) -> list[Curve]:
    """Return ``variable_ranking`` per signal and ``correlation`` per class; see `input_curves`."""
    table, weight = batch.inputs[array], batch.weight
    return [
        *variable_ranking_curves(table, features, batch.label, task, sample_weight=weight),
        *correlation_curves(table, features, batch.label, task.classes, sample_weight=weight),
    ]


def regression_input_curves(batch: Batch, array: str, features: Sequence[str], task: TaskSpec) -> list[Curve]:
    """Return one ``correlation`` of all events, with the targets as the last variables; see `input_curves`."""
    targets = [np.asarray(batch.spectators[name], np.float64)[:, None] for name in task.spectators]
    table = np.concatenate([batch.inputs[array], *targets], axis=1)
    names = [*features, *task.spectators]
    return correlation_curves(table, names, batch.label, (), sample_weight=batch.weight)


def of_input(curves: Sequence[Curve], array: str) -> list[Curve]:
    """Return the curves with the label ``input``, which names the table that they are of."""
    return [replace(curve, labels={**curve.labels, "input": array}) for curve in curves]
