"""A density of a few numbers under conditions, by maximum likelihood: mixtures of normals, one after the other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from hepml.networks.dense_blocks import dense
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream

Floats = NDArray[np.float64]

LEAST_LOG_WIDTH = -5.0
_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_HALVINGS = 40
_LEAST_SHARE = 1e-7


class ConditionalMixtures:
    """p(y₁ | c) p(y₂ | c, y₁) …, where each factor is a mixture of normals whose constants a small network gives.

    As a map of each yᵢ to its cumulative probability it is a flow as well (`to_normal`, `from_normal`): independent
    standard normal numbers become y, and the other way round.

    Parameters
    ----------
    n_conditions, n_variables : int
        Numbers in c and y; y is standardised.
    components : int
        Normals of each mixture.
    width : int
        Of the two hidden layers.
    seeds : SeedStream
        For the first weights.
    """

    def __init__(self, n_conditions: int, n_variables: int, *, components: int, width: int, seeds: SeedStream) -> None:
        import tensorflow as tf

        self.components, self.n_variables = components, n_variables
        self._models = [self._factor(n_conditions + known, width, seeds) for known in range(n_variables)]
        self._compiled = [
            tf.function(
                model, input_signature=[tf.TensorSpec((None, model.input.shape[1]), tf.float32)], autograph=False
            )
            for model in self._models
        ]

    @property
    def variables(self) -> list[Any]:
        """Everything that is trained."""
        return [variable for model in self._models for variable in model.trainable_variables]

    def loss(self, conditions: Any, values: Any) -> Any:
        """Return −ln p of each row, shape (n,), of tensors (n, n_conditions) and (n, n_variables)."""
        ops = import_keras().ops
        total: Any = 0.0
        for known, model in enumerate(self._models):
            share, mean, log_width = self._constants(model(ops.concatenate([conditions, values[:, :known]], axis=1)))
            pull = (values[:, known : known + 1] - mean) * ops.exp(-log_width)
            terms = ops.log_softmax(share) - log_width - 0.5 * pull * pull - _HALF_LOG_2PI
            total = total - ops.logsumexp(terms, axis=1)
        return total

    def to_normal(self, conditions: NDArray[np.float32], values: NDArray[Any]) -> Floats:
        """Return independent standard normal numbers, shape (n, n_variables), as which `values` are distributed."""
        found = np.empty(values.shape)
        for known in range(self.n_variables):
            mixture = self._mixture(conditions, values[:, :known], known)
            below = _cumulative(values[:, known], mixture)
            found[:, known] = ndtri(below.clip(_LEAST_SHARE, 1 - _LEAST_SHARE))
        return found

    def from_normal(self, conditions: NDArray[np.float32], normal: NDArray[Any]) -> Floats:
        """Return what `to_normal` has made `normal` of; of random numbers: a draw from the density."""
        made = np.empty(normal.shape)
        for known in range(self.n_variables):
            mixture = self._mixture(conditions, made[:, :known], known)
            made[:, known] = _quantile(ndtr(normal[:, known].astype(np.float64)), mixture)
        return made

    def _factor(self, n_inputs: int, width: int, seeds: SeedStream) -> Any:
        keras = import_keras()
        given = keras.layers.Input((n_inputs,))
        features = dense(width, seeds)(dense(width, seeds)(given))
        return keras.Model(given, dense(3 * self.components, seeds, activation=None, spread=0.05)(features))

    def _constants(self, raw: Any) -> tuple[Any, Any, Any]:
        """Return logits of shares, means, and logarithms of widths, (n, components) each; means start apart."""
        ops = import_keras().ops
        share, mean, log_width = ops.split(raw, 3, axis=1)
        apart = np.linspace(-1, 1, self.components, dtype=np.float32)
        return share, mean + apart, ops.maximum(log_width, LEAST_LOG_WIDTH)

    def _mixture(self, conditions: NDArray[np.float32], before: NDArray[Any], known: int) -> tuple[Floats, ...]:
        given = np.concatenate([conditions, before], axis=1).astype(np.float32)
        raw = self._constants(self._compiled[known](given))
        share, mean, log_width = (np.asarray(each, np.float64) for each in raw)
        share = np.exp(share - share.max(axis=1, keepdims=True))
        return share / share.sum(axis=1, keepdims=True), mean, np.exp(log_width)


def _cumulative(value: Floats, mixture: tuple[Floats, ...]) -> Floats:
    share, mean, width = mixture
    return np.asarray((share * ndtr((value[:, None] - mean) / width)).sum(axis=1))


def _quantile(wanted: Floats, mixture: tuple[Floats, ...]) -> Floats:
    """Return where the cumulative probability is `wanted`, by halving: it increases."""
    _, mean, width = mixture
    low, high = (mean - 6 * width).min(axis=1), (mean + 6 * width).max(axis=1)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        below = _cumulative(middle, mixture) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(0.5 * (low + high))
