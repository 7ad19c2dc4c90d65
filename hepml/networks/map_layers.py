"""Layers for maps of counts: how far a map is from the response of its cells, and rectangles that are left out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.networks.keras_import import import_keras

keras: Any = import_keras()
ops = keras.ops

_LARGEST_PULL = 5.0
_LARGEST_NOISE = 10.0
_LEAST = 1e-12


class MapDeviation(keras.layers.Layer):
    """From counts (NaN in cells that are left out) and exposure to ln(expected counts), and the deviation.

    What is expected is the exposure times the rate of each cell; where the exposure is not known or 0, it is such that
    the sums of live cells agree.  The deviation is counts over expected counts, less 1, in units of its error at
    the mean exposure: a change of the response is as large in all maps, and noise larger where counts are few.  It is
    limited to 5 of a map's own errors, 0 in cells that are left out, and scaled up as the live cells are fewer.

    Parameters
    ----------
    shape : sequence of int
        Rows and columns.
    """

    def __init__(self, shape: Any, name: str | None = None, trainable: bool = False) -> None:
        super().__init__(name=name, trainable=False, dtype="float32")
        del trainable
        self.shape = tuple(int(size) for size in shape)
        self.rate = self.add_weight(name="rate", shape=self.shape, initializer="ones", trainable=False)
        self.exposure = self.add_weight(name="exposure", shape=(), initializer="ones", trainable=False)

    def set_response(self, rate: NDArray[np.float64], exposure: float) -> None:
        """Set the rate of each cell, NaN where there is none, and the mean exposure."""
        self.rate.assign(np.nan_to_num(rate).astype(np.float32))
        self.exposure.assign(np.float32(exposure))

    def call(self, inputs: Any) -> Any:
        """Return both, shape (n, rows, columns, 1) each."""
        counts, given = inputs[0][..., 0], inputs[1][:, 0]
        live = ops.logical_and(ops.isfinite(counts), self.rate > 0)
        n, rate = ops.where(live, counts, 0.0), ops.where(live, self.rate, 0.0)
        own = ops.sum(n, axis=(1, 2)) / ops.maximum(ops.sum(rate, axis=(1, 2)), _LEAST)
        known = ops.logical_and(ops.isfinite(given), given > 0)
        exposure = ops.maximum(ops.where(known, given, own), _LEAST)[:, None, None]
        expected = ops.maximum(exposure * self.rate, _LEAST)
        pull = ops.where(live, (n - expected) / ops.sqrt(expected), 0.0)
        noise = ops.minimum(ops.sqrt(self.exposure / exposure), _LARGEST_NOISE)
        n_live = ops.maximum(ops.sum(ops.cast(live, "float32"), axis=(1, 2)), 1.0)[:, None, None]
        fewer = ops.sum(ops.cast(self.rate > 0, "float32")) / n_live
        deviation = ops.clip(pull, -_LARGEST_PULL, _LARGEST_PULL) * noise * fewer
        return ops.log(expected)[..., None], deviation[..., None]

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer, constants apart."""
        return {"shape": list(self.shape), "name": self.name, "trainable": False}


class LeaveRectangleOut(keras.layers.Layer):
    """Make a random rectangle of a training map NaN, in a fraction of maps; the identity otherwise.

    A network that is asked for the whole map from the rest learns not to follow a fault.

    Parameters
    ----------
    fraction : float
        Of maps.
    seed : int
        Of the layer's own generator, whose state is a variable of the model.
    """

    def __init__(self, fraction: float, seed: int = 0, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.fraction, self.seed, self.enabled = fraction, seed, True
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the maps, shape (n, rows, columns, 1)."""
        if not (training and self.enabled):
            return inputs
        rows, columns = (self._inside(inputs, axis) for axis in (1, 2))
        chosen = self._uniform(inputs)[:, None, None] < self.fraction
        out = ops.logical_and(ops.logical_and(rows[:, :, None], columns[:, None, :]), chosen)
        return ops.where(out[..., None], float("nan"), inputs)

    def _inside(self, inputs: Any, axis: int) -> Any:
        """Return which rows, or columns, are inside: from one to half of them, or all."""
        size = int(inputs.shape[axis])
        length = ops.ceil(size / 2 * self._uniform(inputs))
        length = ops.where(self._uniform(inputs) < 0.2, float(size), length)
        first = ops.floor((size - length + 1) * self._uniform(inputs))
        place = ops.cast(ops.arange(size), "float32")[None]
        return ops.logical_and(place >= first[:, None], place < (first + length)[:, None])

    def _uniform(self, inputs: Any) -> Any:
        return keras.random.uniform(ops.shape(inputs)[:1], seed=self.generator)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"fraction": self.fraction, "seed": self.seed, "name": self.name}


class ResizeMap(keras.layers.Layer):
    """Interpolate a coarse map to rows × columns, bilinearly."""

    def __init__(self, shape: Any, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.shape = tuple(int(size) for size in shape)

    def call(self, inputs: Any) -> Any:
        """Return maps, shape (n, rows, columns, channels)."""
        return ops.image.resize(inputs, self.shape, interpolation="bilinear", data_format="channels_last")

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"shape": list(self.shape), "name": self.name}


class MapLatent(keras.layers.Layer):
    """The latent numbers of a variational autoencoder (1312.6114): drawn in training, else their mean.

    Its loss is the divergence of their distribution from a standard Gaussian.

    Parameters
    ----------
    weight : float
        Of the divergence, summed over latent numbers, beside the loss of an example.
    seed : int
        Of the layer's own generator, whose state is a variable of the model.
    """

    def __init__(self, weight: float, seed: int = 0, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.weight, self.seed = weight, seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return latent numbers, shape (n, k), from means and logarithms of variances, (n, k) each."""
        mean, log_variance = inputs[0], ops.clip(inputs[1], -10.0, 10.0)
        divergence = 0.5 * ops.sum(ops.square(mean) + ops.exp(log_variance) - 1 - log_variance, axis=-1)
        self.add_loss(self.weight * ops.mean(divergence))
        if not training:
            return mean
        return mean + ops.exp(0.5 * log_variance) * keras.random.normal(ops.shape(mean), seed=self.generator)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"weight": self.weight, "seed": self.seed, "name": self.name}
