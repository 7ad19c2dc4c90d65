"""The conditional adversarial network of showers as an estimator."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Literal

import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import Batch
from hepml.estimators.optimiser import build_optimiser
from hepml.estimators.shower_features import ShowerFeatures
from hepml.estimators.shower_network import Arrays, ShowerNetwork
from hepml.networks.cell_distribution import CellDistribution
from hepml.networks.game import Game
from hepml.networks.gan_trainer import GanTrainer
from hepml.networks.generator_trainer import normal_numbers
from hepml.networks.seeds import SeedStream
from hepml.networks.shower_gan import ShowerDiscriminator, ShowerGenerator
from hepml.options import Options
from hepml.recipe import Training


class GanOptions(Options):
    """Options of the adversarial network."""

    latents: int = pydantic.Field(16, gt=0, le=1024, description="Random numbers that all cells share")
    loss: Literal["non_saturating", "wasserstein"] = "non_saturating"
    gradient_penalty: float = pydantic.Field(
        0.5, ge=0, description="Weight; wasserstein: (|∇| − 1)² between real and made, else ½|∇|² at real showers"
    )
    warm_up_epochs: int = pydantic.Field(
        12, ge=0, description="First epochs, in which the generator learns each cell by itself, by its likelihood"
    )
    game_rate: float = pydantic.Field(0.1, gt=0, description="Learning rate of the generator over that of its warm-up")
    discriminator_steps: int = pydantic.Field(1, gt=0, description="Steps for each one of the generator")
    discriminator_rate: float = pydantic.Field(2.0, gt=0, description="Learning rate over that of the generator")
    beta_1: float = pydantic.Field(0.5, ge=0, lt=1, description="Of both optimisers, where they are of Adam's kind")
    components: int = pydantic.Field(2, gt=0, le=8, description="Normals in the energy spectrum of each cell")
    width: int = pydantic.Field(256, gt=0, description="Units of the layers of both players")
    depth: int = pydantic.Field(2, ge=0, le=20, description="Residual layers of the generator")
    stream: int = pydantic.Field(128, gt=0, description="Units of the stream of each calorimeter layer")
    kernels: int = pydantic.Field(8, gt=0, le=256, description="Features that are compared within a batch")
    energy_components: int = pydantic.Field(8, gt=0, le=64, description="Normals in the density of each energy")
    energy_width: int = pydantic.Field(64, gt=0, description="Units of the networks of the energies")
    weight_average: float = pydantic.Field(0.995, ge=0, lt=1, description="Momentum of the average over steps; 0: none")
    judged_showers: int = pydantic.Field(5000, gt=1, description="Validation showers that each epoch is compared with")


class ShowerGan(ShowerNetwork):
    """An adversarial network of the cells, given conditions and energies of layers."""

    Options: ClassVar[type[GanOptions]] = GanOptions

    @property
    def options(self) -> GanOptions:
        """The model's own options."""
        assert isinstance(self.spec.options, GanOptions)
        return self.spec.options

    @property
    def n_latents(self) -> int:
        """Random numbers that all cells share."""
        return self.options.latents

    def build_cells(self, features: ShowerFeatures, seeds: SeedStream) -> list[Any]:
        """Make both players, and return the weights of the generator."""
        constants, options = features.constants, self.options
        sizes = self.inputs.shower.options.sizes
        n_given = features.n_conditions + len(sizes)
        self.generator = ShowerGenerator(
            n_given,
            [rows * columns for rows, columns in sizes],
            CellDistribution(constants.on_logit, constants.cell_mean, constants.cell_spread, options.components),
            latents=options.latents,
            width=options.width,
            depth=options.depth,
            stream=options.stream,
            seeds=seeds,
        )
        self.discriminator = ShowerDiscriminator(
            n_given, sizes, stream=options.stream, width=options.width, kernels=options.kernels, seeds=seeds
        )
        return self.generator.variables

    def make_cells(
        self, latent: NDArray[np.float32], given: NDArray[np.float32], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return a draw of the cells; what they have in common comes from `latent`."""
        return self.generator.cells.draw(self.generator.constants(latent, given), rng, starts=self.starts)

    def build_trainer(self, training: Training, *, batch_size: int) -> ShowerGanTrainer:
        """Return a trainer of both players and the energies."""
        return ShowerGanTrainer(self, training, batch_size=batch_size)


class ShowerGanTrainer:
    """What the fit loop needs of the game; the noise of a step follows from the seed and its number."""

    def __init__(self, model: ShowerGan, training: Training, *, batch_size: int) -> None:
        self._model, self._features = model, model.fitted()
        options, n_layers, n_conditions = model.options, len(model.starts), self._features.n_conditions
        n_cells = len(self._features.constants.on_logit)
        sizes = {"conditions": n_conditions, "steps": n_layers, "layers": n_conditions + n_layers, "cells": n_cells}
        sizes |= {"layer_energy": n_layers, "latent": options.latents, "uniform": 3 * n_cells, "between": 1}
        per_epoch = math.ceil(model.n_train / batch_size)
        self._trainer = GanTrainer(
            model.energies,
            model.generator,
            model.discriminator,
            game=Game(
                wasserstein=options.loss == "wasserstein",
                gradient_penalty=options.gradient_penalty,
                rate=options.game_rate,
                discriminator_rate=options.discriminator_rate,
                discriminator_steps=options.discriminator_steps,
                warm_up_steps=options.warm_up_epochs * per_epoch,
                watching_steps=min(options.warm_up_epochs, 1) * per_epoch,
            ),
            optimisers={
                "energies": build_optimiser(training.optimiser),
                "generator": _optimiser(training, options.beta_1),
                "discriminator": _optimiser(training, options.beta_1),
            },
            sizes=sizes,
            weight_average=options.weight_average,
        )

    @property
    def variables(self) -> list[Any]:
        """Everything that a step changes."""
        return self._trainer.variables

    @property
    def weights(self) -> list[Any]:
        """What a saved model holds: the discriminator has done its work."""
        return self._trainer.weights

    def train(self, batch: Batch, *, learning_rate: float) -> dict[str, float]:
        """Make one step of each player; return the sums of losses and norms of gradients over the examples."""
        rng, options = np.random.default_rng([self._model.spec.seed, self._trainer.n_steps]), self._model.options
        tensors = self._features.showers(batch.inputs, rng)
        tensors["layer_energy"] = self._layer_energy(tensors["cells"])
        tensors["latent"] = normal_numbers(rng, (batch.n, options.latents))
        tensors["uniform"] = rng.random((batch.n, 3 * tensors["cells"].shape[1]), np.float32)
        tensors["between"] = rng.random((batch.n, 1), np.float32)
        return self._trainer.train(tensors, batch.weight.astype(np.float32), learning_rate=learning_rate)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Give the model the averaged weights for the length of the block."""
        with self._trainer.averaged():
            yield

    def validation_figures(self, arrays: Arrays) -> dict[str, float]:  # noqa: ARG002
        """Return nothing: losses of a game say how the players stand to one another, and not how good they are."""
        return {}

    def _layer_energy(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the energies of layers over the least energy."""
        cells = np.where(x > 0, np.exp(x.astype(np.float64)), 0.0)
        return np.add.reduceat(cells, self._model.starts, axis=1).astype(np.float32)


def _optimiser(training: Training, beta_1: float) -> Any:
    """Return the recipe's optimiser; a game needs less momentum than a fit (arXiv:1511.06434)."""
    made = build_optimiser(training.optimiser)
    if hasattr(made, "beta_1"):
        made.beta_1 = beta_1
    return made
