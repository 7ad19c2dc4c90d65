"""Layers on sequences and their masks, in all of which padding counts for nothing."""

from __future__ import annotations

import math
from typing import Any

from hepml.networks.keras_import import import_keras

keras: Any = import_keras()
ops = keras.ops

_LEAST = -1e9
"""Stands for −∞, which times zero would be NaN: e to this is 0."""


class MaskItems(keras.layers.Layer):
    """The items where the mask is true, and 0 where it is not, whatever stands there."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")

    def call(self, inputs: Any) -> Any:
        """Return the items, shape (n, length, f), of [items, mask]."""
        items, mask = inputs
        return ops.where(mask[..., None], items, ops.zeros_like(items))

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"name": self.name}


class ReverseItems(keras.layers.Layer):
    """A sequence from its end to its beginning, padding included."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.supports_masking = True  # Keras attaches masks to the outputs of recurrent layers, which nobody reads

    def call(self, inputs: Any) -> Any:
        """Return the items, shape (n, length, f)."""
        return ops.flip(inputs, axis=1)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """Attach none."""

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"name": self.name}


class PoolItems(keras.layers.Layer):
    """One vector per sequence: the ``"sum"``, ``"mean"`` or ``"max"`` of its real items, or the ``"first"`` of them.

    An empty sequence gives 0 in sum, mean and maximum.
    """

    def __init__(self, kind: str, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.kind = kind
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Return the pooled items, shape (n, f), of [items, mask]."""
        items, mask = inputs
        if self.kind == "first":
            return items[:, 0]
        real = mask[..., None]
        if self.kind == "max":
            highest = ops.max(ops.where(real, items, _LEAST), axis=1)
            return ops.where(ops.any(real, axis=1), highest, ops.zeros_like(highest))
        total = ops.sum(ops.where(real, items, ops.zeros_like(items)), axis=1)
        if self.kind == "sum":
            return total
        return total / ops.maximum(ops.sum(ops.cast(real, "float32"), axis=1), 1.0)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """Attach none."""

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"kind": self.kind, "name": self.name}


class ItemAttention(keras.layers.Layer):
    """Each item as the mean of the values of all real items, weighted by softmax of query · key / √d (1706.03762).

    Parameters
    ----------
    heads : int
        Parts of the last axis that attend on their own.
    """

    def __init__(self, heads: int, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.heads = int(heads)

    def call(self, inputs: Any) -> Any:
        """Return what the items attend to, shape (n, length, f), of [queries, keys, values, mask]."""
        *projected, mask = inputs
        length, width = projected[0].shape[1:]
        size = width // self.heads
        split = (-1, length, self.heads, size)
        query, key, value = (ops.transpose(ops.reshape(each, split), (0, 2, 1, 3)) for each in projected)
        likeness = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / math.sqrt(size)  # (n, heads, length, length)
        weight = ops.softmax(ops.where(mask[:, None, None, :], likeness, _LEAST), axis=-1)
        found = ops.transpose(ops.matmul(weight, value), (0, 2, 1, 3))
        return ops.reshape(found, (-1, length, width))

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"heads": self.heads, "name": self.name}


class ClassToken(keras.layers.Layer):
    """One item more before all others, the same in every sequence and learnt: what is asked of the others.

    Parameters
    ----------
    width : int
        Features of an item.
    seed : int
        Of its first values.
    """

    def __init__(self, width: int, seed: int = 0, name: str | None = None, trainable: bool = True) -> None:
        super().__init__(name=name, trainable=trainable, dtype="float32")
        self.width, self.seed = int(width), int(seed)
        start = keras.initializers.RandomNormal(stddev=1.0, seed=self.seed)
        self.token = self.add_weight(name="token", shape=(1, 1, self.width), initializer=start)

    def call(self, inputs: Any) -> Any:
        """Return [items, mask], both longer by one, of [items, mask]."""
        items, mask = inputs
        # From the mask, and not ones: so that the number of rows is the batch's in every graph.
        token = self.token + ops.zeros_like(ops.cast(mask[:, :1, None], "float32"))
        true = ops.logical_or(mask[:, :1], ops.logical_not(mask[:, :1]))
        return [ops.concatenate([token, items], axis=1), ops.concatenate([true, mask], axis=1)]

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer, the token apart."""
        return {"width": self.width, "seed": self.seed, "name": self.name, "trainable": self.trainable}
