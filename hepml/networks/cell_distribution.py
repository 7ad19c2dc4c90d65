"""How the energy of a cell is distributed: nothing, or something above what is read out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from hepml.networks.keras_import import import_keras

_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_LOG_WIDTHS = (-5.0, 2.0)
_DEEPEST = 4.0  # standard deviations that a mean may lie below the threshold
_STEP = 3.0  # what the network's numbers are multiplied by, so that they are of order 1

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class CellDistribution:
    """A cell is on or off; if it is on, x = ln(energy / least energy) is a mixture of normals above 0.

    A network gives 1 + 3 k numbers for each cell: how far it is from the averages, which are constants.  Given these
    numbers cells are independent: all correlations are those of the numbers.

    Attributes
    ----------
    on_logit, mean, spread : array of float32, shape (c,)
        Averages over the training showers: the logit of how often a cell is on; mean and standard deviation of x.
    components : int
        k.
    """

    on_logit: Floats
    mean: Floats
    spread: Floats
    components: int

    @property
    def size(self) -> int:
        """Numbers for each cell."""
        return 1 + 3 * self.components

    def constants(self, raw: Any) -> tuple[Any, Any, Any, Any]:
        """Return logits of being on, (n, c); logits of shares, means and logarithms of widths, (n, c, k) each."""
        ops, k = import_keras().ops, self.components
        apart = np.linspace(-0.5, 0.5, k, dtype=np.float32) if k > 1 else np.zeros(1, np.float32)
        mean = self.mean[:, None] + self.spread[:, None] * (apart + _STEP * raw[..., 1 + k : 1 + 2 * k])
        log_width = ops.clip(np.log(self.spread)[:, None] + _STEP * raw[..., 1 + 2 * k :], *_LOG_WIDTHS)
        return (
            raw[..., 0] + self.on_logit,
            raw[..., 1 : 1 + k],
            ops.maximum(mean, -_DEEPEST * ops.exp(log_width)),
            log_width,
        )

    def loss(self, raw: Any, x: Any) -> Any:
        """Return −ln of the likelihood of the cells of each shower, shape (n,); x is 0 where a cell is off."""
        import tensorflow as tf

        ops = import_keras().ops
        logit, share, mean, log_width = self.constants(raw)
        on = ops.cast(x > 0, "float32")
        inverse = ops.exp(-log_width)
        pull = (x[..., None] - mean) * inverse
        above = 0.5 * tf.math.erfc(-mean * inverse / math.sqrt(2))
        terms = ops.log_softmax(share) - log_width - 0.5 * pull * pull - _HALF_LOG_2PI - ops.log(above)
        return ops.sum(ops.softplus(logit) - on * (logit + ops.logsumexp(terms, axis=-1)), axis=1)

    def draw(self, constants: tuple[Any, ...], rng: np.random.Generator, *, starts: NDArray[np.int64]) -> Floats:
        """Return x, shape (n, c), of what `constants` has given, as arrays.

        Each layer has at least one cell that is on; `starts` are the numbers of the first cells of layers.
        """
        logit, share, mean, log_width = constants
        on = rng.random(logit.shape, np.float32) < 1 / (1 + np.exp(-logit))
        _fill_empty_layers(on, logit, rng.random((len(logit), len(starts))), starts)
        # As many numbers are drawn as there are cells: what a row gets depends on no other row.
        which, place = (rng.random(logit.shape, np.float32)[on] for _ in range(2))
        share, mean, width = share[on], mean[on].astype(np.float64), np.exp(log_width[on].astype(np.float64))
        share = np.exp(share - share.max(axis=1, keepdims=True))
        below = np.cumsum(share, axis=1) / share.sum(axis=1, keepdims=True)
        chosen = np.arange(len(below)), (which[:, None] > below[:, :-1]).sum(axis=1)
        mean, width = mean[chosen], width[chosen]
        low = ndtr(-mean / width)
        made = np.zeros(logit.shape, np.float32)
        made[on] = np.maximum(mean + width * ndtri(np.minimum(low + (1 - low) * place, 1 - 1e-7)), 1e-6)
        return made


def _fill_empty_layers(on: NDArray[np.bool_], logit: Floats, place: NDArray[Any], starts: NDArray[np.int64]) -> None:
    """Switch one cell on in each layer that has none: by the probability that it is the only one."""
    empty = ~np.logical_or.reduceat(on, starts, axis=1)
    ends = [*starts[1:], logit.shape[1]]
    for layer, (start, end) in enumerate(zip(starts, ends, strict=True)):
        rows = np.flatnonzero(empty[:, layer])
        odds = np.cumsum(np.exp(logit[rows, start:end].astype(np.float64)), axis=1)
        chosen = (place[rows, layer, None] * odds[:, -1:] > odds[:, :-1]).sum(axis=1)
        on[rows, start + chosen] = True
