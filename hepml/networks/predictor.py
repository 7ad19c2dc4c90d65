"""Apply a network in batches of one fixed size, so that a row's result depends on no other row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_BATCH_ROWS, LEAST_BATCH_ROWS = 512, 16
BATCH_BYTES = 64 * 2**20
"""Of the inputs of one call."""


class Predictor:
    """A network compiled for batches of one size; the last batch is filled up with zeros.

    Memory does not grow with the input, and every row takes the same path through the kernels.
    """

    def __init__(self, model: Any) -> None:
        import tensorflow as tf

        self._shapes = {name: (x.shape[1:], x.dtype) for name, x in model.input.items()}
        self._results = {name: x.shape[1:] for name, x in model.output.items()}
        self._batch_rows = _batch_rows(sum(int(np.prod(shape)) for shape, _ in self._shapes.values()))
        signature = {
            name: tf.TensorSpec((self._batch_rows, *shape), dtype) for name, (shape, dtype) in self._shapes.items()
        }
        call = tf.function(lambda inputs: model(inputs, training=False), jit_compile=False, autograph=False)
        self._call = call.get_concrete_function(signature)

    def predict(self, inputs: Mapping[str, NDArray[Any]], *, n: int) -> dict[str, NDArray[np.float32]]:
        """Return each output, shape (n, …)."""
        outputs = {name: np.empty((n, *shape), dtype=np.float32) for name, shape in self._results.items()}
        for start in range(0, n, self._batch_rows):
            rows = min(self._batch_rows, n - start)
            result = self._call({name: self._rows(name, inputs[name], start, rows) for name in self._shapes})
            for name, values in outputs.items():
                values[start : start + rows] = result[name].numpy()[:rows]
        return outputs

    def _rows(self, name: str, values: NDArray[Any], start: int, rows: int) -> NDArray[Any]:
        shape, dtype = self._shapes[name]
        if rows == self._batch_rows:
            return np.ascontiguousarray(values[start : start + rows], dtype=dtype)
        padded = np.zeros((self._batch_rows, *shape), dtype=dtype)
        padded[:rows] = values[start : start + rows]
        return padded


def _batch_rows(values_per_row: int) -> int:
    """Return the largest power of two, 16 to 512, of rows of float32 that fit into `BATCH_BYTES`."""
    rows = MOST_BATCH_ROWS
    while rows > LEAST_BATCH_ROWS and 4 * rows * values_per_row > BATCH_BYTES:
        rows //= 2
    return rows
