"""What baselines of the toy have in common: a map of layers and pixels, and the track's pixel on each layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, BatchSource, ModelSpec
from hepml.errors import RecipeError
from hepml.networks.targets import targets_of

LEAST_PROBABILITY = 1e-12
N_WATCHED = 2000
"""Examples of each part of which the loss of a baseline is computed: it is only looked at."""

Pixels = NDArray[np.bool_]
Probability = NDArray[np.float32]


def the_map(spec: ModelSpec) -> str:
    """Return the name of the one map that is read.

    Raises
    ------
    RecipeError
        There is not one of one channel, or the task has other places than its pixels.
    """
    arrays: Mapping[str, ArraySpec] = spec.arrays
    if len(arrays) != 1:
        msg = f"{spec.estimator!r} reads one map of layers and pixels, found {', '.join(arrays)}: name one input"
        raise RecipeError(msg)
    [(name, array)] = arrays.items()
    [output] = spec.task.outputs
    if array.shape != (*output.shape, 1) or output.loss_options.get("ahead"):
        msg = (
            f"{spec.estimator!r} finds the pixel of each layer of {name!r}, shape {array.shape}, and the task is about "
            f"{output.shape}, {output.loss_options.get('ahead', 0)} ahead: set task.options.places and ahead: 0"
        )
        raise RecipeError(msg)
    return name


def on_and_truth(
    source: BatchSource, spec: ModelSpec, *, most: int | None = None
) -> tuple[Pixels, NDArray[np.float32]]:
    """Return the pixels that are on, shape (n, layers, pixels), and the true ones, (n, layers), NaN where unknown.

    Parameters
    ----------
    source : BatchSource
        A part.
    spec : ModelSpec
        Of the model.
    most : int, optional
        Only so many examples, the first ones.
    """
    name, kept, truth, n = the_map(spec), [], [], 0
    [output] = spec.task.outputs
    for batch in source.ordered():
        kept.append(batch.inputs[name][..., 0] > 0)
        truth.append(targets_of(spec.task, batch)[output.name][..., 0])
        n += batch.n
        if most is not None and n >= most:
            break
    return np.concatenate(kept)[:most], np.concatenate(truth)[:most]


def watched_losses(
    parts: Mapping[str, BatchSource | None], spec: ModelSpec, predict: Callable[[Pixels], Probability]
) -> dict[str, float]:
    """Return the mean −ln of the probability of the true pixel, by name of the part, of some examples of each."""
    found = {}
    for name, source in parts.items():
        if source is not None:
            on, truth = on_and_truth(source, spec, most=N_WATCHED)
            found[name] = crossentropy(predict(on), truth)
    return found


def crossentropy(probability: Probability, truth: NDArray[np.float32]) -> float:
    """Return the mean over events of the mean over layers with a known pixel.

    Examples
    --------
    >>> round(crossentropy(np.array([[[0.5, 0.5], [0.1, 0.9]]], np.float32), np.array([[1, np.nan]])), 4)
    0.6931
    """
    known = np.isfinite(truth)
    place = np.where(known, truth, 0).astype(np.int64)[..., None]
    likely = np.take_along_axis(probability, place, axis=2)[..., 0].astype(np.float64)
    loss = np.where(known, -np.log(np.maximum(likely, LEAST_PROBABILITY)), 0.0)
    return float(np.mean(loss.sum(axis=1) / np.maximum(known.sum(axis=1), 1)))


def in_pieces(on: Pixels, function: Callable[[Pixels], Probability], *, rows: int = 1000) -> Probability:
    """Return the probabilities of all examples, shape (n, layers, pixels), found a piece at a time."""
    starts = range(0, len(on), rows)
    pieces = [function(on[start : start + rows]) for start in starts]
    return np.concatenate(list(chain(pieces, [np.empty((0, *on.shape[1:]), np.float32)])))
