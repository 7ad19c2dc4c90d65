"""A whole part in memory as one matrix, for what cannot learn from batches."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, BatchSource, Normalisation, TaskSpec
from hepml.networks.target_scaling import NO_SCALING, Scaling
from hepml.networks.targets import targets_of


@dataclass(frozen=True)
class Matrix:
    """A part in the order of its rows.

    Attributes
    ----------
    features : array of float64, shape (n, f)
        All inputs, flat, side by side; float64 is what scikit-learn would copy anything else into.
    targets : mapping of str to array of float32, shape (n, size)
        By output: 1 for the signal of a binary task, as its score; one-hot for more classes; (standardised) numbers.
    weight : array of float64, shape (n,)
        Training weights.
    """

    features: NDArray[np.float64]
    targets: Mapping[str, NDArray[np.float32]]
    weight: NDArray[np.float64]


def read_matrix(
    source: BatchSource, arrays: Mapping[str, ArraySpec], task: TaskSpec, scaling: Scaling = NO_SCALING
) -> Matrix:
    """Read a part in the order of its rows.

    Raises
    ------
    DatasetError
        An example has no label, or a target is no spectator of the part.
    """
    features = np.empty((source.n_rows, sum(math.prod(spec.shape) for spec in arrays.values())))
    targets = {o.name: np.empty((source.n_rows, o.size), dtype=np.float32) for o in task.outputs}
    weight = np.empty(source.n_rows)
    start = 0
    for batch in source.ordered():
        rows = slice(start, start + batch.n)
        features[rows] = flat_features(batch.inputs, arrays)
        for name, values in targets_of(task, batch, scaling).items():
            targets[name][rows] = values
        weight[rows] = batch.weight
        start += batch.n
    return Matrix(features, targets, weight)


def flat_features(inputs: Mapping[str, NDArray[Any]], arrays: Mapping[str, ArraySpec]) -> NDArray[np.float64]:
    """Return all inputs, flattened, side by side in the order of `arrays`, shape (n, f).

    What is no code of its category becomes NaN: a code that was never declared says as much as a missing one.
    """
    flat = [np.asarray(inputs[name]).reshape(len(inputs[name]), math.prod(spec.shape)) for name, spec in arrays.items()]
    features = np.concatenate(flat, axis=1, dtype=np.float64)
    for column, size in enumerate(flat_categories(arrays)):
        if size:
            codes = features[:, column]
            codes[~((codes >= 0) & (codes < size) & (codes == np.floor(codes)))] = np.nan
    return features


def flat_categories(arrays: Mapping[str, ArraySpec]) -> tuple[int, ...]:
    """Return for each column of `flat_features` its number of codes, 0 for a number."""
    return tuple(size for spec in arrays.values() for size in (spec.categories or (0,) * math.prod(spec.shape)))


def flat_may_miss(arrays: Mapping[str, ArraySpec]) -> tuple[bool, ...]:
    """Return for each column of `flat_features` whether it is declared that it may be missing."""
    return tuple(may for spec in arrays.values() for may in (spec.may_miss or (False,) * math.prod(spec.shape)))


def by_array(offset: NDArray[Any], scale: NDArray[Any], arrays: Mapping[str, ArraySpec]) -> dict[str, Normalisation]:
    """Return constants of the columns of `flat_features`, shape (f,) each, by batch name."""
    result, start = {}, 0
    for name, spec in arrays.items():
        columns = slice(start, start + math.prod(spec.shape))
        one, other = (values[columns].astype(np.float32).reshape(spec.shape) for values in (offset, scale))
        result[name], start = Normalisation(one, other), columns.stop
    return result
