"""A conditional variational autoencoder of the cells of showers (arXiv:1312.6114), one stream for each layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hepml.networks.cell_distribution import CellDistribution
from hepml.networks.dense_blocks import cell_streams, dense, residual_trunk
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream

_LOG_VARIANCES = (-10.0, 4.0)
_X_SCALE = 5.0


class ShowerVae:
    """Cells → a place in the latent space → how each cell is distributed, given conditions and energies of layers.

    Parameters
    ----------
    n_given : int
        Conditions and energies of layers.
    n_cells : sequence of int
        Of each layer.
    cells : CellDistribution
        Of all layers.
    latents, width, depth, stream : int
        Dimensions of the latent space; units and residual layers of encoder and decoder; units of each layer's stream.
    seeds : SeedStream
        For the first weights.
    """

    def __init__(
        self,
        n_given: int,
        n_cells: Sequence[int],
        cells: CellDistribution,
        *,
        latents: int,
        width: int,
        depth: int,
        stream: int,
        seeds: SeedStream,
    ) -> None:
        import tensorflow as tf

        keras = import_keras()
        self.cells, self.latents = cells, latents
        seen = keras.layers.Input((2 * sum(n_cells) + n_given,))
        features = residual_trunk(seen, seeds, width=width, depth=1)
        self._encoder = keras.Model(seen, dense(2 * latents, seeds, activation=None, spread=1e-3)(features))
        place = keras.layers.Input((latents + n_given,))
        self._decoder = keras.Model(place, cell_streams(place, n_cells, cells, width, depth, stream, seeds))
        floats = [tf.TensorSpec((None, size), tf.float32) for size in (sum(n_cells), n_given, latents)]
        self._place = tf.function(self._posterior, input_signature=floats[:2], autograph=False)
        self._made = tf.function(self._constants, input_signature=[floats[2], floats[1]], autograph=False)

    @property
    def variables(self) -> list[Any]:
        """Everything that is trained."""
        return [*self._encoder.trainable_variables, *self._decoder.trainable_variables]

    def losses(self, cells: Any, given: Any, normal: Any) -> tuple[Any, Any]:
        """Return −ln of the likelihood of the cells and the divergence of each latent, shapes (n,) and (n, latents).

        `normal` are standard normal numbers (n, latents), which choose a place from what the encoder gives.
        """
        ops = import_keras().ops
        mean, log_variance = self._posterior(cells, given)
        place = mean + ops.exp(0.5 * log_variance) * normal
        divergence = 0.5 * (mean * mean + ops.exp(log_variance) - 1 - log_variance)
        return self.cells.loss(self._raw(place, given), cells), divergence

    def encode(self, cells: Any, given: Any) -> Any:
        """Return the mean place of each shower, an array of shape (n, latents)."""
        return self._place(cells, given)[0].numpy()

    def decode(self, place: Any, given: Any) -> tuple[Any, ...]:
        """Return the constants of `CellDistribution` at a place of the latent space, as arrays."""
        return tuple(each.numpy() for each in self._made(place, given))

    def _posterior(self, cells: Any, given: Any) -> tuple[Any, Any]:
        ops = import_keras().ops
        seen = ops.concatenate([cells / _X_SCALE, ops.cast(cells > 0, "float32"), given], axis=1)
        mean, log_variance = ops.split(self._encoder(seen), 2, axis=1)
        return mean, ops.clip(log_variance, *_LOG_VARIANCES)

    def _raw(self, place: Any, given: Any) -> Any:
        return self._decoder(import_keras().ops.concatenate([place, given], axis=1))

    def _constants(self, place: Any, given: Any) -> tuple[Any, ...]:
        return self.cells.constants(self._raw(place, given))
