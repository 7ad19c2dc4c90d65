"""The part of predictions that a regression can be judged by: events with a true value, and what was predicted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import OutputSpec, Predictions
from hepml.errors import DatasetError, RunError, ShapeError, nearest
from hepml.evaluation.checks import check_weight

_SPECTATOR = "spectator:"


@dataclass(frozen=True)
class RegressedTarget:
    """Events of one run in one part of the dataset in which one target is known.

    Attributes
    ----------
    run, part, output : str
        Where they are from, and the output that is judged.
    target : str
        The spectator that the truth is.
    truth, weight : array of float64, shape (n,)
        True value and signed weight.
    spectators : mapping of str to array, shape (n,)
        To select by; the target is one of them.
    row : array of int64, shape (n,)
        Row number in the dataset.
    predicted : mapping of str or None to array, shape (n,)
        By member; None: their average.
    """

    run: str
    part: str
    output: str
    target: str
    truth: NDArray[np.float64]
    weight: NDArray[np.float64]
    spectators: Mapping[str, NDArray[Any]]
    row: NDArray[np.int64]
    predicted: Mapping[str | None, NDArray[np.float64]]

    def select(self, mask: NDArray[np.bool_]) -> RegressedTarget:
        """Return the events where `mask` is true."""
        return replace(
            self,
            truth=self.truth[mask],
            weight=self.weight[mask],
            spectators={name: values[mask] for name, values in self.spectators.items()},
            row=self.row[mask],
            predicted={member: values[mask] for member, values in self.predicted.items()},
        )


def regressed_targets(predictions: Predictions) -> list[RegressedTarget]:
    """Return one sample per output, checked; an event whose target is missing (NaN) is not in it.

    Raises
    ------
    RunError
        A target is not among the spectators.
    ShapeError
        An output has not one row per event.
    DatasetError
        No event has a target, Σw of those that have is not positive, or a prediction or weight is NaN or infinite.
    """
    return [_target(predictions, spec) for spec in predictions.task.kept if spec.target.startswith(_SPECTATOR)]


def _target(predictions: Predictions, spec: OutputSpec) -> RegressedTarget:
    where = f"run {predictions.run!r}, part {predictions.part!r}"
    target = spec.target.removeprefix(_SPECTATOR)
    if target not in predictions.spectators:
        msg = f"{where}: the target {target!r} is no spectator: {nearest(target, predictions.spectators)}"
        raise RunError(msg)
    truth = np.asarray(predictions.spectators[target], dtype=np.float64)
    known = np.isfinite(truth)
    if not known.any():
        msg = f"{where}: {target!r} is missing in all of the {predictions.n} events: evaluate where the truth is known"
        raise DatasetError(msg)
    weight = check_weight(predictions.weight[known], n=int(known.sum()))
    if weight.sum() <= 0:
        msg = f"{where}: the weights of the {len(weight)} events sum to {weight.sum():.6g}: take other events"
        raise DatasetError(msg)
    outputs: dict[str | None, Mapping[str, NDArray[Any]]] = {None: predictions.outputs}
    outputs.update(predictions.members.items())
    return RegressedTarget(
        run=predictions.run,
        part=predictions.part,
        output=spec.name,
        target=target,
        truth=truth[known],
        weight=weight,
        spectators={name: values[known] for name, values in predictions.spectators.items()},
        row=predictions.row[known],
        predicted={
            member: _predicted(columns, spec, predictions.n, f"{where}, {member or 'average'}")[known]
            for member, columns in outputs.items()
        },
    )


def _predicted(outputs: Mapping[str, NDArray[Any]], spec: OutputSpec, n: int, where: str) -> NDArray[np.float64]:
    values = np.asarray(outputs[spec.name], dtype=np.float64)
    if values.shape != (n, 1):
        msg = f"{where}: output {spec.name!r} has shape {values.shape}, not {(n, 1)}: predict all events of the part"
        raise ShapeError(msg)
    bad = int((~np.isfinite(values)).sum())
    if bad:
        msg = (
            f"{where}: {bad} of {n} events have a NaN or infinite prediction: "
            "train with a smaller learning rate, or look for extreme inputs"
        )
        raise DatasetError(msg)
    return values[:, 0]
