"""Layers for a straight track in a map of layers and pixels: a window along the line through its first hits."""

from __future__ import annotations

from typing import Any

import numpy as np

from hepml.networks.keras_import import import_keras

keras: Any = import_keras()
ops = keras.ops

_TIE = 1e-3
"""Lines through middles of pixels often meet an edge of a pixel: rounding must not decide on which side they are."""


class OccupiedPixels(keras.layers.Layer):
    """1 where a pixel of a map of one channel holds anything, and 0 elsewhere, without the axis of the channel."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")

    def call(self, inputs: Any) -> Any:
        """Return the pixels, shape (n, layers, pixels), of a map of shape (n, layers, pixels, 1)."""
        return ops.cast(inputs[..., 0] > 0, "float32")

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"name": self.name}


class ShearedWindow(keras.layers.Layer):
    """The pixels of each layer around a line that is fitted to the first layers, and what is known of that line.

    A line of least squares goes through the mean place of the pixels that are on, of each of the first `seed_layers`
    layers.  A row of the output is for one layer: `2 · half_width + 1` pixels around the one that the line crosses;
    whether each of them is in the detector; where in its pixel the line is, from −½ to ½; the layer, from −½ to ½; the
    slope; and the residuals of the fit, twice, so that they are of order 1.

    Parameters
    ----------
    seed_layers, half_width : int
        At least 2 layers.
    """

    def __init__(self, seed_layers: int, half_width: int, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.seed_layers, self.half_width = int(seed_layers), int(half_width)

    def call(self, inputs: Any) -> Any:
        """Return [features, first], shapes (n, layers, f) and (n, layers), of pixels of shape (n, layers, pixels).

        `first` is the pixel that the window of a layer begins with; it may be outside the detector.
        """
        n_layers, n_pixels = inputs.shape[1:]
        place, slope, residual = self._line(inputs)
        crossed = ops.floor(place + _TIE)
        first = ops.cast(crossed, "int32") - self.half_width
        index = first[:, :, None] + ops.arange(2 * self.half_width + 1, dtype="int32")
        inside = ops.cast(ops.logical_and(index >= 0, index < n_pixels), "float32")
        window = ops.take_along_axis(inputs, ops.clip(index, 0, n_pixels - 1), axis=2) * inside
        depth = ops.zeros_like(place) + (np.arange(n_layers, dtype=np.float32) / n_layers - 0.5)
        fit = ops.concatenate([slope, 2.0 * residual], axis=1)[:, None, :]
        fit = fit + ops.zeros_like(place)[:, :, None]
        return [ops.concatenate([window, inside, _column(place - crossed - 0.5), _column(depth), fit], axis=2), first]

    def _line(self, inputs: Any) -> tuple[Any, Any, Any]:
        """Return the line's place on each layer, its slope, shape (n, 1), and the residuals of the first layers."""
        n_layers, n_pixels = inputs.shape[1:]
        seeds = inputs[:, : self.seed_layers]
        middle = np.arange(n_pixels, dtype=np.float32) + 0.5
        found = ops.sum(seeds * middle, axis=2) / ops.maximum(ops.sum(seeds, axis=2), 1.0)
        layer = np.arange(n_layers, dtype=np.float32) - (self.seed_layers - 1) / 2
        lever = layer[: self.seed_layers]
        slope = ops.sum(found * lever, axis=1, keepdims=True) / float((lever**2).sum())
        place = ops.mean(found, axis=1, keepdims=True) + slope * layer
        return place, slope, found - place[:, : self.seed_layers]

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"seed_layers": self.seed_layers, "half_width": self.half_width, "name": self.name}


class PlacesOfWindow(keras.layers.Layer):
    """From one number for each pixel of a window to one for each pixel of the layer.

    Pixels outside the window have a number of their own, the same for all, and pixels that are off a smaller one than
    those that are on; how much smaller is learnt.
    """

    def __init__(self, name: str | None = None, trainable: bool = True) -> None:
        super().__init__(name=name, trainable=trainable, dtype="float32")
        start = keras.initializers.Constant
        self.outside = self.add_weight(name="outside", shape=(), initializer=start(-4.0))
        self.off = self.add_weight(name="off", shape=(), initializer=start(4.0))

    def call(self, inputs: Any) -> Any:
        """Return the numbers, shape (n, layers, pixels), of [those of windows, their first pixels, the pixels]."""
        window, first, pixels = inputs
        index = ops.arange(pixels.shape[2], dtype="int32") - first[:, :, None]
        inside = ops.logical_and(index >= 0, index < window.shape[2])
        spread = ops.take_along_axis(window, ops.clip(index, 0, window.shape[2] - 1), axis=2)
        return ops.where(inside, spread, self.outside) + self.off * (pixels - 1.0)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """Attach none."""

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer, weights apart."""
        return {"name": self.name, "trainable": self.trainable}


def _column(values: Any) -> Any:
    return values[:, :, None]
