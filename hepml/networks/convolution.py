"""What convolutional backbones are put together from: convolutions without bias, and the normalisation after them."""

from __future__ import annotations

import math
from typing import Any, Literal

from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream

Norm = Literal["batch", "group", "layer"]
"""Over what activations are normalised in training: the batch, groups of an example's channels, or all of them."""


def convolve(x: Any, filters: int, kernel: int, seeds: SeedStream, *, stride: int = 1) -> Any:
    """Convolve without bias, which the normalisation after it would take away; the edge is padded with zeros."""
    keras = import_keras()
    return keras.layers.Conv2D(
        filters,
        kernel,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer=keras.initializers.HeNormal(seed=seeds.next()),
    )(x)


def convolve_depthwise(x: Any, kernel: int, seeds: SeedStream) -> Any:
    """Convolve each channel with a kernel of its own (1704.04861)."""
    keras = import_keras()
    # He's width for the k² weights that an output sees; Keras would count those of all channels, and start far too low.
    start = keras.initializers.RandomNormal(stddev=math.sqrt(2) / kernel, seed=seeds.next())
    return keras.layers.DepthwiseConv2D(
        kernel,
        padding="same",
        use_bias=False,
        depthwise_initializer=start,
    )(x)


def norm_layer(x: Any, norm: Norm, *, activation: str | None = None) -> Any:
    """Normalise activations and apply the activation, if any.

    None of them makes a row's result depend on other rows once the network is trained: ``"batch"`` (1502.03167) then
    uses running statistics, which are saved, averaged and resumed like weights, and the others never look beyond a row.
    """
    layers = import_keras().layers
    if norm == "batch":
        x = layers.BatchNormalization(momentum=0.9)(x)
    else:
        x = layers.GroupNormalization(groups=n_groups(int(x.shape[-1])) if norm == "group" else 1)(x)
    return x if activation is None else layers.Activation(activation)(x)


def n_groups(channels: int) -> int:
    """Return the number of groups of channels (1803.08494): at most 8, of four channels or more each.

    One channel in a group would be zero wherever an image has shrunk to one pixel.

    Examples
    --------
    >>> n_groups(64), n_groups(12), n_groups(6)
    (8, 2, 1)
    """
    return next(groups for groups in (8, 4, 2, 1) if groups == 1 or (channels % groups == 0 and channels >= 4 * groups))
