"""The conditional variational autoencoder of showers as an estimator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import Batch, Latent
from hepml.errors import RunError
from hepml.estimators.inputs import check_inputs
from hepml.estimators.optimiser import build_optimiser
from hepml.estimators.shower_features import ShowerFeatures
from hepml.estimators.shower_network import Arrays, ShowerNetwork
from hepml.networks.cell_distribution import CellDistribution
from hepml.networks.generator_trainer import GeneratorTrainer, normal_numbers
from hepml.networks.seeds import SeedStream
from hepml.networks.shower_vae import ShowerVae
from hepml.options import Options
from hepml.recipe import Training

_VALIDATION_ROWS = 1024


class VaeOptions(Options):
    """Options of the variational autoencoder."""

    latents: int = pydantic.Field(8, gt=0, le=256, description="Dimensions of the latent space of the cells")
    kl_weight: float = pydantic.Field(1.0, gt=0, description="Weight of the divergence from the prior; 1: the bound")
    free_bits: float = pydantic.Field(
        0.0, ge=0, description="Divergence (in nat) of each latent, averaged over a batch, that costs nothing"
    )
    components: int = pydantic.Field(2, gt=0, le=8, description="Normals in the energy spectrum of each cell")
    width: int = pydantic.Field(256, gt=0, description="Units of the layers of encoder and decoder")
    depth: int = pydantic.Field(2, ge=0, le=20, description="Residual layers of the decoder")
    stream: int = pydantic.Field(128, gt=0, description="Units of the stream of each calorimeter layer")
    energy_components: int = pydantic.Field(8, gt=0, le=64, description="Normals in the density of each energy")
    energy_width: int = pydantic.Field(64, gt=0, description="Units of the networks of the energies")
    weight_average: float = pydantic.Field(0.999, ge=0, lt=1, description="Momentum of the average over steps; 0: none")
    judged_showers: int = pydantic.Field(5000, gt=1, description="Validation showers that each epoch is compared with")


class ShowerAutoencoder(ShowerNetwork, Latent):
    """A variational autoencoder of the cells, given conditions and energies of layers.

    The latent space has a standard normal dimension for each layer's energy step, and then ``latents`` of the cells.
    """

    Options: ClassVar[type[VaeOptions]] = VaeOptions

    @property
    def options(self) -> VaeOptions:
        """The model's own options."""
        assert isinstance(self.spec.options, VaeOptions)
        return self.spec.options

    @property
    def n_latents(self) -> int:
        """Dimensions of the latent space of the cells."""
        return self.options.latents

    def build_cells(self, features: ShowerFeatures, seeds: SeedStream) -> list[Any]:
        """Make encoder and decoder, and return their weights."""
        constants, options = features.constants, self.options
        self.network = ShowerVae(
            features.n_conditions + len(self.starts),
            np.diff([*self.starts, len(constants.on_logit)]).tolist(),
            CellDistribution(constants.on_logit, constants.cell_mean, constants.cell_spread, options.components),
            latents=options.latents,
            width=options.width,
            depth=options.depth,
            stream=options.stream,
            seeds=seeds,
        )
        return self.network.variables

    def make_cells(
        self, latent: NDArray[np.float32], given: NDArray[np.float32], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return the cells at places of the latent space; given these they are drawn one by one."""
        return self.network.cells.draw(self.network.decode(latent, given), rng, starts=self.starts)

    def build_trainer(self, training: Training, *, batch_size: int) -> VaeTrainer:
        """Return a trainer of all networks at once."""
        return VaeTrainer(self, training, batch_size=batch_size)

    def encode(self, inputs: Arrays) -> NDArray[np.float32]:
        """Return the place of each shower: first of its energies, then the mean place of its cells.

        Raises
        ------
        RunError
            Not fitted, or an array is missing or of another shape.
        """
        features = self.fitted()
        check_inputs(inputs, self.spec.arrays)
        seen = features.showers(inputs)
        energies = self.energies.to_normal(seen["conditions"], seen["steps"])
        return np.concatenate([energies, self.network.encode(seen["cells"], seen["layers"])], axis=1).astype(np.float32)

    def decode(
        self, latent: NDArray[Any], conditions: Arrays, *, seed: int | Sequence[int]
    ) -> dict[str, NDArray[np.float32]]:
        """Return showers at given places of the latent space.

        Raises
        ------
        RunError
            Not fitted, places of another number of dimensions, or conditions that do not fit.
        """
        wanted = (self.inputs.check(conditions), len(self.starts) + self.n_latents)
        if np.shape(latent) != wanted:
            msg = f"places of the latent space must have shape {wanted}, found {np.shape(latent)}: encode gives them"
            raise RunError(msg)
        return self.make(conditions, np.asarray(latent), seed)


class VaeTrainer:
    """What the fit loop needs of the autoencoder; the noise of a step follows from the seed and its number."""

    def __init__(self, model: ShowerAutoencoder, training: Training, *, batch_size: int) -> None:
        self._model, self._features, self._options = model, model.fitted(), model.options
        n_layers, n_conditions = len(model.starts), self._features.n_conditions
        sizes = {
            "conditions": n_conditions,
            "steps": n_layers,
            "layers": n_conditions + n_layers,
            "cells": len(self._features.constants.on_logit),
            "normal": model.n_latents,
        }
        self._trainer = GeneratorTrainer(
            model.weights,
            self._losses,
            build_optimiser(training.optimiser),
            sizes=sizes,
            batch_size=batch_size,
            weight_average=self._options.weight_average,
        )

    @property
    def variables(self) -> list[Any]:
        """Everything that a step changes."""
        return self._trainer.variables

    @property
    def weights(self) -> list[Any]:
        """What a saved model holds."""
        return self._trainer.weights

    def train(self, batch: Batch, *, learning_rate: float) -> dict[str, float]:
        """Make one step; return the sums of the loss, its parts and the norm of the gradient over the examples."""
        rng = np.random.default_rng([self._model.spec.seed, self._trainer.n_steps])
        tensors = self._features.showers(batch.inputs, rng)
        tensors["normal"] = normal_numbers(rng, (batch.n, self._model.n_latents))
        return self._trainer.train(tensors, batch.weight.astype(np.float32), learning_rate=learning_rate)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Give the model the averaged weights for the length of the block."""
        with self._trainer.averaged():
            yield

    def validation_figures(self, arrays: Arrays) -> dict[str, float]:
        """Return the loss of showers that the training does not use, at one place of what the encoder gives."""
        rng, n, total = np.random.default_rng(self._model.spec.seed), len(self._model.inputs.kind(arrays)), 0.0
        for start in range(0, n, _VALIDATION_ROWS):
            rows = {name: values[start : start + _VALIDATION_ROWS] for name, values in arrays.items()}
            tensors = self._features.showers(rows, rng)
            size = len(tensors["cells"])
            tensors["normal"] = normal_numbers(rng, (size, self._model.n_latents))
            total += self._trainer.sums(tensors, np.ones(size, np.float32))["loss"]
        return {"validation_loss": total / n}

    def _losses(self, tensors: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        import tensorflow as tf

        energies = self._model.energies.loss(tensors["conditions"], tensors["steps"])
        cells, divergence = self._model.network.losses(tensors["cells"], tensors["layers"], tensors["normal"])
        counted = tf.reduce_sum(tf.maximum(tf.reduce_mean(divergence, axis=0), self._options.free_bits))
        figures = {"energy_loss": energies, "cell_loss": cells, "divergence": tf.reduce_sum(divergence, axis=1)}
        return energies + cells + self._options.kl_weight * counted, figures
