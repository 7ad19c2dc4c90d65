"""The part of predictions that a classification can be judged by: labelled events and their scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Predictions, TaskSpec
from hepml.errors import DatasetError, ShapeError
from hepml.evaluation.checks import check_indices, check_weight


@dataclass(frozen=True)
class LabelledScores:
    """Labelled events of one run in one part of the dataset.

    Attributes
    ----------
    run, part : str
        Where they are from.
    task : TaskSpec
        What the scores mean.
    label : array of int64, shape (n,)
        Class index.
    weight : array of float64, shape (n,)
        Signed weight.
    spectators : mapping of str to array, shape (n,)
        To select by.
    row : array of int64, shape (n,)
        Row number in the dataset.
    scores : mapping of str or None to array, shape (n, size)
        By member; None: their average.
    """

    run: str
    part: str
    task: TaskSpec
    label: NDArray[np.int64]
    weight: NDArray[np.float64]
    spectators: Mapping[str, NDArray[Any]]
    row: NDArray[np.int64]
    scores: Mapping[str | None, NDArray[np.float64]]

    def select(self, mask: NDArray[np.bool_]) -> LabelledScores:
        """Return the events where `mask` is true."""
        return replace(
            self,
            label=self.label[mask],
            weight=self.weight[mask],
            spectators={name: values[mask] for name, values in self.spectators.items()},
            row=self.row[mask],
            scores={member: values[mask] for member, values in self.scores.items()},
        )


@dataclass(frozen=True)
class SignalView:
    """One class against the rest: its name, that of the rest, truth and score, shape ``(n,)``."""

    signal: str
    background: str
    truth: NDArray[np.bool_]
    score: NDArray[np.float64]


def labelled_scores(predictions: Predictions) -> LabelledScores:
    """Return the events that have a label, checked.

    Raises
    ------
    ShapeError
        An output has not one row per event, or not the size that the task says.
    DatasetError
        No event has a label, a label is no class, or a score or weight is NaN or infinite.
    """
    chosen = predictions.label >= 0
    where = f"run {predictions.run!r}, part {predictions.part!r}"
    if not chosen.any():
        msg = f"{where}: none of the {predictions.n} events has a label: evaluate on inputs with a `label`"
        raise DatasetError(msg)
    task = predictions.task
    outputs: dict[str | None, Mapping[str, NDArray[Any]]] = {None: predictions.outputs}
    outputs.update(predictions.members.items())
    return LabelledScores(
        run=predictions.run,
        part=predictions.part,
        task=task,
        label=check_indices("label", predictions.label[chosen], n_classes=len(task.classes)),
        weight=check_weight(predictions.weight[chosen], n=int(chosen.sum())),
        spectators={name: values[chosen] for name, values in predictions.spectators.items()},
        row=predictions.row[chosen],
        scores={
            member: _scores(columns, predictions, f"{where}, {member or 'average'}")[chosen]
            for member, columns in outputs.items()
        },
    )


def signal_views(sample: LabelledScores, member: str | None) -> tuple[SignalView, ...]:
    """Return the task's signal against the other class, or with three or more classes each against the rest."""
    task, scores = sample.task, sample.scores[member]
    if scores.shape[1] == 1:
        signal = signal_index(task)
        background = task.classes[1 - signal]
        return (SignalView(task.classes[signal], background, sample.label == signal, scores[:, 0]),)
    return tuple(
        SignalView(name, f"not {name}", sample.label == index, scores[:, index])
        for index, name in enumerate(task.classes)
    )


def class_score(sample: LabelledScores, member: str | None, index: int) -> NDArray[np.float64]:
    """Return the score of class `index`; with two classes there is one score, the signal's; shape ``(n,)``."""
    scores = sample.scores[member]
    return scores[:, 0] if scores.shape[1] == 1 else scores[:, index]


def predicted_class(sample: LabelledScores, member: str | None) -> NDArray[np.int64]:
    """Return the class of the highest score, with two classes the signal where its score is ≥ 0.5; shape ``(n,)``."""
    scores = sample.scores[member]
    if scores.shape[1] > 1:
        return scores.argmax(axis=1)
    signal = signal_index(sample.task)
    return np.where(scores[:, 0] >= 0.5, signal, 1 - signal)


def signal_index(task: TaskSpec) -> int:
    """Return the class whose score a binary output is."""
    return task.classes.index(task.signal) if task.signal is not None else 0


def _scores(outputs: Mapping[str, NDArray[Any]], predictions: Predictions, where: str) -> NDArray[np.float64]:
    spec = predictions.task.outputs[0]
    scores = np.asarray(outputs[spec.name], dtype=np.float64)
    if scores.shape != (predictions.n, spec.size):
        wanted = (predictions.n, spec.size)
        msg = f"{where}: output {spec.name!r} has shape {scores.shape}, not {wanted}: predict all events of the part"
        raise ShapeError(msg)
    bad = int((~np.isfinite(scores)).any(axis=1).sum())
    if bad:
        msg = (
            f"{where}: {bad} of {predictions.n} events have a NaN or infinite score: "
            "train with a smaller learning rate, or look for extreme inputs"
        )
        raise DatasetError(msg)
    return scores
