"""Losses of outputs per item: an example counts once, by the mean over its items that have a target."""

from __future__ import annotations

import math
from typing import Any

from hepml.contracts import OutputSpec
from hepml.networks.keras_import import import_keras


def gaussian_likelihood(output: OutputSpec, target: Any, logits: Any) -> Any:
    """Return −ln of the normal density of the standardised target, shape (n,): the mean over items (1810.06111).

    Parameters
    ----------
    output : OutputSpec
        Of d features.
    target : tensor, shape (n, length, d)
        NaN in any feature: the item does not count.
    logits : tensor, shape (n, length, d + d(d + 1)/2)
        As `standardised_gaussian` reads them.
    """
    from hepml.networks.gaussian import standardised_gaussian

    ops = import_keras().ops
    missing = ops.any(ops.isnan(target), axis=-1, keepdims=True)
    # Zero before the loss, not after it: the gradient of NaN times zero is NaN.
    known = ops.where(missing, ops.zeros_like(target), target)
    mean, rows = standardised_gaussian(logits, output.target_size or 1)
    whitened: list[Any] = []  # z of L z = target − mean, by forward substitution
    for i, row in enumerate(rows):
        left = known[..., i] - mean[..., i] - sum(row[j] * whitened[j] for j in range(i))
        whitened.append(left / row[i])
    squares = sum(ops.square(z) for z in whitened)
    log_width = sum(ops.log(row[i]) for i, row in enumerate(rows))
    loss = 0.5 * squares + log_width + 0.5 * len(rows) * math.log(2 * math.pi)
    return _mean_of_known(loss, missing[..., 0])


def sparse_crossentropy(_output: OutputSpec, target: Any, logits: Any) -> Any:
    """Return −ln of the probability of the true place, shape (n,): the mean over items.

    The target, shape (n, length, 1), is the number of the place; an item with NaN, or with none of the places, does not
    count.
    """
    ops = import_keras().ops
    number = target[..., 0]
    counts = ops.logical_and(number >= 0, number < logits.shape[-1])  # false for NaN
    place = ops.cast(ops.where(counts, number, ops.zeros_like(number)), "int32")
    loss = ops.sparse_categorical_crossentropy(place, logits, from_logits=True)
    return _mean_of_known(loss, ops.logical_not(counts))


def _mean_of_known(loss: Any, missing: Any) -> Any:
    """Return the mean over the items that count, shape (n,); 0 for an example without any."""
    ops = import_keras().ops
    n_known = ops.sum(ops.cast(ops.logical_not(missing), "float32"), axis=-1)
    total = ops.sum(ops.where(missing, ops.zeros_like(loss), loss), axis=-1)
    return total / ops.maximum(n_known, 1.0)
