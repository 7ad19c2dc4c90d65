"""Layers that take the columns of a table apart: numbers and category codes."""

from __future__ import annotations

from typing import Any

from hepml.networks.keras_import import import_keras

keras: Any = import_keras()
ops = keras.ops


class Columns(keras.layers.Layer):
    """The chosen columns (last axis) of the input, in the order given."""

    def __init__(self, indices: Any, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.indices = [int(index) for index in indices]

    def call(self, inputs: Any) -> Any:
        """Return the columns, shape (n, len(indices))."""
        return ops.take(inputs, self.indices, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"indices": self.indices, "name": self.name}


class OneHot(keras.layers.Layer):
    """One column of codes 0 to `size` − 1 as `size` columns: 1 for the code, and all 0 for any other value or NaN."""

    def __init__(self, column: int, size: int, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.column, self.size = int(column), int(size)

    def call(self, inputs: Any) -> Any:
        """Return zeros and ones, shape (n, size)."""
        codes = inputs[..., self.column : self.column + 1]
        return ops.cast(ops.equal(codes, ops.arange(self.size, dtype="float32")), "float32")

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"column": self.column, "size": self.size, "name": self.name}
