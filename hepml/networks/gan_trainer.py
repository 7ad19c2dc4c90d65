"""Adversarial training of a generator of showers: two players, each with its own optimiser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.networks.conditional_mixtures import ConditionalMixtures
from hepml.networks.game import Game
from hepml.networks.generator_trainer import batch_signature
from hepml.networks.shower_gan import ShowerDiscriminator, ShowerGenerator, made_layers, real_layers
from hepml.networks.weight_average import WeightAverage

_PLAYERS = ("energies", "generator", "discriminator")


class GanTrainer:
    """Make the steps of a game; the energies are fitted in the same steps, by their own likelihood.

    Parameters
    ----------
    energies, generator, discriminator : ConditionalMixtures, ShowerGenerator, ShowerDiscriminator
        Each has its own optimiser.
    game : Game
        Its rules.
    optimisers : mapping of str to keras.optimizers.Optimizer
        By the names of these three; not built yet.
    sizes : mapping of str to int
        Of the last axis of each tensor of a batch.
    weight_average : float
        Momentum of the average of the weights of energies and generator; 0 for none.
    """

    def __init__(
        self,
        energies: ConditionalMixtures,
        generator: ShowerGenerator,
        discriminator: ShowerDiscriminator,
        *,
        game: Game,
        optimisers: Mapping[str, Any],
        sizes: Mapping[str, int],
        weight_average: float,
    ) -> None:
        self._energies, self._generator, self._discriminator = energies, generator, discriminator
        self._game, self._optimisers = game, dict(optimisers)
        models: tuple[Any, ...] = (energies, generator, discriminator)
        self._trained = {name: model.variables for name, model in zip(_PLAYERS, models, strict=True)}
        for name, variables in self._trained.items():
            self._optimisers[name].build(variables)
        self.weights = [*self._trained["energies"], *self._trained["generator"]]
        self._average = WeightAverage(self.weights, momentum=weight_average) if weight_average else None
        self._steps = self._compiled(sizes)

    @property
    def variables(self) -> list[Any]:
        """Everything that a step changes: all three, their optimisers, the average."""
        states = [variable for name in _PLAYERS for variable in self._optimisers[name].variables]
        average = self._average.variables if self._average else []
        return [*self.weights, *self._trained["discriminator"], *states, *average]

    @property
    def n_steps(self) -> int:
        """Steps that were made."""
        return int(self._optimisers["energies"].iterations)

    def train(
        self, tensors: Mapping[str, NDArray[Any]], weight: NDArray[np.float32], *, learning_rate: float
    ) -> dict[str, float]:
        """Make a step of each whose turn it is; return the sums of the figures over the examples."""
        found: dict[str, Any] = {}
        for name in self._game.turns(self.n_steps):
            found |= self._steps[name](dict(tensors), weight, np.float32(learning_rate))
        sums = {name: float(value) * len(weight) for name, value in found.items()}
        return {"loss": sums["energy_loss"] + sums.get("generator_loss", 0.0), **sums}

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Give the model the averaged weights, if they are averaged, for the length of the block."""
        if self._average is None:
            yield
            return
        with self._average.applied():
            yield

    def _compiled(self, sizes: Mapping[str, int]) -> dict[str, Any]:
        import tensorflow as tf

        signature = batch_signature(sizes), tf.TensorSpec((None,), tf.float32), tf.TensorSpec((), tf.float32)
        steps = {
            "energies": self._fit_energies,
            "warm_up": self._warm_up,
            "discriminator": self._discriminate,
            "generator": self._generate,
        }
        return {
            name: tf.function(step, input_signature=signature, autograph=False)  # traced when its turn comes
            for name, step in steps.items()
        }

    def _fit_energies(self, tensors: Any, weight: Any, rate: Any) -> dict[str, Any]:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = _mean(weight, self._energies.loss(tensors["conditions"], tensors["steps"]))
        self._apply("energies", tape, loss, rate)
        return {"energy_loss": loss}

    def _warm_up(self, tensors: Any, weight: Any, rate: Any) -> dict[str, Any]:
        """Fit the generator by the likelihood of cells."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = _mean(weight, self._generator.loss(tensors["latent"], tensors["layers"], tensors["cells"]))
        norm = self._apply("generator", tape, loss, rate)
        self._take_average()
        return {"generator_loss": loss, "generator_gradient_norm": norm}

    def _discriminate(self, tensors: Any, weight: Any, rate: Any) -> dict[str, Any]:
        """Improve the discriminator."""
        import tensorflow as tf

        real = real_layers(tensors["cells"], self._generator.n_cells)
        made = [tf.stop_gradient(x) for x in self._made(tensors)]

        def score(layers: Any) -> Any:
            return self._discriminator.score(layers, tensors["layers"])

        with tf.GradientTape() as tape:
            of_real, of_made = score(real), score(made)
            total = loss = _mean(weight, self._game.discriminator_loss(of_real, of_made))
            if self._game.gradient_penalty:
                penalty = self._game.penalty(score, real, made, tensors["between"])
                total = loss + self._game.gradient_penalty * penalty
        norm = self._apply("discriminator", tape, total, rate * self._game.rate * self._game.discriminator_rate)
        apart = _mean(weight, of_real - of_made)
        return {"discriminator_loss": loss, "discriminator_gradient_norm": norm, "score_difference": apart}

    def _generate(self, tensors: Any, weight: Any, rate: Any) -> dict[str, Any]:
        """Improve the generator."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            score = self._discriminator.score(self._made(tensors), tensors["layers"])
            loss = _mean(weight, self._game.generator_loss(score))
        norm = self._apply("generator", tape, loss, rate * self._game.rate)
        self._take_average()
        return {"generator_loss": loss, "generator_gradient_norm": norm}

    def _made(self, tensors: Any) -> list[Any]:
        uniform, energy = tensors["uniform"], tensors["layer_energy"]
        return made_layers(self._generator, tensors["latent"], tensors["layers"], uniform, energy)

    def _apply(self, name: str, tape: Any, loss: Any, rate: Any) -> Any:
        """Make a step of one optimiser and return the norm of its gradient."""
        import tensorflow as tf

        variables, optimiser = self._trained[name], self._optimisers[name]
        gradients = tape.gradient(loss, variables)
        optimiser.learning_rate.assign(rate)
        optimiser.apply(gradients, variables)
        return tf.linalg.global_norm(gradients)

    def _take_average(self) -> None:
        if self._average is not None:
            self._average.update(self._optimisers["generator"].iterations)


def _mean(weight: Any, values: Any) -> Any:
    import tensorflow as tf

    return tf.reduce_mean(weight * values)
