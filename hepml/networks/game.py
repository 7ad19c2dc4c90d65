"""The rules of an adversarial game: what the two players lose, and the penalty of the one that judges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Score = Callable[[Sequence[Any]], Any]
"""From the cells of each layer to how real showers look, shape (n,)."""


@dataclass(frozen=True)
class Game:
    """How the two play.

    Attributes
    ----------
    wasserstein : bool
        The mean scores are driven apart (arXiv:1701.07875); else the non-saturating loss (arXiv:1406.2661).
    gradient_penalty : float
        Weight of (|∇| − 1)² between real and made showers (arXiv:1704.00028), or without `wasserstein` of ½|∇|² at real
        ones (arXiv:1801.04406).
    rate, discriminator_rate : float
        Learning rate of the generator over that of its warm-up, and of the discriminator over that of the generator.
    discriminator_steps : int
        Its steps for each one of the generator.
    warm_up_steps : int
        Steps in which the generator is fitted by the likelihood of independent cells, before the game.
    watching_steps : int
        The last ones of these, in which the discriminator learns already.
    """

    wasserstein: bool
    gradient_penalty: float
    rate: float
    discriminator_rate: float
    discriminator_steps: int
    warm_up_steps: int
    watching_steps: int

    def turns(self, step: int) -> list[str]:
        """Return what is done in a step: a warm-up, which the discriminator watches in the end, then the game.

        Examples
        --------
        >>> game = Game(False, 1.0, 0.1, 1.0, discriminator_steps=2, warm_up_steps=2, watching_steps=1)
        >>> [" ".join(game.turns(step)[1:]) for step in range(4)]
        ['warm_up', 'discriminator warm_up', 'discriminator generator', 'discriminator']
        """
        in_game = step >= self.warm_up_steps
        turns = ["energies"]
        if step >= self.warm_up_steps - self.watching_steps:
            turns.append("discriminator")
        if not in_game or step % self.discriminator_steps == 0:
            turns.append("generator" if in_game else "warm_up")
        return turns

    def generator_loss(self, score: Any) -> Any:
        """Return the loss of each shower that was made, shape (n,)."""
        import tensorflow as tf

        return -score if self.wasserstein else tf.nn.softplus(-score)

    def discriminator_loss(self, of_real: Any, of_made: Any) -> Any:
        """Return the loss of each pair of a real shower and one that was made, shape (n,)."""
        import tensorflow as tf

        if self.wasserstein:
            return of_made - of_real
        return tf.nn.softplus(-of_real) + tf.nn.softplus(of_made)

    def penalty(self, score: Score, real: Sequence[Any], made: Sequence[Any], between: Any) -> Any:
        """Return the mean of what a steep score costs; `between`, shape (n, 1), are numbers from 0 to 1."""
        import tensorflow as tf

        mixed = [between * a + (1 - between) * b for a, b in zip(real, made, strict=True)]
        at = mixed if self.wasserstein else list(real)
        with tf.GradientTape() as tape:
            tape.watch(at)
            found = score(at)
        squares = sum(tf.reduce_sum(tf.square(each), axis=1) for each in tape.gradient(found, at))
        if self.wasserstein:
            return tf.reduce_mean(tf.square(tf.sqrt(squares + 1e-12) - 1))
        return 0.5 * tf.reduce_mean(squares)
