"""Offset and scale of regression targets: losses and learning rates must not depend on units."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from hepml.contracts import BatchSource, OutputSpec, TaskSpec
from hepml.errors import DatasetError

SPECTATOR = "spectator:"
"""What the target of an output begins with that is compared with a spectator."""

Scaling = Mapping[str, tuple[float, float]]
"""Output → offset and scale, such that its target is standardised by (target − offset) / scale."""

NO_SCALING: Scaling = MappingProxyType({})


def is_standardised(output: OutputSpec) -> bool:
    """Whether the loss of an output is taken on a standardised target."""
    return output.target.startswith(SPECTATOR) and bool(output.loss_options.get("standardise"))


def target_scaling(task: TaskSpec, train: BatchSource) -> dict[str, tuple[float, float]]:
    """Return mean and standard deviation of the training part for each output with a standardised target.

    Raises
    ------
    DatasetError
        A target is missing in all of the training part, or infinite somewhere.
    """
    moments = train.target_moments(task.spectators) if task.spectators else {}
    for name, (mean, std) in moments.items():
        if not (math.isfinite(mean) and math.isfinite(std)):
            msg = (
                f"the target {name!r} has mean {mean:g} and σ {std:g} in the training part: it must be finite, and "
                "known for some examples; look for inf or NaN in that spectator"
            )
            raise DatasetError(msg)
    standardised = {o.name: moments[o.target.removeprefix(SPECTATOR)] for o in task.outputs if is_standardised(o)}
    # A target that is the same for all examples is only shifted.
    return {name: (mean, std if std > 0 else 1.0) for name, (mean, std) in standardised.items()}
