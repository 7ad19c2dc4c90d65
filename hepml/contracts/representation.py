"""What a representation is: columnar events ↔ stored columns ↔ dense batch arrays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError

CombineRule = Literal["sum", "min", "max", "same"]
"""How the values of an example's parts become one: none depends on their order; NaN in a part is NaN in the whole."""


@dataclass(frozen=True)
class RepresentationSpec:
    """What rebuilds a representation: its kind (a key of the table of them) and its options as plain JSON."""

    kind: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class ArraySpec:
    """Shape of one dense array of a batch, without the leading batch axis.

    Attributes
    ----------
    shape : tuple of int
        Shape of one example, e.g. ``(37, 37, 3)``.
    dtype : str
        NumPy dtype name, ``"float32"`` for nearly all.
    role : str
        What a backbone may do with it: ``"image"`` (height, width, channel), ``"table"`` (feature; NaN where missing),
        ``"sequence"`` (item, feature), ``"mask"`` (item; true where real), ``"map"`` (anything else dense).
    features : tuple of str
        Names of the last axis (channels, columns), with their units: ``"pt [GeV]"``.  One normalisation constant each,
        unless `moments_shape` says otherwise.
    axes : tuple of (str, float, float)
        Quantity with unit, lower and upper edge of each axis of an image, in the order of `shape`: what a plot writes.
    moments_shape : tuple of int
        Trailing axes of `shape` over which moments are kept apart: ``(37, 37, 3)`` for one per pixel and channel,
        ``(11,)`` for one per column, ``()`` for none (a mask).
    categories : tuple of int
        Per feature of a table: 0 for a number, k for the codes 0 to k − 1 of a category; empty: all numbers.
    may_miss : tuple of bool
        Per feature of a table or sequence: whether NaN is declared to mean missing; empty: none.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    role: str = "map"
    features: tuple[str, ...] = ()
    moments_shape: tuple[int, ...] = ()
    axes: tuple[tuple[str, float, float], ...] = ()
    categories: tuple[int, ...] = ()
    may_miss: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Moments:
    """Count, sum and sum of squares of features, by group (a bucket of the split).

    All of shape ``(n_groups, *moments_shape)``.

    Empty cells of an image count as zeros, missing values of a table and the padding of a sequence do not count.
    """

    count: NDArray[np.float64]
    total: NDArray[np.float64]
    total_squares: NDArray[np.float64]

    def __post_init__(self) -> None:
        if not (self.count.shape == self.total.shape == self.total_squares.shape):
            msg = f"moments of shapes {self.count.shape}, {self.total.shape}, {self.total_squares.shape}: must be equal"
            raise ShapeError(msg)

    def __add__(self, other: Moments) -> Moments:
        """Return the moments of both samples together."""
        return Moments(self.count + other.count, self.total + other.total, self.total_squares + other.total_squares)

    def select(self, groups: NDArray[np.bool_]) -> Moments:
        """Return the sum over the chosen groups, with one group left."""
        return Moments(
            self.count[groups].sum(axis=0, keepdims=True),
            self.total[groups].sum(axis=0, keepdims=True),
            self.total_squares[groups].sum(axis=0, keepdims=True),
        )

    def mean(self) -> NDArray[np.float64]:
        """Return the mean of each feature; 0 where nothing was counted."""
        return np.divide(self.total, self.count, out=np.zeros_like(self.total), where=self.count > 0)

    def std(self) -> NDArray[np.float64]:
        """Return the standard deviation of each feature (population); 0 where nothing was counted."""
        square = np.divide(self.total_squares, self.count, out=np.zeros_like(self.total), where=self.count > 0)
        return np.sqrt(np.clip(square - self.mean() ** 2, 0.0, None))


class Representation(ABC):
    """Columnar events ↔ stored columns (sparse, ragged) ↔ dense batch arrays.

    A representation holds only its options: no state from data, no randomness.  `encode` of a whole sample equals the
    concatenation of `encode` of its parts, and one row depends on no other row.
    """

    @property
    @abstractmethod
    def spec(self) -> RepresentationSpec:
        """What rebuilds this representation."""

    @property
    @abstractmethod
    def columns(self) -> Mapping[str, str]:
        """Names of the input columns it needs → unit, e.g. ``{"pt": "GeV"}``; jagged or flat as its docstring says."""

    @property
    @abstractmethod
    def missing_allowed(self) -> frozenset[str]:
        """Input columns in which NaN is a declared missing value and not an error."""

    @property
    @abstractmethod
    def arrays(self) -> Mapping[str, ArraySpec]:
        """The dense arrays of a batch by suffix: ``{"": …}`` for one, ``{"view0": …, "view1": …}`` for several."""

    @abstractmethod
    def encode(self, columns: ak.Array) -> ak.Array:
        """Turn columnar events, one row per example, into a record array of stored columns with as many rows.

        Each stored column is a flat number or one level of list; numbers have fixed types, whatever the input's.
        """

    @abstractmethod
    def decode(self, stored: ak.Array) -> dict[str, NDArray[Any]]:
        """Turn stored columns into the dense arrays of `arrays`, each with a leading axis of ``len(stored)``."""

    @abstractmethod
    def moments(self, stored: ak.Array, group: NDArray[np.int64], *, n_groups: int) -> dict[str, Moments]:
        """Return, per array with a `moments_shape`, the moments of its features in each group.

        `group` has one entry per row, in ``[0, n_groups)``.
        """


class Additive(ABC):
    """What a `Representation` is as well if several rows can be parts of one example (`Examples.partial`)."""

    @abstractmethod
    def combine(self, stored: ak.Array, group: NDArray[np.int64], *, n_groups: int) -> ak.Array:
        """Return one row of stored columns per group, of the same types, from the rows of its parts.

        The result depends neither on the order of rows nor on how an example was cut into parts, to the last bit:
        sums are of whole numbers, since those of others round differently in every cut.

        Parameters
        ----------
        stored : awkward record array
            Of `encode`.
        group : array of int64, shape (n_rows,)
            The example of each row, in ``[0, n_groups)``; each has at least one row.
        n_groups : int
            Number of examples.

        Raises
        ------
        ShapeError
            The parts of an example contradict one another.
        """


class Reversible(Representation):
    """What a `Representation` is as well if what a model has made can be turned back into columns."""

    @abstractmethod
    def columns_of(self, dense: Mapping[str, NDArray[Any]]) -> ak.Array:
        """Return the columns that `encode` takes, one row per example, from the dense arrays of `arrays`.

        Raises
        ------
        ShapeError
            An array is absent or has another shape.
        """


def batch_name(input_name: str, suffix: str) -> str:
    """Return the name of a batch array: the input's own name, or ``<input>_<suffix>`` where there are several.

    Examples
    --------
    >>> batch_name("image", ""), batch_name("event", "view0")
    ('image', 'event_view0')
    """
    return f"{input_name}_{suffix}" if suffix else input_name
