"""Regression of one or several numbers per example."""

from __future__ import annotations

from typing import Literal

import pydantic

from hepml.contracts import OutputSpec, TaskSpec
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
        description="huber: errors beyond this count linearly; in standard deviations of the target, "
        "or in its unit without standardise_target",
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


def build_regression(options: RegressionOptions, context: TaskContext) -> TaskSpec:
    """Return the task: one linear output per target, named as it is.

    A missing (NaN) target does not count in the loss; classes, where there are any, only tell the examples apart.
    """
    of_loss = {"delta": options.huber_delta} if options.loss == "huber" else {}
    outputs = tuple(
        OutputSpec(
            name,
            1,
            "linear",
            options.loss,
            f"spectator:{name}",
            loss_options={**of_loss, "standardise": options.standardise_target},
        )
        for name in options.targets
    )
    plain = options.model_dump(mode="json") | {"targets": options.targets}
    return TaskSpec("regression", outputs, context.classes, options=plain)
