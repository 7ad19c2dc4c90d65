"""Inputs made up to find out whether two forms of a model agree, the odd ones included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Normalisation

N_ODD = 3
"""Rows at the beginning that are all zero, all missing where that is allowed, and a hundred times too large."""


def synthetic_inputs(
    arrays: Mapping[str, ArraySpec], constants: Mapping[str, Normalisation], *, n: int, seed: int
) -> dict[str, NDArray[Any]]:
    """Return batch arrays of n rows like those of the training: spread over twice its standard deviations.

    Missing values stand where they are declared, codes of categories are uniform, with one that is none, and nine in
    ten values of an image are zero.  Sequences are of any length from none on, and what is padding is not zero.

    Parameters
    ----------
    arrays : mapping of str to ArraySpec
        What a model reads.
    constants : mapping of str to Normalisation
        By batch name; arrays without are spread around 0.
    n : int
        At least `N_ODD`.
    seed : int
        Of all of it.
    """
    rng = np.random.default_rng(seed)
    return {name: _array(spec, constants.get(name), n, rng).astype(spec.dtype) for name, spec in arrays.items()}


def _array(spec: ArraySpec, known: Normalisation | None, n: int, rng: np.random.Generator) -> NDArray[Any]:
    if spec.role == "mask":
        n_real = rng.integers(0, spec.shape[0] + 1, n)
        return np.arange(spec.shape[0]) < n_real[:, None]
    offset, scale = (0.0, 1.0) if known is None else (known.offset, known.scale)
    values = np.asarray(offset + 2 * np.asarray(scale) * rng.normal(size=(n, *spec.shape)))
    if spec.role == "image":
        values = np.where(rng.random(values.shape) < 0.9, 0.0, np.abs(values))
    for column, size in enumerate(spec.categories):
        if size:
            values[..., column] = rng.integers(0, size + 1, n)
    values[0], values[2] = 0.0, 100 * values[2]
    may_miss = np.flatnonzero(spec.may_miss)
    for place in may_miss:
        values[rng.random(values.shape[:-1]) < 0.2, place] = np.nan
    values[1, ..., may_miss] = np.nan
    return values
