"""What is judged of an output: all of it, or of a distribution over many places what it chooses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import TaskSpec


def judged_outputs(
    task: TaskSpec, outputs: Mapping[str, NDArray[np.float32]], targets: Mapping[str, NDArray[Any]]
) -> dict[str, NDArray[np.float32]]:
    """Return the kept outputs as `Predictions` hold them; `targets` are those of outputs judged by their choice."""
    return {
        o.name: chosen(outputs[o.name], targets[o.name]) if o.judged == "choice" else outputs[o.name] for o in task.kept
    }


def chosen(probability: NDArray[np.float32], target: NDArray[Any]) -> NDArray[np.float32]:
    """Return the most probable place and the probability of the true one, shape (…, 2).

    Parameters
    ----------
    probability : array, shape (…, n_places)
        Of each place.
    target : array, shape (…, 1)
        The true place; NaN where there is none, and any other number that is no place: its probability is NaN.

    Examples
    --------
    >>> chosen(np.array([[0.5, 0.25, 0.25], [0.0, 0.0, 1.0]]), np.array([[1.0], [np.nan]])).tolist()
    [[0.0, 0.25], [2.0, nan]]
    """
    number = np.asarray(target, np.float64)
    known = (number >= 0) & (number < probability.shape[-1])
    place = np.where(known, number, 0).astype(np.int64)
    of_truth = np.where(known, np.take_along_axis(probability, place, axis=-1), np.nan)
    best = probability.argmax(axis=-1)[..., None]
    return np.concatenate([best, of_truth], axis=-1).astype(np.float32)
