"""A network compiled for batches of one size."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.networks.fixed_batches import FixedBatches, batch_rows


def network_in_batches(model: Any) -> FixedBatches:
    """Return a Keras model as a function of arrays of whatever length."""
    import tensorflow as tf

    inputs = {name: (tuple(x.shape[1:]), x.dtype) for name, x in model.input.items()}
    rows = batch_rows(shape for shape, _ in inputs.values())
    signature = {name: tf.TensorSpec((rows, *shape), dtype) for name, (shape, dtype) in inputs.items()}
    traced = tf.function(lambda arrays: model(arrays, training=False), jit_compile=False, autograph=False)
    compiled = traced.get_concrete_function(signature)

    def call(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        return {name: values.numpy() for name, values in compiled(arrays).items()}

    return FixedBatches(call, inputs, {name: tuple(x.shape[1:]) for name, x in model.output.items()})
