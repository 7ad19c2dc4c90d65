"""What the trainers of generators share: one loss, one optimiser, one average of the weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.networks.weight_average import WeightAverage

Losses = Callable[[Mapping[str, Any]], tuple[Any, Mapping[str, Any]]]
"""From the tensors of a batch to the loss of each example, (n,), and figures of each, (n,) as well."""


class GeneratorTrainer:
    """Minimise a loss of examples step by step.

    Parameters
    ----------
    variables : list of keras.Variable
        What is trained, and what a saved model holds.
    losses : callable
        See `Losses`.
    optimiser : keras.optimizers.Optimizer
        Not built yet.
    sizes : mapping of str to int
        Of the last axis of each tensor of a batch.
    batch_size : int
        The divisor of the loss, also of a last batch that is smaller.
    weight_average : float
        Momentum of the average of the weights; 0 for none.
    """

    def __init__(
        self,
        variables: list[Any],
        losses: Losses,
        optimiser: Any,
        *,
        sizes: Mapping[str, int],
        batch_size: int,
        weight_average: float,
    ) -> None:
        self.weights, self._losses, self._optimiser, self._batch_size = variables, losses, optimiser, batch_size
        optimiser.build(variables)
        self._average = WeightAverage(variables, momentum=weight_average) if weight_average else None
        self._step, self._figures = self._compiled(sizes)

    @property
    def variables(self) -> list[Any]:
        """Everything that a step changes."""
        average = self._average.variables if self._average else []
        return [*self.weights, *self._optimiser.variables, *average]

    @property
    def n_steps(self) -> int:
        """Steps that were made."""
        return int(self._optimiser.iterations)

    def train(
        self, tensors: Mapping[str, NDArray[Any]], weight: NDArray[np.float32], *, learning_rate: float
    ) -> dict[str, float]:
        """Make one step and return the sums of the figures over the examples."""
        found = self._step(dict(tensors), weight, np.float32(learning_rate))
        return {name: float(value) for name, value in found.items()}

    def sums(self, tensors: Mapping[str, NDArray[Any]], weight: NDArray[np.float32]) -> dict[str, float]:
        """Return the sums of the figures over the examples, without any change."""
        return {name: float(value) for name, value in self._figures(dict(tensors), weight).items()}

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Give the model the averaged weights, if they are averaged, for the length of the block."""
        if self._average is None:
            yield
            return
        with self._average.applied():
            yield

    def _compiled(self, sizes: Mapping[str, int]) -> tuple[Any, Any]:
        import tensorflow as tf

        optimiser, variables = self._optimiser, self.weights

        def weighted(tensors: Any, weight: Any) -> dict[str, Any]:
            loss, figures = self._losses(tensors)
            return {name: tf.reduce_sum(weight * each) for name, each in {"loss": loss, **figures}.items()}

        def step(tensors: Any, weight: Any, learning_rate: Any) -> dict[str, Any]:
            n = tf.cast(tf.size(weight), tf.float32)
            with tf.GradientTape() as tape:
                sums = weighted(tensors, weight)
                loss = sums["loss"] / self._batch_size
            gradients = tape.gradient(loss, variables)
            optimiser.learning_rate.assign(learning_rate)
            optimiser.apply(gradients, variables)
            if self._average is not None:
                self._average.update(optimiser.iterations)
            return {**sums, "gradient_norm": n * tf.linalg.global_norm(gradients)}

        signature = batch_signature(sizes), tf.TensorSpec((None,), tf.float32)
        rate = tf.TensorSpec((), tf.float32)
        made = tf.function(step, input_signature=(*signature, rate), autograph=False)
        return made, tf.function(weighted, input_signature=signature, autograph=False)


def batch_signature(sizes: Mapping[str, int]) -> dict[str, Any]:
    """Return what compiled steps take of a batch."""
    import tensorflow as tf

    return {name: tf.TensorSpec((None, size), tf.float32) for name, size in sizes.items()}


def normal_numbers(rng: np.random.Generator, shape: Sequence[int]) -> NDArray[np.float32]:
    """Return standard normal numbers."""
    return rng.standard_normal(tuple(shape), np.float32)
