"""A normal distribution of several features from free numbers: its covariance is positive definite whatever they are.

For d features a network gives the mean and the lower triangle of the Cholesky factor L of the covariance L Lᵀ, row by
row, with the logarithms of its diagonal (1810.06111).
"""

from __future__ import annotations

from typing import Any

from hepml.networks.keras_import import import_keras

keras: Any = import_keras()
ops = keras.ops

_MOST_LOG = 15.0
"""Bound of the logarithms of the diagonal: widths from 3e-7 to 3e6 standard deviations of the target."""


def standardised_gaussian(logits: Any, n_features: int) -> tuple[Any, list[list[Any]]]:
    """Return the mean, shape (…, d), and L as a list of rows, L[i][j] of shape (…,) for j ≤ i."""
    mean, place = logits[..., :n_features], n_features
    rows = []
    for i in range(n_features):
        row = [logits[..., place + j] for j in range(i)]
        log_width = ops.clip(logits[..., place + i], -_MOST_LOG, _MOST_LOG)
        rows.append([*row, ops.exp(log_width)])
        place += i + 1
    return mean, rows


class GaussianInUnits(keras.layers.Layer):
    """Mean and covariance in the units of the target; standardised until the constants are set.

    Parameters
    ----------
    n_features : int
        d.
    """

    def __init__(self, n_features: int, name: str | None = None, trainable: bool = False) -> None:
        super().__init__(name=name, trainable=False, dtype="float32")
        del trainable  # the constants are never trained, whatever a saved configuration says
        self.n_features = int(n_features)
        self.supports_masking = True  # Keras attaches masks to the outputs of recurrent layers, which nobody reads
        shape = (self.n_features,)
        self.offset = self.add_weight(name="offset", shape=shape, initializer="zeros", trainable=False)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones", trainable=False)

    def set_constants(self, offset: Any, scale: Any) -> None:
        """Set what the standardised target was made with, both of shape (d,)."""
        self.offset.assign(offset)
        self.scale.assign(scale)

    def call(self, inputs: Any) -> Any:
        """Return mean and lower triangle of the covariance, shape (…, d + d(d + 1)/2)."""
        mean, rows = standardised_gaussian(inputs, self.n_features)
        covariance = [
            self.scale[i] * self.scale[j] * sum(rows[i][k] * rows[j][k] for k in range(j + 1))
            for i in range(self.n_features)
            for j in range(i + 1)
        ]
        return ops.concatenate([mean * self.scale + self.offset, ops.stack(covariance, axis=-1)], axis=-1)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """Attach none."""

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer, constants apart."""
        return {"n_features": self.n_features, "name": self.name, "trainable": False}
