"""Regression of one or several numbers per example."""

from __future__ import annotations

from typing import Literal

import pydantic

from hepml.contracts import RELATIVE, OutputSpec, TaskSpec
from hepml.options import Options
from hepml.tasks.context import TaskContext


class RegressionOptions(Options):
    """Options of the regression task."""

    target: str | list[str] = pydantic.Field(description="The spectator that is to be found, or several of them")
    loss: Literal["mse", "mae", "huber"] = pydantic.Field(
        "mse", description="Squared error (finds the mean), absolute error (the median), or Huber's between them"
    )
    huber_delta: float = pydantic.Field(
        1.0,
        gt=0,
        description="huber: errors beyond this count linearly; in standard deviations of the target, in its unit "
        "without standardise_target, or as a fraction of it where errors are relative",
    )
    relative: bool = pydantic.Field(
        False, description="Divide errors by the size of the target: what is far off in per cent counts"
    )
    standardise_target: bool = pydantic.Field(
        True, description="Learn (target − mean) / σ of the training part; predictions are in the target's unit anyway"
    )

    @property
    def targets(self) -> list[str]:
        """Names of the targets."""
        return [self.target] if isinstance(self.target, str) else self.target

    @pydantic.field_validator("target")
    @classmethod
    def _each_once(cls, value: str | list[str]) -> str | list[str]:
        if isinstance(value, list) and (not value or len(set(value)) < len(value)):
            msg = "name one or more spectators, each once"
            raise ValueError(msg)
        return value


def number_output(
    name: str, *, loss: str, huber_delta: float, relative: bool, standardise: bool, loss_weight: float = 1.0
) -> OutputSpec:
    """Return a linear output that is compared with the spectator of its name."""
    of_loss = {"delta": huber_delta} if loss == "huber" else {}
    return OutputSpec(
        name,
        1,
        "linear",
        f"{RELATIVE}{loss}" if relative else loss,
        f"spectator:{name}",
        loss_weight=loss_weight,
        loss_options={**of_loss, "standardise": standardise},
    )


def build_regression(options: RegressionOptions, context: TaskContext) -> TaskSpec:
    """Return the task: one linear output per target, named as it is.

    A missing (NaN) target does not count in the loss; classes, where there are any, only tell the examples apart.
    """
    outputs = tuple(
        number_output(
            name,
            loss=options.loss,
            huber_delta=options.huber_delta,
            relative=options.relative,
            standardise=options.standardise_target,
        )
        for name in options.targets
    )
    plain = options.model_dump(mode="json") | {"targets": options.targets}
    return TaskSpec("regression", outputs, context.classes, options=plain)
