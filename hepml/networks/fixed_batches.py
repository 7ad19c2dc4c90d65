"""Applying a model in batches of one size: bounded memory, and a row's result depends on no other row."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_BATCH_ROWS, LEAST_BATCH_ROWS = 512, 16
BATCH_BYTES = 64 * 2**20
"""Of the inputs of one call."""


@dataclass(frozen=True)
class FixedBatches:
    """A model that is called with as many rows each time, so that every row takes the same path through its kernels.

    Attributes
    ----------
    call : callable
        From batch arrays by name, `rows` rows each, to outputs by name.
    inputs : mapping of str to (tuple of int, dtype)
        Shape of one row and type of each array that it reads.
    outputs : mapping of str to tuple of int
        Shape of one row of each output.
    """

    call: Callable[[dict[str, NDArray[Any]]], Mapping[str, NDArray[np.float32]]]
    inputs: Mapping[str, tuple[tuple[int, ...], Any]]
    outputs: Mapping[str, tuple[int, ...]]

    @property
    def rows(self) -> int:
        """Rows of a batch."""
        return batch_rows(shape for shape, _ in self.inputs.values())

    def predict(self, inputs: Mapping[str, NDArray[Any]], *, n: int) -> dict[str, NDArray[np.float32]]:
        """Return each output, shape (n, …); the last batch is filled up with zeros."""
        results = {name: np.empty((n, *shape), dtype=np.float32) for name, shape in self.outputs.items()}
        size = self.rows
        for start in range(0, n, size):
            rows = min(size, n - start)
            found = self.call(
                {name: self._batch(name, inputs[name][start : start + rows], size) for name in self.inputs}
            )
            for name, values in results.items():
                values[start : start + rows] = found[name][:rows]
        return results

    def _batch(self, name: str, values: NDArray[Any], size: int) -> NDArray[Any]:
        shape, dtype = self.inputs[name]
        if len(values) == size:
            return np.ascontiguousarray(values, dtype=dtype)
        padded = np.zeros((size, *shape), dtype=dtype)
        padded[: len(values)] = values
        return padded


def batch_rows(shapes: Iterable[tuple[int, ...]]) -> int:
    """Return the largest power of two, 16 to 512, of rows of float32 of these shapes that fit into `BATCH_BYTES`.

    Examples
    --------
    >>> batch_rows([(37, 37, 3)]), batch_rows([(1000, 1000, 1)])
    (512, 16)
    """
    values_per_row = sum(math.prod(shape) for shape in shapes)
    rows = MOST_BATCH_ROWS
    while rows > LEAST_BATCH_ROWS and 4 * rows * values_per_row > BATCH_BYTES:
        rows //= 2
    return rows
