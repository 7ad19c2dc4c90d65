"""A running average of a model's weights over the training steps, which generalises better than the last step's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hepml.networks.keras_import import import_keras


class WeightAverage:
    """Exponential average of `variables`; early on it forgets faster, so that it does not remember the start.

    After step t the momentum is min(`momentum`, (1 + t) / (10 + t)).
    """

    def __init__(self, variables: list[Any], *, momentum: float) -> None:
        keras = import_keras()
        self._live = variables
        self._momentum = momentum
        self.variables = [
            keras.Variable(v.numpy(), trainable=False, dtype=v.dtype, name=f"average_{i}")
            for i, v in enumerate(variables)
        ]

    def update(self, step: Any) -> None:
        """Take the live values in; `step` counts from 1.  Part of the compiled training step."""
        ops = import_keras().ops
        t = ops.cast(step, "float32")
        keep = ops.minimum(self._momentum, (1.0 + t) / (10.0 + t))
        for average, live in zip(self.variables, self._live, strict=True):
            average.assign(average + (1.0 - keep) * (live - average))

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Give the model the averages for the length of the block."""
        kept = [v.numpy() for v in self._live]
        for live, average in zip(self._live, self.variables, strict=True):
            live.assign(average)
        try:
            yield
        finally:
            for live, value in zip(self._live, kept, strict=True):
                live.assign(value)
