"""An autoencoder of maps of counts: from a map's deviation through a bottleneck to a correction of the response."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import pydantic

from hepml.contracts import ArraySpec, Moments, Normalisation, batch_name
from hepml.networks.backbone import Backbone
from hepml.networks.keras_import import import_keras
from hepml.networks.normalisation import no_normalisation
from hepml.networks.seeds import SeedStream
from hepml.networks.sequence_input import Size, dense_layer
from hepml.options import Options

COUNTS, EXPOSURE = "counts", "exposure"

_COARSE = 12
"""Rows and columns of the coarse map of the convolutional kind, at most."""

_CORRECTION = 0.1
"""Size of a correction of ln(expected) for an output of 1."""


class MapAutoencoderOptions(Options):
    """Options of the autoencoder of maps."""

    kind: Literal["dense", "convolutional"] = pydantic.Field(
        "convolutional", description="dense: all cells at once; convolutional: coarse maps, so corrections are smooth"
    )
    bottleneck: Size = pydantic.Field(2, description="Numbers that a correction of the response depends on")
    hidden: Size = pydantic.Field(16, description="Units, or filters, of hidden layers beside the linear path")
    denoising: float = pydantic.Field(
        0.5, ge=0, le=1, description="Fraction of training maps with a rectangle that is left out of what is read"
    )
    sparse: float = pydantic.Field(0.0, ge=0, description="L1 penalty on the bottleneck, added to the loss")
    weight_average: float = pydantic.Field(0.0, ge=0, lt=1, description="Momentum of the average over steps; 0: none")


class VariationalOptions(MapAutoencoderOptions):
    """Options of the variational autoencoder of maps."""

    divergence: float = pydantic.Field(
        1.0, ge=0, description="Weight of the divergence of the bottleneck from a standard Gaussian (1: as derived)"
    )


def deviation_name(output: str) -> str:
    """Return the name of the layer that holds the response of a map."""
    return f"{output}_deviation"


def build_map_autoencoder(
    options: MapAutoencoderOptions, arrays: Mapping[str, ArraySpec], inputs: Mapping[str, Any], seeds: SeedStream
) -> dict[str, Any]:
    """Return the logarithm of the expected counts of each map, shape (n, rows, columns, 1), by output.

    Each map has an autoencoder of its own: what is expected of one detector does not depend on another.  Beside the
    hidden layers there is a linear path all the way, since a drift goes on beyond what was seen of it in the training.
    """
    keras = import_keras()
    from hepml.networks.map_layers import LeaveRectangleOut, MapDeviation

    suffix, logits = f"_{COUNTS}", {}
    for output in (name.removesuffix(suffix) for name in arrays if name.endswith(suffix)):
        shape = arrays[batch_name(output, COUNTS)].shape[:2]
        read = inputs[batch_name(output, COUNTS)]
        if options.denoising:
            read = LeaveRectangleOut(options.denoising, seed=seeds.next())(read)
        known = MapDeviation(shape, name=deviation_name(output))([read, inputs[batch_name(output, EXPOSURE)]])
        correction = _decoded(options, _encoded(options, known[1], seeds), shape, seeds)
        logits[output] = keras.layers.Add()([known[0], correction])
    return logits


def _encoded(options: MapAutoencoderOptions, deviation: Any, seeds: SeedStream) -> Any:
    """Return the numbers of the bottleneck, shape (n, k)."""
    keras = import_keras()
    if options.kind == "convolutional":
        coarse = _coarse(deviation)
        hidden = keras.layers.Flatten()(_convolved(options, _convolved(options, coarse, seeds), seeds))
        flat = keras.layers.Flatten()(coarse)
    else:
        flat = keras.layers.Flatten()(deviation)
        hidden = dense_layer(options.hidden, seeds, activation="elu")(flat)
    if isinstance(options, VariationalOptions):
        return _drawn(options, flat, hidden, deviation.shape[1:3], seeds)
    sums = keras.layers.Add()([dense_layer(options.bottleneck, seeds)(each) for each in (flat, hidden)])
    penalty = keras.regularizers.L1(options.sparse) if options.sparse else None
    return keras.layers.Activation("linear", activity_regularizer=penalty)(sums)


def _drawn(options: VariationalOptions, flat: Any, hidden: Any, shape: tuple[int, int], seeds: SeedStream) -> Any:
    keras = import_keras()
    from hepml.networks.map_layers import MapLatent

    mean, log_variance = (
        keras.layers.Add()([dense_layer(options.bottleneck, seeds)(each) for each in (flat, hidden)]) for _ in range(2)
    )
    # The loss of an example is the mean deviance of cells: twice a log likelihood, over the number of cells.
    weight = 2 * options.divergence / (shape[0] * shape[1])
    return MapLatent(weight, seed=seeds.next())([mean, log_variance])


def _coarse(deviation: Any) -> Any:
    """Return averages over blocks of cells, in units of their error."""
    keras = import_keras()
    pool = tuple(math.ceil(size / _COARSE) for size in deviation.shape[1:3])
    averages = keras.layers.AveragePooling2D(pool, padding="same")(deviation)
    return keras.layers.Rescaling(math.sqrt(pool[0] * pool[1]))(averages)


def _convolved(options: MapAutoencoderOptions, images: Any, seeds: SeedStream) -> Any:
    keras = import_keras()
    start = keras.initializers.GlorotUniform(seed=seeds.next())
    layer = keras.layers.Conv2D(options.hidden, 3, padding="same", activation="elu", kernel_initializer=start)
    return layer(images)


def _decoded(options: MapAutoencoderOptions, latent: Any, shape: tuple[int, ...], seeds: SeedStream) -> Any:
    """Return the correction of ln(expected), shape (n, rows, columns, 1)."""
    keras = import_keras()
    from hepml.networks.map_layers import ResizeMap

    smooth = options.kind == "convolutional"
    size = tuple(-(-n // math.ceil(n / _COARSE)) for n in shape) if smooth else tuple(shape)
    hidden = dense_layer(options.hidden, seeds, activation="elu")(latent)
    n_values = size[0] * size[1]
    # From zero on: before the first step the response of the cells is what is expected.
    last = [keras.layers.Dense(n_values, kernel_initializer="zeros") for _ in range(2)]
    values = keras.layers.Add()([layer(each) for layer, each in zip(last, (latent, hidden), strict=True)])
    maps = keras.layers.Rescaling(_CORRECTION)(keras.layers.Reshape((*size, 1))(values))
    return ResizeMap(shape)(maps) if smooth else maps


def _as_it_is(_options: MapAutoencoderOptions, _spec: ArraySpec, moments: Moments) -> Normalisation:
    return no_normalisation(moments)


MAP_AUTOENCODER = Backbone(build=None, normalisation=_as_it_is, build_items=build_map_autoencoder, gives_logits=True)
