"""Cells of showers inside a network: numbers that are cut at 0, scaled to the energies of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import norm

from hepml.networks.keras_import import import_keras

_MOST_X = 30.0
_SOFT_ON = 0.3


def censored_averages(
    on_logit: NDArray[np.float32], mean: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and standard deviation of the normal number that, cut at 0, is on as often and as large as a cell.

    Parameters
    ----------
    on_logit, mean : array of float32, shape (n_cells,)
        Logit of how often a cell is on, and the mean of x where it is.

    Examples
    --------
    >>> [round(float(each[0]), 3) for each in censored_averages(np.zeros(1), np.full(1, 0.798))]
    [0.0, 1.0]
    """
    on = 1 / (1 + np.exp(-np.asarray(on_logit, np.float64)))
    pull = ndtri(on)
    spread = np.maximum(mean, 1e-3) / (pull + norm.pdf(pull) / on)
    return (pull * spread).astype(np.float32), spread.astype(np.float32)


def scaled_cells(drawn: Any, layer_energy: Any, n_cells: Sequence[int]) -> list[Any]:
    """Return x = ln(energy / least energy) of the cells of each layer, 0 where they are off.

    Parameters
    ----------
    drawn : tensor, shape (n, n_cells)
        x before it is cut at 0.
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
        layers.append(on * ops.relu(x + shift) * ops.cast(wanted > 0, "float32"))
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
