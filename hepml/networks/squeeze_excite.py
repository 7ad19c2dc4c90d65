"""Squeeze and excite: a gate for each channel, opened by what all channels hold."""

from __future__ import annotations

from typing import Any

from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream

LEAST_SQUEEZED = 4
"""Units that the channel means are squeezed into, at least: fewer cannot tell channels of a small network apart."""


def squeeze_excite(x: Any, ratio: int, seeds: SeedStream) -> Any:
    """Scale each channel by a gate between 0 and 1, found from the means of all channels (1709.01507).

    The means go through a dense layer of ``channels / ratio`` units, ReLU, a dense layer back, sigmoid.

    Parameters
    ----------
    x : Keras tensor, shape (n, rows, columns, channels)
        An image.
    ratio : int
        Of the channels to the units in between; 0: no gate, `x` as it is.
    seeds : SeedStream
        Of the first weights.
    """
    if not ratio:
        return x
    keras = import_keras()
    channels = int(x.shape[-1])
    gate = keras.layers.GlobalAveragePooling2D()(x)
    gate = keras.layers.Dense(
        squeezed_units(channels, ratio),
        activation="relu",
        kernel_initializer=keras.initializers.HeNormal(seed=seeds.next()),
    )(gate)
    gate = keras.layers.Dense(
        channels, activation="sigmoid", kernel_initializer=keras.initializers.GlorotUniform(seed=seeds.next())
    )(gate)
    return keras.layers.Multiply()([x, keras.layers.Reshape((1, 1, channels))(gate)])


def squeezed_units(channels: int, ratio: int) -> int:
    """Return the units between the two dense layers.

    Examples
    --------
    >>> squeezed_units(192, 16), squeezed_units(16, 16)
    (12, 4)
    """
    return max(LEAST_SQUEEZED, channels // ratio)
