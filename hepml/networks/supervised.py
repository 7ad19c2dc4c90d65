"""Supervised training: one compiled step on one batch, with signed example weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from hepml.contracts import Batch, TaskSpec
from hepml.networks.heads import logits_model, loss_per_example
from hepml.networks.keras_import import import_keras
from hepml.networks.slow_variables import SlowVariables
from hepml.networks.target_scaling import NO_SCALING, Scaling, with_scaling
from hepml.networks.targets import targets_of
from hepml.networks.weight_average import WeightAverage


class SupervisedTrainer:
    """What the fit loop needs of a supervised network: train, validate, and every variable that a step changes.

    The loss of a batch is Σ w·l / `batch_size`, also for a last batch that is smaller: an example weighs the same in
    every batch, and a weight counts as it is, with its sign.

    Parameters
    ----------
    model : keras.Model
        Inputs by batch name → outputs by name.
    task : TaskSpec
        Losses and targets.
    optimiser : keras.optimizers.Optimizer
        Not built yet.
    batch_size : int
        The divisor of the loss.
    weight_average : float
        Momentum of the average of the weights; 0 for none.
    scaling : mapping of str to (float, float)
        Offset and scale of the outputs whose loss is taken on standardised targets.
    slow : SlowVariables, optional
        What is trained with a lower rate than the rest.
    """

    def __init__(
        self,
        model: Any,
        task: TaskSpec,
        optimiser: Any,
        *,
        batch_size: int,
        weight_average: float,
        scaling: Scaling = NO_SCALING,
        slow: SlowVariables | None = None,
    ) -> None:
        self._model, self._optimiser, self._batch_size = model, optimiser, batch_size
        self._task, self._scaling = with_scaling(task, scaling), scaling
        self._slow = slow or SlowVariables([], rate=1.0)
        self._logits = logits_model(model, task)
        optimiser.build(model.trainable_variables)
        moving = [v for v in model.weights if v.trainable or "moving_" in v.name]
        self._average = WeightAverage(moving, momentum=weight_average) if weight_average else None
        self._train_step, self._loss_step = self._compiled()

    @property
    def variables(self) -> list[Any]:
        """Everything that a step changes: weights, generator states, optimiser, average."""
        average = self._average.variables if self._average else []
        return [*self._model.variables, *self._optimiser.variables, *average]

    @property
    def weights(self) -> list[Any]:
        """The model's weights, trained or not: what a saved model holds."""
        weights: list[Any] = self._model.weights
        return weights

    def train(self, batch: Batch, *, learning_rate: float) -> dict[str, float]:
        """Make one step and return the ``loss`` Σ w·l of the batch."""
        return {"loss": float(self._train_step(*self._tensors(batch), np.float32(learning_rate)))}

    def loss_sum(self, batch: Batch) -> float:
        """Return Σ w·l of the batch, without dropout, augmentation or any change."""
        return float(self._loss_step(*self._tensors(batch)))

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Give the model the averaged weights, if they are averaged, for the length of the block."""
        if self._average is None:
            yield
            return
        with self._average.applied():
            yield

    def _tensors(self, batch: Batch) -> tuple[Mapping[str, Any], Mapping[str, Any], Any]:
        inputs = {name: batch.inputs[name] for name in self._model.input}
        return inputs, targets_of(self._task, batch, self._scaling), batch.weight.astype(np.float32)

    def _compiled(self) -> tuple[Any, Any]:
        """Return the training step and the loss as graphs; any batch size, one trace."""
        import tensorflow as tf

        keras = import_keras()
        variables, optimiser = self._model.trainable_variables, self._optimiser

        def train_step(inputs: Any, targets: Any, weight: Any, learning_rate: Any) -> Any:
            with tf.GradientTape() as tape:
                loss_sum = self._weighted(inputs, targets, weight, training=True)
                total = loss_sum / self._batch_size
                if self._model.losses:
                    total += keras.ops.sum(keras.ops.stack(self._model.losses))
            optimiser.learning_rate.assign(learning_rate)
            before = self._slow.values()
            optimiser.apply(tape.gradient(total, variables), variables)
            self._slow.hold_back(before)
            if self._average is not None:
                self._average.update(optimiser.iterations)
            return loss_sum

        def loss_step(inputs: Any, targets: Any, weight: Any) -> Any:
            return self._weighted(inputs, targets, weight, training=False)

        signature = self._signature(tf)
        rate = tf.TensorSpec((), "float32")
        train = tf.function(train_step, jit_compile=False, autograph=False)
        loss = tf.function(loss_step, jit_compile=False, autograph=False)
        return train.get_concrete_function(*signature, rate), loss.get_concrete_function(*signature)

    def _weighted(self, inputs: Any, targets: Any, weight: Any, *, training: bool) -> Any:
        losses = loss_per_example(self._task, targets, self._logits(inputs, training=training))
        return import_keras().ops.sum(weight * losses)

    def _signature(self, tf: Any) -> list[Any]:
        inputs = {name: tf.TensorSpec((None, *x.shape[1:]), x.dtype) for name, x in self._model.input.items()}
        targets = {o.name: tf.TensorSpec((None, *o.target_shape), "float32") for o in self._task.outputs}
        return [inputs, targets, tf.TensorSpec((None,), "float32")]
