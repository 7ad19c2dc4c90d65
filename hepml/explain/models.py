"""Fitted models as numbers that can be explained; networks with their slopes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import FittedModel, TaskSpec
from hepml.explain.heat_map import Explained, Inputs
from hepml.explain.logits import explained_names, explained_tensors, explained_values, tensors_before
from hepml.networks.fixed_batches import batch_rows


def explained_model(model: FittedModel, task: TaskSpec) -> Explained:
    """Return any fitted model as what can be explained; a network, and no other, has slopes.

    Raises
    ------
    RunError
        The task has no output with one value per event or class.
    """
    from hepml.estimators.network import Network

    if isinstance(model, Network):
        return explained_network(model.model, task)
    return Explained(explained_names(task), lambda inputs: explained_values(task, model.predict(inputs)))


def explained_network(model: Any, task: TaskSpec) -> Explained:
    """Return a Keras model, from raw inputs by batch name to the task's outputs, as what can be explained.

    Slopes are those of the model as it is used, without dropout and augmentation, in what it is given: before its
    normalisation.  Where it takes a root of a pixel, the slope at an empty one is infinite; 0 stands for it.
    """
    import tensorflow as tf

    from hepml.networks.keras_import import import_keras

    keras = import_keras()
    network = keras.Model(model.input, tensors_before(model, task))
    types = {name: tensor.dtype for name, tensor in model.input.items()}
    size = batch_rows(tuple(tensor.shape[1:]) for tensor in model.input.values())
    rows = {name: tf.TensorSpec((None, *x.shape[1:]), x.dtype) for name, x in model.input.items()}

    def numbers(inputs: Any) -> Any:
        return explained_tensors(task, network(inputs, training=False))

    def slopes(inputs: Any, which: Any) -> Any:
        with tf.GradientTape() as tape:
            pixels = {name: values for name, values in inputs.items() if values.dtype.is_floating}
            tape.watch(pixels)
            chosen = tf.gather(numbers(inputs), which, axis=1, batch_dims=1)
        return tape.gradient(chosen, pixels, unconnected_gradients="zero")

    compiled = tf.function(numbers, input_signature=[rows], jit_compile=False, autograph=False)
    gradient = tf.function(
        slopes, input_signature=[rows, tf.TensorSpec((None,), tf.int64)], jit_compile=False, autograph=False
    )

    def typed(inputs: Inputs) -> dict[str, NDArray[Any]]:
        return {name: np.ascontiguousarray(inputs[name], dtype) for name, dtype in types.items()}

    def values(inputs: Inputs) -> NDArray[np.float64]:
        given = typed(inputs)
        n = len(next(iter(given.values())))
        pieces = [
            compiled({name: array[start : start + size] for name, array in given.items()}).numpy()
            for start in range(0, max(n, 1), size)
        ]
        return np.concatenate(pieces).astype(np.float64)

    def gradients(inputs: Inputs, which: NDArray[np.int64]) -> dict[str, NDArray[np.float32]]:
        found = gradient(typed(inputs), np.asarray(which, np.int64))
        return {name: np.nan_to_num(slope.numpy(), nan=0.0, posinf=0.0, neginf=0.0) for name, slope in found.items()}

    return Explained(explained_names(task), values, gradients)
