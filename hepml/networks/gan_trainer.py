"""Adversarial training of a generator of showers: two players, each with its own optimiser (arXiv:1406.2661)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.networks.conditional_mixtures import ConditionalMixtures
from hepml.networks.generator_trainer import batch_signature
from hepml.networks.shower_gan import ShowerDiscriminator, ShowerGenerator, made_layers, real_layers
from hepml.networks.weight_average import WeightAverage


@dataclass(frozen=True)
class Game:
    """How the two play.

    Attributes
    ----------
    wasserstein : bool
        The critic's mean scores are driven apart (arXiv:1701.07875); else the non-saturating loss.
    gradient_penalty : float
        Weight of (|∇| − 1)² between real and made showers (arXiv:1704.00028), or without `wasserstein` of ½|∇|² at real
        ones (arXiv:1801.04406).
    discriminator_rate : float
        Learning rate of the discriminator over that of the generator.
    discriminator_steps : int
        Its steps for each one of the generator.
    warm_up_steps : int
        Steps in which the generator is fitted by the likelihood of independent cells, before the game.
    """

    wasserstein: bool
    gradient_penalty: float
    discriminator_rate: float
    discriminator_steps: int
    warm_up_steps: int


class GanTrainer:
    """Make the steps of a game.

    Parameters
    ----------
    energies : ConditionalMixtures
        Fitted in the same steps, by its own likelihood.
    generator, discriminator : ShowerGenerator, ShowerDiscriminator
        The players.
    game : Game
        Its rules.
    optimisers : sequence of keras.optimizers.Optimizer
        Of energies, generator and discriminator; not built yet.
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
        optimisers: Sequence[Any],
        sizes: Mapping[str, int],
        weight_average: float,
    ) -> None:
        self._energies, self._generator, self._discriminator = energies, generator, discriminator
        self._game, self._optimisers = game, tuple(optimisers)
        players: tuple[Any, ...] = (energies, generator, discriminator)
        for optimiser, player in zip(optimisers, players, strict=True):
            optimiser.build(player.variables)
        self.weights = [*energies.variables, *generator.variables]
        self._average = WeightAverage(self.weights, momentum=weight_average) if weight_average else None
        self._warm_up, self._judge, self._play = self._compiled(sizes)

    @property
    def variables(self) -> list[Any]:
        """Everything that a step changes: both players, three optimisers, the average."""
        states = [variable for optimiser in self._optimisers for variable in optimiser.variables]
        average = self._average.variables if self._average else []
        return [*self.weights, *self._discriminator.variables, *states, *average]

    @property
    def n_steps(self) -> int:
        """Steps that were made."""
        return int(self._optimisers[0].iterations)

    def train(
        self, tensors: Mapping[str, NDArray[Any]], weight: NDArray[np.float32], *, learning_rate: float
    ) -> dict[str, float]:
        """Make one step of each player whose turn it is; return the sums of the figures over the examples."""
        step, arguments = self.n_steps, (dict(tensors), weight, np.float32(learning_rate))
        if step < self._game.warm_up_steps:
            found = self._warm_up(*arguments)
        else:
            found = self._judge(*arguments)
            if step % self._game.discriminator_steps == 0:
                found |= self._play(*arguments)
        return {name: float(value) * len(weight) for name, value in found.items()}

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Give the model the averaged weights, if they are averaged, for the length of the block."""
        if self._average is None:
            yield
            return
        with self._average.applied():
            yield

    def _compiled(self, sizes: Mapping[str, int]) -> tuple[Any, Any, Any]:
        import tensorflow as tf

        signature = batch_signature(sizes), tf.TensorSpec((None,), tf.float32), tf.TensorSpec((), tf.float32)
        steps = (self._warm_up_step, self._discriminator_step, self._generator_step)
        return tuple(tf.function(step, autograph=False).get_concrete_function(*signature) for step in steps)

    def _warm_up_step(self, tensors: Any, weight: Any, rate: Any) -> dict[str, Any]:
        """Fit energies and generator by likelihood."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            each = self._generator.loss(tensors["latent"], tensors["layers"], tensors["cells"])
            loss = _mean(weight, each)
        norm = self._apply(1, tape, loss, rate)
        energy = self._fit_energies(tensors, weight, rate)
        self._take_average()
        return {"loss": loss + energy, "energy_loss": energy, "generator_loss": loss, "generator_gradient": norm}

    def _discriminator_step(self, tensors: Any, weight: Any, rate: Any) -> dict[str, Any]:
        """Improve the discriminator; the energies are fitted on the way."""
        import tensorflow as tf

        game, given = self._game, tensors["layers"]
        real = real_layers(tensors["cells"], self._generator.n_cells)
        made = [tf.stop_gradient(x) for x in self._made(tensors)]
        with tf.GradientTape() as tape:
            of_real, of_made = self._discriminator.score(real, given), self._discriminator.score(made, given)
            apart = _mean(weight, of_real) - _mean(weight, of_made)
            loss = -apart if game.wasserstein else _mean(weight, tf.nn.softplus(-of_real) + tf.nn.softplus(of_made))
            penalty = self._penalty(real, made, given, tensors["between"]) if game.gradient_penalty else 0.0
            total = loss + game.gradient_penalty * penalty
        norm = self._apply(2, tape, total, rate * game.discriminator_rate)
        energy = self._fit_energies(tensors, weight, rate)
        figures = {"discriminator_loss": loss, "discriminator_gradient": norm, "score_difference": apart}
        return {"loss": energy + loss, "energy_loss": energy, **figures}

    def _generator_step(self, tensors: Any, weight: Any, rate: Any) -> dict[str, Any]:
        """Improve the generator."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            score = self._discriminator.score(self._made(tensors), tensors["layers"])
            loss = _mean(weight, -score if self._game.wasserstein else tf.nn.softplus(-score))
        norm = self._apply(1, tape, loss, rate)
        self._take_average()
        return {"generator_loss": loss, "generator_gradient": norm}

    def _made(self, tensors: Any) -> list[Any]:
        normal, energy = tensors["normal"], tensors["layer_energy"]
        return made_layers(self._generator, tensors["latent"], tensors["layers"], normal, energy)

    def _penalty(self, real: list[Any], made: list[Any], given: Any, between: Any) -> Any:
        import tensorflow as tf

        at = [between * a + (1 - between) * b for a, b in zip(real, made, strict=True)]
        at = at if self._game.wasserstein else real
        with tf.GradientTape() as tape:
            tape.watch(at)
            score = self._discriminator.score(at, given)
        squares = sum(tf.reduce_sum(tf.square(each), axis=1) for each in tape.gradient(score, at))
        if self._game.wasserstein:
            return tf.reduce_mean(tf.square(tf.sqrt(squares + 1e-12) - 1))
        return 0.5 * tf.reduce_mean(squares)

    def _fit_energies(self, tensors: Any, weight: Any, rate: Any) -> Any:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = _mean(weight, self._energies.loss(tensors["conditions"], tensors["steps"]))
        self._apply(0, tape, loss, rate)
        return loss

    def _apply(self, player: int, tape: Any, loss: Any, rate: Any) -> Any:
        """Make a step of one optimiser and return the norm of its gradient."""
        import tensorflow as tf

        variables = (self._energies, self._generator, self._discriminator)[player].variables
        gradients, optimiser = tape.gradient(loss, variables), self._optimisers[player]
        optimiser.learning_rate.assign(rate)
        optimiser.apply(gradients, variables)
        return tf.linalg.global_norm(gradients)

    def _take_average(self) -> None:
        if self._average is not None:
            self._average.update(self._optimisers[1].iterations)


def _mean(weight: Any, values: Any) -> Any:
    import tensorflow as tf

    return tf.reduce_mean(weight * values)
