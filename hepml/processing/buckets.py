"""Buckets: which of the 100 pieces of the split an example belongs to.  All examples of one event share one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Examples
from hepml.errors import ProcessorError, nearest
from hepml.processing.hashing import hash_rows, mix
from hepml.recipe import N_BUCKETS


def event_buckets(examples: Examples, *, event_key: Sequence[str], split_column: str | None) -> NDArray[np.uint8]:
    """Return the bucket of each example.

    Parameters
    ----------
    examples : Examples
        Of one chunk.
    event_key : sequence of str
        Names of the key columns, in the order in which they are hashed.
    split_column : str, optional
        A key column to use in place of the hash: bucket = column mod 100.

    Raises
    ------
    ProcessorError
        A column is missing, or is not of integers.
    """
    if split_column is not None:
        return (_integers(examples.key, split_column) % N_BUCKETS).astype(np.uint8)
    if examples.key is not None:
        return key_buckets([_integers(examples.key, name) for name in event_key])
    columns = {
        f"{name}.{column}": data[column]
        for name, (representation, data) in examples.inputs.items()
        for column in representation.columns
    }
    return content_buckets(columns, np.asarray(examples.object_index.event, np.int64))


def key_buckets(columns: Sequence[NDArray[Any]]) -> NDArray[np.uint8]:
    """Return a hash of integer columns, mod 100.

    Examples
    --------
    >>> key_buckets([np.array([1, 1, 1]), np.array([7, 8, 7])]).tolist()
    [99, 48, 99]
    """
    state = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        state = _mix_array(state ^ _mix_array(column.astype(np.int64, copy=False).view(np.uint64)))
    return (state % np.uint64(N_BUCKETS)).astype(np.uint8)


def content_buckets(columns: Mapping[str, Any], event: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return a hash of the content of each row's event, mod 100: equal events get equal buckets.

    Parameters
    ----------
    columns : mapping of str to array, shape (n, …)
        What models may read, before it is encoded.
    event : array of int64, shape (n,)
        Which event each row comes from.  The hashes of an event's rows are summed.
    """
    low, _ = hash_rows(columns, n_rows=len(event))
    of_event = np.zeros(int(event.max(initial=-1)) + 1, np.uint64)
    np.add.at(of_event, event, low)
    return (_mix_array(of_event)[event] % np.uint64(N_BUCKETS)).astype(np.uint8)


def _mix_array(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return np.asarray(mix(values + np.uint64(0x9E3779B97F4A7C15)), np.uint64)


def _integers(key: Mapping[str, Any] | None, name: str) -> NDArray[np.int64]:
    if key is None or name not in key:
        known = [] if key is None else list(key)
        msg = f"Examples.key lacks {name!r} of the recipe's event_key or split.column: {nearest(name, known)}"
        raise ProcessorError(msg)
    return key_column(name, key[name])


def key_column(name: str, values: Any) -> NDArray[np.int64]:
    """Return a key column as int64.

    Raises
    ------
    ProcessorError
        It is not of integers.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "iub" or array.ndim != 1:
        msg = f"Examples.key[{name!r}] must be integers, one per example, found {array.dtype} of shape {array.shape}"
        raise ProcessorError(msg)
    return array.astype(np.int64)
