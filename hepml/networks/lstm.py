"""Recurrent networks on sequences: long short-term memory and its simpler kin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pydantic

from hepml.contracts import ArraySpec
from hepml.networks.backbone import Backbone
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream
from hepml.networks.sequence_input import (
    SequenceInputOptions,
    Size,
    dropped,
    sequence_features,
    sequence_normalisation,
)


class LstmOptions(SequenceInputOptions):
    """Options of the recurrent network."""

    cell: Literal["lstm", "gru", "simple"] = pydantic.Field(
        "lstm", description="Long short-term memory, gated recurrent unit (1406.1078), or neither gate nor memory"
    )
    units: Size = pydantic.Field(64, description="Of each layer, and each direction")
    layers: int = pydantic.Field(1, ge=1, le=8, description="Each reads the outputs of the one before, item by item")
    bidirectional: bool = pydantic.Field(False, description="Read from the end as well, side by side")
    pooling: Literal["last", "mean", "max"] = pydantic.Field(
        "last",
        description="What is left once all items are read, or a mean or maximum of what was after each; not used for "
        "outputs per item",
    )


def build_lstm(
    options: LstmOptions, arrays: Mapping[str, ArraySpec], inputs: Mapping[str, Any], seeds: SeedStream
) -> Any:
    """Return the features, shape (n, f).

    Raises
    ------
    RecipeError
        A sequence has no mask.
    """
    return sequence_features(options, arrays, inputs, lambda x, mask: _encoded(options, x, mask, seeds), seeds)


def build_lstm_items(
    options: LstmOptions, arrays: Mapping[str, ArraySpec], inputs: Mapping[str, Any], seeds: SeedStream
) -> Any:
    """Return features of each item, shape (n, length, f): of the items up to it, or with both directions of all.

    Raises
    ------
    RecipeError
        A sequence has no mask.
    """
    return sequence_features(options, arrays, inputs, lambda x, mask: _encoded_items(options, x, mask, seeds), seeds)


def _encoded_items(options: LstmOptions, x: Any, mask: Any, seeds: SeedStream) -> Any:
    for _ in range(options.layers):
        x = dropped(options, _layer(options, x, mask, seeds, each_item=True), seeds)
    return x


def _encoded(options: LstmOptions, x: Any, mask: Any, seeds: SeedStream) -> Any:
    from hepml.networks.sequence_layers import PoolItems

    for layer in range(options.layers):
        if layer:
            x = dropped(options, x, seeds)
        each_item = layer < options.layers - 1 or options.pooling != "last"
        x = _layer(options, x, mask, seeds, each_item=each_item)
    return dropped(options, x if options.pooling == "last" else PoolItems(options.pooling)([x, mask]), seeds)


def _layer(options: LstmOptions, x: Any, mask: Any, seeds: SeedStream, *, each_item: bool) -> Any:
    """Return the state after each item, shape (n, length, units), or after all, shape (n, units).

    Padding leaves the state as it is.  Read backwards, the state after an item has seen that item and all that follow.
    """
    keras = import_keras()
    from hepml.networks.sequence_layers import ReverseItems

    forwards = _cells(options, seeds, each_item=each_item)(x, mask=mask)
    if not options.bidirectional:
        return forwards
    backwards = _cells(options, seeds, each_item=each_item, go_backwards=True)(x, mask=mask)
    return keras.layers.Concatenate()([forwards, ReverseItems()(backwards) if each_item else backwards])


def _cells(options: LstmOptions, seeds: SeedStream, *, each_item: bool, go_backwards: bool = False) -> Any:
    layers, initializers = import_keras().layers, import_keras().initializers
    kind = {"lstm": layers.LSTM, "gru": layers.GRU, "simple": layers.SimpleRNN}[options.cell]
    # cuDNN's kernels know one kind of padding alone, and are not written as ONNX.
    plain = {} if options.cell == "simple" else {"use_cudnn": False}
    return kind(
        options.units,
        return_sequences=each_item,
        go_backwards=go_backwards,
        kernel_initializer=initializers.GlorotUniform(seed=seeds.next()),
        recurrent_initializer=initializers.Orthogonal(seed=seeds.next()),
        seed=seeds.next(),
        **plain,
    )


LSTM = Backbone(build=build_lstm, normalisation=sequence_normalisation, build_items=build_lstm_items)
