"""A whole part in memory as one matrix, for what cannot learn from batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, BatchSource, TaskSpec
from hepml.networks.targets import targets_of


@dataclass(frozen=True)
class Matrix:
    """Features, shape (n, f), float64 (what scikit-learn would copy anything else into); class index; weight."""

    features: NDArray[np.float64]
    target: NDArray[np.int32]
    weight: NDArray[np.float64]


def read_matrix(source: BatchSource, arrays: Mapping[str, ArraySpec], task: TaskSpec) -> Matrix:
    """Read a part in the order of its rows.

    The target of a binary task is 1 for the signal, as its score.

    Raises
    ------
    DatasetError
        An example has no label.
    """
    width = sum(int(np.prod(spec.shape)) for spec in arrays.values())
    features = np.empty((source.n_rows, width))
    target = np.empty(source.n_rows, dtype=np.int32)
    weight = np.empty(source.n_rows)
    start = 0
    for batch in source.ordered():
        rows = slice(start, start + batch.n)
        features[rows] = flat_features(batch.inputs, arrays)
        wanted = targets_of(task, batch)[task.outputs[0].name]
        target[rows] = wanted.argmax(axis=1) if wanted.shape[1] > 1 else wanted[:, 0]
        weight[rows] = batch.weight
        start += batch.n
    return Matrix(features, target, weight)


def flat_features(inputs: Mapping[str, NDArray[Any]], arrays: Mapping[str, ArraySpec]) -> NDArray[np.float64]:
    """Return all inputs, flattened, side by side in the order of `arrays`, shape (n, f)."""
    flat = [np.asarray(inputs[name]).reshape(len(inputs[name]), -1) for name in arrays]
    return np.concatenate(flat, axis=1, dtype=np.float64)
