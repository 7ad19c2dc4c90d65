"""From the examples of a chunk to the rows of a shard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import BucketCounts, Examples, Moments, Representation, batch_name
from hepml.errors import HepmlError, ProcessorError
from hepml.processing.buckets import event_buckets, key_column
from hepml.processing.flat_values import flat_values
from hepml.processing.labels import label_indices
from hepml.recipe import N_BUCKETS, Recipe


@dataclass(frozen=True)
class Settings:
    """What of a recipe the rows depend on.

    Attributes
    ----------
    classes : tuple of str
        In label order.
    labels : mapping of str to str or None
        Of each input.
    event_key : tuple of str
        Names of the key columns.
    split_column : str, optional
        A key column that takes the place of the event's hash.
    """

    classes: tuple[str, ...]
    labels: Mapping[str, str | None]
    event_key: tuple[str, ...]
    split_column: str | None


def settings_of(recipe: Recipe) -> Settings:
    """Return what of a recipe the rows depend on."""
    labels = {name: spec.label for name, spec in recipe.inputs.items()}
    return Settings(recipe.class_names, labels, tuple(recipe.event_key), recipe.split.column)


@dataclass(frozen=True)
class StoredRows:
    """The rows of one shard.

    Attributes
    ----------
    columns : mapping of str to array with n rows
        By the name of the shard's column, without ``bucket``: what the digest is taken of.
    bucket : array of uint8, shape (n,)
        Bucket of the split.
    stored : mapping of str to awkward record array
        Encoded inputs, by input name.
    """

    columns: Mapping[str, Any]
    bucket: NDArray[np.uint8]
    stored: Mapping[str, ak.Array]

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.bucket)


def stored_rows(examples: Examples, input_name: str, settings: Settings) -> StoredRows:
    """Encode the inputs of examples and give the rest fixed types.

    Raises
    ------
    ProcessorError
        A part of the examples does not fit; says which.
    ShapeError
        Of a representation.
    """
    stored = {name: _encode(name, *pair) for name, pair in examples.inputs.items()}
    columns: dict[str, Any] = {
        f"{name}.{field}": record[field] for name, record in stored.items() for field in record.fields
    }
    columns["label"] = label_indices(
        examples.label, n=examples.n, default=settings.labels.get(input_name), classes=settings.classes
    )
    weight = np.ones(examples.n) if examples.weight is None else _flat("weight", examples.weight)
    columns["weight"] = weight.astype(np.float64)
    for name, values in examples.spectators.items():
        columns[f"spectator.{name}"] = _fixed_type(_flat(f"spectators[{name!r}]", values))
    _refuse_sums_of_floats(examples, columns)
    for name, values in (examples.key or {}).items():
        columns[f"key.{name}"] = key_column(name, values)
    bucket = event_buckets(examples, event_key=settings.event_key, split_column=settings.split_column)
    return StoredRows(columns, bucket, stored)


def bucket_counts(rows: StoredRows, *, n_classes: int) -> BucketCounts:
    """Return rows, Σw and Σw² by class and bucket; unlabelled rows come last."""
    label = rows.columns["label"].astype(np.int64)
    cell = np.where(label < 0, n_classes, label) * N_BUCKETS + rows.bucket
    weight = rows.columns["weight"]

    def sums(of_row: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.bincount(cell, weights=of_row, minlength=(n_classes + 1) * N_BUCKETS)
        return total.astype(np.float64).reshape(n_classes + 1, N_BUCKETS)

    return BucketCounts(sums(np.ones(rows.n)).astype(np.int64), sums(weight), sums(weight**2))


def bucket_moments(rows: StoredRows, representations: Mapping[str, Representation]) -> dict[str, Moments]:
    """Return the moments of every batch array by bucket, by batch name."""
    group = rows.bucket.astype(np.int64)
    return {
        batch_name(name, suffix): moments
        for name, representation in representations.items()
        for suffix, moments in representation.moments(rows.stored[name], group, n_groups=N_BUCKETS).items()
    }


def _encode(name: str, representation: Any, data: ak.Array) -> ak.Array:
    try:
        record = representation.encode(data)
    except HepmlError as problem:
        msg = f"input {name!r}: {problem}"
        raise type(problem)(msg) from None
    if len(record) != len(data):
        msg = (
            f"input {name!r}: {type(representation).__name__} encodes {len(data)} rows as {len(record)}: must be equal"
        )
        raise ProcessorError(msg)
    return record


def _refuse_sums_of_floats(examples: Examples, columns: Mapping[str, Any]) -> None:
    """Their rounding depends on how the files are cut into chunks, and so would the digest."""
    for name, rule in (examples.partial or {}).items():
        dtype = columns[f"spectator.{name}"].dtype
        if rule == "sum" and dtype.kind == "f":
            msg = f"Examples.partial sums spectator {name!r} of {dtype}: give whole numbers, in a small enough unit"
            raise ProcessorError(msg)


def _flat(name: str, values: Any) -> NDArray[Any]:
    """Return one number per example, NaN for None."""
    array, offsets = flat_values(values)
    if len(array) != len(offsets) - 1 or not np.array_equal(offsets, np.arange(len(offsets))):
        found = " ".join(str(ak.type(values)).split())
        msg = f"Examples.{name} must hold one number per example, found {found}: pick one, as ak.firsts does"
        raise ProcessorError(msg)
    return array


def _fixed_type(values: NDArray[Any]) -> NDArray[Any]:
    """Return float32, float64 or int64, so that all shards agree."""
    if values.dtype.kind == "f":
        return values if values.dtype.itemsize >= 4 else values.astype(np.float32)
    return values.astype(np.int64)
