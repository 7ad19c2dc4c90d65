"""The items of sequences as arrays of one type, which of their values are missing, and what is counted of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError
from hepml.representations.ragged import ragged_columns
from hepml.representations.sequence_options import SequenceOptions
from hepml.representations.sequence_transform import outside_domain


@dataclass(frozen=True)
class ItemCounts:
    """What the items of each example are, each of shape (n_rows,) and int64.

    Attributes
    ----------
    n_items : array
        Items of the sequence: what a model reads.
    n_truncated : array
        Items beyond its length.
    n_sentinel : array
        Values of all items given that are declared to be missing.
    n_not_finite : array
        Items given with an undeclared NaN, an infinity or what has no logarithm, whatever becomes of them.
    """

    n_items: NDArray[np.int64]
    n_truncated: NDArray[np.int64]
    n_sentinel: NDArray[np.int64]
    n_not_finite: NDArray[np.int64]


@dataclass(frozen=True)
class Items:
    """All items of all examples; row i has the items ``offsets[i]:offsets[i + 1]``, from 0 on and without gaps.

    Attributes
    ----------
    offsets : array of int64, shape (n_rows + 1,)
        Of the rows.
    values : dict of str to array of float32, shape (n_items,)
        By column.
    declared, bad : dict of str to array of bool, shape (n_items,)
        By column: what is declared to be missing, and what is not and still no finite number.
    """

    offsets: NDArray[np.int64]
    values: dict[str, NDArray[np.float32]]
    declared: dict[str, NDArray[np.bool_]]
    bad: dict[str, NDArray[np.bool_]]

    @classmethod
    def of(cls, columns: ak.Array, options: SequenceOptions) -> Items:
        """Read the columns of the options.

        Raises
        ------
        ShapeError
            A column is absent, is not one list of numbers per row, or differs from another in the lengths of its lists.
        """
        offsets, contents = ragged_columns(columns, options.column_names)
        with np.errstate(over="ignore"):
            # As float32 before anything else, so that the input's precision decides neither order nor sentinels.
            values = {
                name: np.ascontiguousarray(content[offsets[0] : offsets[-1]], dtype=np.float32)
                for name, content in contents.items()
            }
        declared, bad = {}, {}
        for feature in options.features:
            given = values[feature.name]
            missing = np.isnan(given) if feature.missing else np.zeros(len(given), np.bool_)
            for sentinel in feature.sentinels:
                missing |= given == np.float32(sentinel)
            declared[feature.name] = missing
            bad[feature.name] = outside_domain(given, feature) & ~missing
        for name in set(values) - set(declared):  # what orders, and is no feature
            declared[name], bad[name] = np.zeros(len(values[name]), np.bool_), ~np.isfinite(values[name])
        return cls(offsets - offsets[0], values, declared, bad)

    @property
    def row(self) -> NDArray[np.int64]:
        """The example of each item."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    @property
    def any_bad(self) -> NDArray[np.bool_]:
        """Which items have a value that is bad."""
        return np.logical_or.reduce(list(self.bad.values()))

    def refuse_bad(self) -> None:
        """Refuse undeclared values that are no finite number.

        Raises
        ------
        ShapeError
            Names the column, how many there are and the first.
        """
        for name, bad in self.bad.items():
            if bad.any():
                first = int(np.argmax(bad))
                msg = (
                    f"column {name!r} holds {np.count_nonzero(bad)} values that are NaN, infinite or without "
                    f"logarithm, the first is {self.values[name][first]:g} in row {self.row[first]}: declare them "
                    "`missing`, or set not_finite: missing or drop_item"
                )
                raise ShapeError(msg)

    def per_row(self, chosen: NDArray[Any]) -> NDArray[np.int64]:
        """Return the sum of a number per item over the items of each row."""
        sums = np.bincount(self.row, weights=chosen, minlength=len(self.offsets) - 1)
        return sums.astype(np.int64)
