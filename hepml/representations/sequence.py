"""Sequences: the items of an example in order, as many as there are, padded and masked at the batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Moments, Representation, RepresentationSpec
from hepml.errors import ShapeError
from hepml.representations.groups import checked_groups
from hepml.representations.ragged import flat_column, list_column, ragged_columns, record
from hepml.representations.sequence_items import ItemCounts, Items
from hepml.representations.sequence_kernel import choose_items, scatter_items
from hepml.representations.sequence_options import TRANSFORMS_COLUMN, SequenceOptions
from hepml.representations.sequence_transform import feature_name, transformed, transforms_checksum
from hepml.representations.table_moments import add_moments


class Sequence(Representation):
    """Sequences of items, tracks of a jet for instance, with some features each.

    Input columns are jagged, one list of numbers per example: the features, in the unit that each states, and the
    column of the order where it is no feature.  An example without items is an empty sequence.

    Each feature is stored as a list of float32 under its own name, as given, in order, and cut to `length`; what is
    missing is NaN.  Transforms are applied when a batch is made; ``transforms`` is a checksum of them, so that datasets
    that differ in them alone have different digests and are not decoded by one another's options.

    The batch has two arrays: the items, 0 in the places that are padding and NaN where a value is missing, and
    ``mask``, true where an item is real.

    Examples
    --------
    >>> tracks = Sequence(SequenceOptions(features=["pt", {"name": "d0", "missing": -1}], order="pt", length=3))
    >>> dense = tracks.decode(tracks.encode(ak.Array({"pt": [[1.0, 4.0]], "d0": [[0.5, -1.0]]})))
    >>> dense[""].tolist(), dense["mask"].tolist()
    ([[[4.0, nan], [1.0, 0.5], [0.0, 0.0]]], [[True, True, False]])
    """

    Options = SequenceOptions

    def __init__(self, options: SequenceOptions) -> None:
        self.options = options

    @property
    def spec(self) -> RepresentationSpec:
        """What rebuilds this representation."""
        return RepresentationSpec("sequence", self.options.model_dump(mode="json"))

    @property
    def columns(self) -> Mapping[str, str]:
        """Jagged input columns → unit."""
        units = {feature.name: feature.unit for feature in self.options.features}
        return {name: units.get(name, "1") for name in self.options.column_names}

    @property
    def missing_allowed(self) -> frozenset[str]:
        """The features that declare `missing`; all columns, where what is not finite is not refused."""
        if self.options.not_finite != "refuse":
            return frozenset(self.options.column_names)
        return frozenset(feature.name for feature in self.options.features if feature.missing)

    @property
    def arrays(self) -> Mapping[str, ArraySpec]:
        """The items, shape (length, n_features), with moments per feature, and their mask, shape (length,)."""
        features, length = self.options.features, self.options.length
        all_may = self.options.not_finite == "missing"
        may_miss = tuple(all_may or bool(feature.missing) for feature in features)
        return {
            "": ArraySpec(
                (length, len(features)),
                role="sequence",
                features=tuple(feature_name(feature) for feature in features),
                moments_shape=(len(features),),
                may_miss=may_miss if any(may_miss) else (),
            ),
            "mask": ArraySpec((length,), dtype="bool", role="mask"),
        }

    def counts(self, columns: ak.Array) -> ItemCounts:
        """Return how many items of each example are kept and truncated, and how many values are missing or bad.

        For selections and spectators; nothing is refused for its value.

        Raises
        ------
        ShapeError
            As `encode`, for columns that do not fit.
        """
        items = Items.of(columns, self.options)
        _, offsets, n_truncated = self._chosen(items)
        n_declared = np.sum([items.declared[feature.name] for feature in self.options.features], axis=0)
        return ItemCounts(np.diff(offsets), n_truncated, items.per_row(n_declared), items.per_row(items.any_bad))

    def encode(self, columns: ak.Array) -> ak.Array:
        """Turn jagged columns, one row per example, into lists of float32 in order and of at most `length` items.

        Raises
        ------
        ShapeError
            A column is absent, is not one list of numbers per row, or differs from another in the lengths of its
            lists; or a value is not finite where that is refused.
        """
        items = Items.of(columns, self.options)
        if self.options.not_finite == "refuse":
            items.refuse_bad()
        chosen, offsets, _ = self._chosen(items)
        stored: dict[str, Any] = {}
        for feature in self.options.features:
            values = items.values[feature.name][chosen]
            values[(items.declared[feature.name] | items.bad[feature.name])[chosen]] = np.nan
            stored[feature.name] = list_column(offsets, values)
        stored[TRANSFORMS_COLUMN] = np.full(len(columns), transforms_checksum(self.options), np.uint32)
        return record(stored, n_rows=len(columns))

    def decode(self, stored: ak.Array) -> dict[str, NDArray[Any]]:
        """Turn stored lists into C-contiguous arrays, (n_rows, length, n_features) of float32 and (n_rows, length).

        Raises
        ------
        ShapeError
            The sequences were stored with other transforms, or are longer.
        """
        offsets, values = self._values(stored)
        longest = int(np.diff(offsets).max(initial=0))
        if longest > self.options.length:
            msg = (
                f"stored sequences have up to {longest} items, more than length {self.options.length}: decode with the "
                "options they were made with"
            )
            raise ShapeError(msg)
        dense = np.zeros((len(stored), *self.arrays[""].shape), np.float32)
        mask = np.zeros((len(stored), self.options.length), np.bool_)
        scatter_items(offsets, values, dense, mask)
        return {"": dense, "mask": mask}

    def moments(self, stored: ak.Array, group: NDArray[np.int64], *, n_groups: int) -> dict[str, Moments]:
        """Return the moments of every feature in each group, over real items; padding and what is missing do not count.

        Raises
        ------
        ShapeError
            Groups or stored sequences do not fit.
        """
        group = checked_groups(group, n_rows=len(stored), n_groups=n_groups)
        offsets, values = self._values(stored)
        sums = np.zeros((3, n_groups, values.shape[1]))
        add_moments(values, np.repeat(group, np.diff(offsets)), sums)
        return {"": Moments(sums[0], sums[1], sums[2])}

    def _chosen(self, items: Items) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return which items are kept, in order, their offsets, and how many there were beyond the length."""
        drops = self.options.not_finite == "drop_item"
        kept = ~items.any_bad if drops else np.ones(int(items.offsets[-1]), np.bool_)
        chosen: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]] = choose_items(
            items.offsets, kept, self._key(items), self.options.length
        )
        return chosen

    def _key(self, items: Items) -> NDArray[np.float32]:
        """Return what rises along a sequence, infinity for what has no value; empty for the order as given."""
        order = self.options.order
        if order is None:
            return np.empty(0, np.float32)
        key = items.values[order.by]
        key = np.abs(key) if order.absolute else key
        unknown = items.declared[order.by] | items.bad[order.by]
        return np.where(unknown, np.float32(np.inf), -key if order.descending else key)

    def _values(self, stored: ak.Array) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the offsets of rows, from 0 on, and what a model reads of their items, shape (n_items, n_features)."""
        features = self.options.features
        if (flat_column(stored, TRANSFORMS_COLUMN) != transforms_checksum(self.options)).any():
            msg = "stored sequences have other features or transforms: decode with the options they were made with"
            raise ShapeError(msg)
        offsets, lists = ragged_columns(stored, [feature.name for feature in features])
        values = np.empty((int(offsets[-1] - offsets[0]), len(features)), np.float32)
        for place, feature in enumerate(features):
            values[:, place] = transformed(lists[feature.name][offsets[0] : offsets[-1]], feature)
        return offsets - offsets[0], values
