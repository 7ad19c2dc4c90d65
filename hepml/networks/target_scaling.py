"""Offset and scale of regression targets: losses and learning rates must not depend on units."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import RELATIVE, BatchSource, OutputSpec, TaskSpec
from hepml.errors import DatasetError
from hepml.networks.input_targets import INPUT, target_array

SPECTATOR = "spectator:"
"""What the target of an output begins with that is compared with a spectator."""

Scaling = Mapping[str, tuple[Any, Any]]
"""Output → offset and scale, such that its target is standardised by (target − offset) / scale.

Numbers, or for outputs of items arrays with one per feature.
"""

NO_SCALING: Scaling = MappingProxyType({})


def is_standardised(output: OutputSpec) -> bool:
    """Whether the loss of an output is taken on a standardised target."""
    return output.target.startswith((SPECTATOR, INPUT)) and bool(output.loss_options.get("standardise"))


def target_scaling(task: TaskSpec, train: BatchSource) -> dict[str, tuple[Any, Any]]:
    """Return mean and standard deviation of the training part for each output with a standardised target.

    Raises
    ------
    DatasetError
        A target is missing in all of the training part, or infinite somewhere.
    """
    numbers = [o.target.removeprefix(SPECTATOR) for o in task.outputs if o.target.startswith(SPECTATOR)]
    moments = train.target_moments(numbers) if numbers else {}
    for name, (mean, std) in moments.items():
        if not (math.isfinite(mean) and math.isfinite(std)):
            msg = (
                f"the target {name!r} has mean {mean:g} and σ {std:g} in the training part: it must be finite, and "
                "known for some examples; look for inf or NaN in that spectator"
            )
            raise DatasetError(msg)
    standardised = [o for o in task.outputs if is_standardised(o)]
    spectators = {o.name: o.target.removeprefix(SPECTATOR) for o in standardised if o.target.startswith(SPECTATOR)}
    # A target that is the same for all examples is only shifted.
    of_numbers = {name: moments[spectator] for name, spectator in spectators.items()}
    scaling: dict[str, tuple[Any, Any]] = {n: (mean, std if std > 0 else 1.0) for n, (mean, std) in of_numbers.items()}
    return scaling | {o.name: _of_items(o, train) for o in standardised if o.target.startswith(INPUT)}


def _of_items(output: OutputSpec, train: BatchSource) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation of the features of all real items, whichever an output is about."""
    array = target_array(output)
    if array not in train.moments:
        msg = f"the target {array!r} has no moments in the dataset, and is standardised by them: process it again"
        raise DatasetError(msg)
    moments, features = train.moments[array], list(output.loss_options["features"])
    mean, std = moments.mean()[0][features], moments.std()[0][features]
    if not (moments.count[0][features] > 0).all():
        msg = f"the target {array!r} has a feature that is missing in all of the training part: leave it out"
        raise DatasetError(msg)
    return mean, np.where(std > 0, std, 1.0)


def with_scaling(task: TaskSpec, scaling: Scaling) -> TaskSpec:
    """Return the task with the scaling of its targets among the losses' options, where relative errors need it."""
    outputs = tuple(
        replace(o, loss_options={**o.loss_options, "scaling": scaling[o.name]}) if o.name in scaling else o
        for o in task.outputs
    )
    return replace(task, outputs=outputs)


def is_relative(output: OutputSpec) -> bool:
    """Whether the errors of an output are divided by the size of its target."""
    return output.loss.startswith(RELATIVE)


def relative_weight(
    output: OutputSpec, target: NDArray[np.floating[Any]], scaling: Scaling = NO_SCALING
) -> NDArray[np.float64]:
    """Return what weights are multiplied by, shape (n,), so that a loss of errors becomes that of relative errors.

    1 where the loss is not of relative errors; for the squared error the square of `relative_factor`.
    """
    if not is_relative(output):
        return np.ones(len(target))
    factor = relative_factor(np.asarray(target, np.float64), scaling.get(output.name, (0.0, 1.0)))
    return np.asarray(factor**2 if output.loss == f"{RELATIVE}mse" else factor)


def relative_factor(target: Any, scaling: tuple[float, float]) -> Any:
    """Return what makes a relative error of an error of the standardised target: scale / |target · scale + offset|.

    Examples
    --------
    >>> relative_factor(1.5, (2.0, 4.0))  # the target is 8 and an error of 1 is one of 4
    0.5
    """
    offset, scale = scaling
    return scale / abs(target * scale + offset)
