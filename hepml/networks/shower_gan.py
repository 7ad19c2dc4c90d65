"""A conditional generator of the cells of showers and its discriminator (CaloGAN, arXiv:1712.10321)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.networks.censored_cells import layer_shapes, scaled_cells, split_layers
from hepml.networks.dense_blocks import dense, residual_trunk
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream

_LOG_WIDTHS = (-4.0, 3.0)
_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_X_SCALE = 5.0
_N_SHAPES = 7
_STEP = 3.0
_MOST_SKEW = 0.7


@dataclass(frozen=True)
class CellAverages:
    """Mean and standard deviation of each cell's normal number before it is cut at 0, shape (n_cells,)."""

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]


class ShowerGenerator:
    """Latent numbers, conditions and energies of layers → a normal number for each cell, which is on where it is > 0.

    The network gives its mean, width and skewness, starting from the averages, so that sparsity and the fluctuation of
    each cell are its own and correlations come from the latent numbers.

    Parameters
    ----------
    n_given : int
        Conditions and energies of layers.
    n_cells : sequence of int
        Of each layer.
    averages : CellAverages
        Of all layers.
    latents, width, depth, stream : int
        Latent numbers; units and residual layers before the streams; units of each layer's stream.
    seeds : SeedStream
        For the first weights.
    """

    def __init__(
        self,
        n_given: int,
        n_cells: Sequence[int],
        averages: CellAverages,
        *,
        latents: int,
        width: int,
        depth: int,
        stream: int,
        seeds: SeedStream,
    ) -> None:
        import tensorflow as tf

        keras = import_keras()
        self.n_cells, self.averages = tuple(n_cells), averages
        place = keras.layers.Input((latents + n_given,))
        features = residual_trunk(place, seeds, width=width, depth=depth)
        made = [
            keras.layers.Reshape((n, 3))(
                dense(3 * n, seeds, activation=None, spread=0.01)(dense(stream, seeds)(features))
            )
            for n in n_cells
        ]
        self._model = keras.Model(place, made[0] if len(made) == 1 else keras.layers.Concatenate(axis=1)(made))
        floats = [tf.TensorSpec((None, size), tf.float32) for size in (latents, n_given, sum(n_cells))]
        self.draw = tf.function(self.drawn, input_signature=floats, autograph=False)

    @property
    def variables(self) -> list[Any]:
        """Everything that is trained."""
        found: list[Any] = self._model.trainable_variables
        return found

    def constants(self, latent: Any, given: Any) -> tuple[Any, Any, Any]:
        """Return mean, logarithm of the width and skewness of each cell's number, shape (n, n_cells)."""
        ops = import_keras().ops
        raw = self._model(ops.concatenate([latent, given], axis=1))
        mean = self.averages.mean + self.averages.spread * _STEP * raw[..., 0]
        log_width = ops.clip(np.log(self.averages.spread) + _STEP * raw[..., 1], *_LOG_WIDTHS)
        return mean, log_width, _MOST_SKEW * ops.tanh(raw[..., 2])

    def drawn(self, latent: Any, given: Any, normal: Any) -> Any:
        """Return each cell's number, shape (n, n_cells); `normal` are standard normal numbers, one for each cell."""
        mean, log_width, skew = self.constants(latent, given)
        return mean + import_keras().ops.exp(log_width) * (normal + 0.5 * skew * (normal * normal - 1))

    def loss(self, latent: Any, given: Any, cells: Any) -> Any:
        """Return −ln of the likelihood of normal, independent cells, shape (n,): of the warm-up (Tobit)."""
        import tensorflow as tf

        ops = import_keras().ops
        mean, log_width, _ = self.constants(latent, given)
        inverse = ops.exp(-log_width)
        pull = (cells - mean) * inverse
        off = ops.log(ops.maximum(0.5 * tf.math.erfc(mean * inverse / math.sqrt(2)), 1e-9))
        on = ops.cast(cells > 0, "float32")
        return -ops.sum(on * (-log_width - 0.5 * pull * pull - _HALF_LOG_2PI) + (1 - on) * off, axis=1)


class ShowerDiscriminator:
    """Cells of all layers, conditions and energies of layers → how real a shower looks.

    One stream for each layer, and one for shape variables; what these have in common with those of the other showers
    of the batch is seen as well (minibatch discrimination, arXiv:1606.03498), so that showers that are all alike are
    found out.

    Parameters
    ----------
    n_given : int
        Conditions and energies of layers.
    sizes : sequence of (int, int)
        Rows and columns of each layer.
    stream, width, kernels : int
        Units of each stream; of the layers behind; features that are compared within a batch.
    seeds : SeedStream
        For the first weights.
    """

    def __init__(
        self,
        n_given: int,
        sizes: Sequence[tuple[int, int]],
        *,
        stream: int,
        width: int,
        kernels: int,
        seeds: SeedStream,
    ) -> None:
        keras = import_keras()
        self.sizes, self.n_cells, self._kernels = tuple(sizes), tuple(r * c for r, c in sizes), kernels
        inputs = [keras.layers.Input((2 * n,)) for n in self.n_cells]
        streams = [_leaky(stream, seeds)(x) for x in inputs]
        given, shapes = keras.layers.Input((n_given,)), keras.layers.Input((_N_SHAPES * len(sizes),))
        compared = keras.layers.Input((kernels,))
        together = keras.layers.Concatenate()([*streams, _leaky(stream, seeds)(shapes), given, shapes, compared])
        features = _leaky(width, seeds)(_leaky(width, seeds)(together))
        score = dense(1, seeds, activation=None)(features)
        self._model = keras.Model([*inputs, given, shapes, compared], score)
        both = keras.layers.Input((_N_SHAPES * len(sizes) + n_given,))
        self._comparison = keras.Model(both, dense(kernels * 4, seeds, activation=None, spread=0.3)(both))

    @property
    def variables(self) -> list[Any]:
        """Everything that is trained."""
        return [*self._model.trainable_variables, *self._comparison.trainable_variables]

    def score(self, layers: Sequence[Any], given: Any) -> Any:
        """Return how real showers look, shape (n,); `layers` are the cells x of each layer."""
        ops = import_keras().ops
        shapes = ops.concatenate([layer_shapes(x, size) for x, size in zip(layers, self.sizes, strict=True)], axis=1)
        cells = [ops.concatenate([x / _X_SCALE, ops.minimum(x, 1.0)], axis=1) for x in layers]
        return self._model([*cells, given, shapes, self._compared(shapes, given)])[:, 0]

    def _compared(self, shapes: Any, given: Any) -> Any:
        """Return how close each shower is to the others of the batch, shape (n, kernels)."""
        ops = import_keras().ops
        place = ops.reshape(self._comparison(ops.concatenate([shapes, given], axis=1)), (-1, self._kernels, 4))
        apart = ops.sum(ops.abs(place[:, None] - place[None]), axis=3)
        return ops.mean(ops.exp(-apart), axis=1)


def made_layers(generator: ShowerGenerator, latent: Any, given: Any, normal: Any, layer_energy: Any) -> list[Any]:
    """Return the cells x of each layer that a generator makes, as tensors."""
    return scaled_cells(generator.drawn(latent, given, normal), layer_energy, generator.n_cells)


def real_layers(cells: Any, n_cells: Sequence[int]) -> list[Any]:
    """Return the cells x of each layer of given showers."""
    return split_layers(cells, n_cells)


def _leaky(units: int, seeds: SeedStream) -> Any:
    return dense(units, seeds, activation="leaky_relu")
