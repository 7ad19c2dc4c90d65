"""Self-attention on sequences, in no order: encoder blocks (1706.03762) that normalise first (2002.04745)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

import pydantic

from hepml.contracts import ArraySpec
from hepml.networks.backbone import Backbone
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream
from hepml.networks.sequence_input import (
    SequenceInputOptions,
    Size,
    dense_layer,
    dropped,
    sequence_features,
    sequence_normalisation,
)


class AttentionOptions(SequenceInputOptions):
    """Options of the network of self-attention."""

    width: Size = pydantic.Field(64, description="Features of an item inside the network")
    heads: Size = pydantic.Field(4, description="Parts of the width that attend on their own")
    blocks: int = pydantic.Field(2, ge=1, le=24, description="Each is attention, then two dense layers on each item")
    expansion: Size = pydantic.Field(2, description="Units between the two dense layers, in units of the width")
    pooling: Literal["class", "mean"] = pydantic.Field(
        "class", description="An item more that attends to all others, or the mean of all"
    )
    dense: list[Size] = pydantic.Field([], max_length=6, description="Fully connected layers after the pooling")

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if self.width % self.heads:
            msg = f"width {self.width} is not divisible by {self.heads} heads: give each the same share"
            raise ValueError(msg)
        return self


def build_attention(
    options: AttentionOptions, arrays: Mapping[str, ArraySpec], inputs: Mapping[str, Any], seeds: SeedStream
) -> Any:
    """Return the features, shape (n, f); they do not depend on the order of items.

    Raises
    ------
    RecipeError
        A sequence has no mask.
    """
    return sequence_features(options, arrays, inputs, lambda x, mask: _encoded(options, x, mask, seeds), seeds)


def _encoded(options: AttentionOptions, x: Any, mask: Any, seeds: SeedStream) -> Any:
    from hepml.networks.sequence_layers import ClassToken, PoolItems

    x = dense_layer(options.width, seeds)(x)
    if options.pooling == "class":
        x, mask = ClassToken(options.width, seed=seeds.next())([x, mask])
    for _ in range(options.blocks):
        x = _attended(options, x, mask, seeds)
        x = _each_item(options, x, seeds)
    pooled = PoolItems("first" if options.pooling == "class" else "mean")
    return pooled([_normalised(x), mask])


def _attended(options: AttentionOptions, x: Any, mask: Any, seeds: SeedStream) -> Any:
    from hepml.networks.sequence_layers import ItemAttention

    y = _normalised(x)
    query, key, value = (dense_layer(options.width, seeds)(y) for _ in range(3))
    y = dense_layer(options.width, seeds)(ItemAttention(options.heads)([query, key, value, mask]))
    return import_keras().layers.Add()([x, dropped(options, y, seeds)])


def _each_item(options: AttentionOptions, x: Any, seeds: SeedStream) -> Any:
    y = dense_layer(options.expansion * options.width, seeds, activation="gelu")(_normalised(x))
    y = dense_layer(options.width, seeds)(dropped(options, y, seeds))
    return import_keras().layers.Add()([x, dropped(options, y, seeds)])


def _normalised(x: Any) -> Any:
    return import_keras().layers.LayerNormalization(epsilon=1e-5)(x)


ATTENTION = Backbone(build=build_attention, normalisation=sequence_normalisation)
