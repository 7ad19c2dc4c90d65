"""Fully connected blocks of generators, each weight from its own seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hepml.networks.cell_distribution import CellDistribution
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


def cell_streams(
    place: Any,
    n_cells: Sequence[int],
    cells: CellDistribution,
    width: int,
    depth: int,
    stream: int,
    seeds: SeedStream,
) -> Any:
    """Return the numbers of all cells, shape (n, n_cells, cells.size): a common trunk, then a stream for each layer."""
    layers = import_keras().layers
    features = residual_trunk(place, seeds, width=width, depth=depth)
    made = []
    for n in n_cells:
        own = dense(stream, seeds)(features)
        numbers = dense(n * cells.size, seeds, activation=None, spread=0.01)(own)
        made.append(layers.Reshape((n, cells.size))(numbers))
    return made[0] if len(made) == 1 else layers.Concatenate(axis=1)(made)
