"""Fully connected blocks of generators, each weight from its own seed."""

from __future__ import annotations

from typing import Any

from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream


def dense(units: int, seeds: SeedStream, *, activation: str | None = "gelu", spread: float | None = None) -> Any:
    """Return a Dense layer; `spread` is the standard deviation of its first weights, None: that of Glorot."""
    keras = import_keras()
    seed = seeds.next()
    made = (
        keras.initializers.GlorotUniform(seed=seed)
        if spread is None
        else keras.initializers.RandomNormal(stddev=spread, seed=seed)
    )
    return keras.layers.Dense(units, activation=activation, kernel_initializer=made)


def residual_trunk(inputs: Any, seeds: SeedStream, *, width: int, depth: int) -> Any:
    """Return features after a first layer and `depth` layers each of which adds to what is there."""
    features = dense(width, seeds)(inputs)
    for _ in range(depth):
        features = features + dense(width, seeds)(features)
    return features
