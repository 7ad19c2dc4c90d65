"""A conditional generator of the cells of showers and its discriminator (CaloGAN, arXiv:1712.10321)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hepml.networks.cell_distribution import CellDistribution
from hepml.networks.dense_blocks import cell_streams, dense
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream
from hepml.networks.smooth_cells import drawn_cells, layer_shapes, scaled_cells, split_layers

_X_SCALE = 5.0
_N_SHAPES = 7


class ShowerGenerator:
    """Latent numbers, conditions and energies of layers → how each cell is distributed, and a draw from that.

    All that cells have in common comes from the latent numbers; the noise of each cell is its own, so that sparsity
    and spectra need not be made of the latent numbers as well.  A draw follows its constants smoothly: a cell is on or
    off by a sigmoid that is cut (straight-through, arXiv:1611.01144), and its energy is a quantile.

    Parameters
    ----------
    n_given : int
        Conditions and energies of layers.
    n_cells : sequence of int
        Of each layer.
    cells : CellDistribution
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
        self.n_cells, self.cells = tuple(n_cells), cells
        place = keras.layers.Input((latents + n_given,))
        self._model = keras.Model(place, cell_streams(place, n_cells, cells, width, depth, stream, seeds))
        floats = [tf.TensorSpec((None, size), tf.float32) for size in (latents, n_given)]
        self._compiled = tf.function(self._constants, input_signature=floats, autograph=False)

    @property
    def variables(self) -> list[Any]:
        """Everything that is trained."""
        found: list[Any] = self._model.trainable_variables
        return found

    def constants(self, latent: Any, given: Any) -> tuple[Any, ...]:
        """Return the constants of `CellDistribution`, as arrays."""
        return tuple(each.numpy() for each in self._compiled(latent, given))

    def drawn(self, latent: Any, given: Any, uniform: Any) -> Any:
        """Return x of each cell, shape (n, n_cells), a tensor; `uniform` are three numbers from 0 to 1 for each."""
        return drawn_cells(self._constants(latent, given), uniform)

    def loss(self, latent: Any, given: Any, cells: Any) -> Any:
        """Return −ln of the likelihood of the cells, shape (n,): what the warm-up minimises."""
        return self.cells.loss(self._raw(latent, given), cells)

    def _raw(self, latent: Any, given: Any) -> Any:
        return self._model(import_keras().ops.concatenate([latent, given], axis=1))

    def _constants(self, latent: Any, given: Any) -> tuple[Any, ...]:
        return self.cells.constants(self._raw(latent, given))


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
        given = ops.convert_to_tensor(given)
        return self._model([*cells, given, shapes, self._compared(shapes, given)])[:, 0]

    def _compared(self, shapes: Any, given: Any) -> Any:
        """Return how close each shower is to the others of the batch, shape (n, kernels)."""
        ops = import_keras().ops
        place = ops.reshape(self._comparison(ops.concatenate([shapes, given], axis=1)), (-1, self._kernels, 4))
        apart = ops.sum(ops.abs(place[:, None] - place[None]), axis=3)
        return ops.mean(ops.exp(-apart), axis=1)


def made_layers(generator: ShowerGenerator, latent: Any, given: Any, uniform: Any, layer_energy: Any) -> list[Any]:
    """Return the cells x of each layer that a generator makes, as tensors."""
    return scaled_cells(generator.drawn(latent, given, uniform), layer_energy, generator.n_cells)


def real_layers(cells: Any, n_cells: Sequence[int]) -> list[Any]:
    """Return the cells x of each layer of given showers."""
    return split_layers(cells, n_cells)


def _leaky(units: int, seeds: SeedStream) -> Any:
    return dense(units, seeds, activation="leaky_relu")
