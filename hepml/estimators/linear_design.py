"""From flat features to the columns of a linear model: standardised numbers, indicators, one column per code."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Normalisation
from hepml.estimators.matrix import by_array, flat_categories, flat_may_miss


@dataclass(frozen=True)
class LinearDesign:
    """The columns of a linear model on the features of `flat_features`.

    Attributes
    ----------
    offset, scale : array of float64, shape (n_numbers,)
        Of the training part; the offset is the mean, which stands in where a number is missing.
    numbers, indicated : sequence of int
        Columns that are numbers, and which of them have an indicator: 1 where it is missing.
    categories : sequence of (int, int)
        Column and number of codes of each category; what is no code is 0 in all of its columns.
    """

    offset: NDArray[np.float64]
    scale: NDArray[np.float64]
    numbers: Sequence[int]
    indicated: Sequence[int]
    categories: Sequence[tuple[int, int]]

    @property
    def n_columns(self) -> int:
        """Number of columns of the design matrix."""
        return len(self.numbers) + len(self.indicated) + sum(size for _, size in self.categories)

    def columns(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the design matrix, shape (n, n_columns)."""
        scaled = (features[:, self.numbers] - self.offset) / self.scale
        codes = [features[:, [column]] == np.arange(size) for column, size in self.categories]
        return np.concatenate(
            [np.where(np.isnan(scaled), 0.0, scaled), np.isnan(features[:, self.indicated]), *codes],
            axis=1,
            dtype=np.float64,
        )


def typical_inputs(design: LinearDesign, arrays: Mapping[str, ArraySpec]) -> dict[str, Normalisation]:
    """Return the constants of the numbers, by batch name; 0 and 1 where there are codes."""
    offset, scale = np.zeros(len(flat_categories(arrays))), np.ones(len(flat_categories(arrays)))
    offset[design.numbers], scale[design.numbers] = design.offset, design.scale
    return by_array(offset, scale, arrays)


def linear_design(
    arrays: Mapping[str, ArraySpec], offset: NDArray[np.float64], scale: NDArray[np.float64]
) -> LinearDesign:
    """Return the design for these arrays with given constants."""
    sizes, may_miss = flat_categories(arrays), flat_may_miss(arrays)
    numbers = [column for column, size in enumerate(sizes) if size == 0]
    indicated = [column for column in numbers if may_miss[column]]
    categories = [(column, size) for column, size in enumerate(sizes) if size]
    return LinearDesign(offset, scale, numbers, indicated, categories)


def fitted_design(arrays: Mapping[str, ArraySpec], features: NDArray[np.float64]) -> LinearDesign:
    """Return the design whose constants are mean and σ of these features; a constant one is only shifted."""
    numbers = [column for column, size in enumerate(flat_categories(arrays)) if size == 0]
    values = features[:, numbers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column that is missing everywhere
        mean, std = np.nan_to_num(np.nanmean(values, axis=0)), np.nan_to_num(np.nanstd(values, axis=0))
    scale = np.where(std > 1e-7 * np.abs(mean), std, 1.0)
    return linear_design(arrays, mean, scale)
