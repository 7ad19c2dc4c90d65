"""Cells of showers inside a network: draws and scales that gradients go through."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hepml.networks.keras_import import import_keras

_MOST_X = 30.0
_SOFT_ON = 0.3
_TEMPERATURE = 0.5
_LEAST = 1e-6


def drawn_cells(constants: tuple[Any, ...], uniform: Any) -> Any:
    """Return x of each cell, shape (n, c), drawn from a `CellDistribution`; 0 where it is off.

    Gradients pass to the logit of being on as if the cell were on by a share, and to mean and width of its normal; the
    shares of normals have none.

    Parameters
    ----------
    constants : tuple of tensor
        Of `CellDistribution.constants`.
    uniform : tensor, shape (n, 3 c)
        Numbers from 0 to 1: whether a cell is on, which normal, and the quantile.
    """
    import tensorflow as tf

    ops = import_keras().ops
    logit, share, mean, log_width = constants
    of_on, of_normal, place = ops.split(ops.clip(uniform, _LEAST, 1 - _LEAST), 3, axis=1)
    soft = ops.sigmoid((logit + ops.log(of_on) - ops.log1p(-of_on)) / _TEMPERATURE)
    on = soft + ops.stop_gradient(ops.cast(soft > 0.5, "float32") - soft)
    below = ops.cumsum(tf.nn.softmax(share), axis=-1)[..., :-1]
    which = ops.sum(ops.cast(of_normal[..., None] > below, "int32"), axis=-1)
    chosen = ops.one_hot(which, share.shape[-1])
    mean, width = ops.sum(chosen * mean, axis=-1), ops.exp(ops.sum(chosen * log_width, axis=-1))
    low = 0.5 * tf.math.erfc(mean / width / math.sqrt(2))
    quantile = ops.clip(low + (1 - low) * place, _LEAST, 1 - _LEAST)
    return on * ops.maximum(mean + width * tf.math.ndtri(quantile), _LEAST)


def scaled_cells(drawn: Any, layer_energy: Any, n_cells: Sequence[int]) -> list[Any]:
    """Return x = ln(energy / least energy) of the cells of each layer, 0 where they are off.

    Gradients pass through cells that are off as well: so they can be switched on.

    Parameters
    ----------
    drawn : tensor, shape (n, n_cells)
        x before it is scaled, 0 where a cell is off.
    layer_energy : tensor, shape (n, n_layers)
        Over the least energy; each layer is scaled to it as a whole, and where it is 0 all cells are off.
    n_cells : sequence of int
        Of each layer.
    """
    ops = import_keras().ops
    layers = []
    for index, x in enumerate(split_layers(drawn, n_cells)):
        wanted = layer_energy[:, index : index + 1]
        on = ops.cast(x > 0, "float32")
        found = ops.sum(on * ops.exp(ops.minimum(x, _MOST_X)), axis=1, keepdims=True)
        shift = ops.log(ops.maximum(wanted, 1e-6)) - ops.log(ops.maximum(found, 1e-6))
        free = x + on * shift
        layers.append(free + ops.stop_gradient(on * ops.relu(free) * ops.cast(wanted > 0, "float32") - free))
    return layers


def layer_shapes(x: Any, size: tuple[int, int]) -> Any:
    """Return shape variables of one layer, shape (n, 7), each of order 1: all that a discriminator sees at a glance.

    Means along rows and columns, widths along both, the share of the largest cell, (E₁ − E₂)/(E₁ + E₂) of the two
    largest, and the share of cells that are on.
    """
    import tensorflow as tf

    ops = import_keras().ops
    on = ops.cast(x > 0, "float32")
    energy = on * ops.exp(ops.minimum(x, _MOST_X))
    share = energy / ops.maximum(ops.sum(energy, axis=1, keepdims=True), 1e-6)
    rows, columns = size
    shaped = ops.reshape(share, (-1, rows, columns))
    moments = []
    for axis, n in ((2, rows), (1, columns)):
        place = np.arange(n, dtype=np.float32) - 0.5 * (n - 1)
        along = ops.sum(shaped, axis=axis)
        mean = ops.sum(along * place, axis=1)
        width = ops.sqrt(ops.maximum(ops.sum(along * place**2, axis=1) - mean**2, 0.0) + 1e-4)
        moments += [3 * ops.arcsinh(mean), width]
    first = ops.max(share, axis=1, keepdims=True)
    second = ops.max(tf.where(share < first, share, tf.zeros_like(share)), axis=1, keepdims=True)
    ratio = (first - second) / ops.maximum(first + second, 1e-6)
    soft = ops.mean(ops.minimum(x / _SOFT_ON, 1.0), axis=1, keepdims=True)
    return ops.concatenate([ops.stack(moments, axis=1), first, ratio, soft], axis=1)


def split_layers(values: Any, n_cells: Sequence[int]) -> list[Any]:
    """Return the cells of each layer of a tensor of shape (n, n_cells)."""
    ends = np.cumsum(n_cells)
    return [values[:, int(end) - n : int(end)] for n, end in zip(n_cells, ends, strict=True)]
