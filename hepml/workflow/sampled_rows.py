"""Some rows of a part, kept while its batches go by: the same ones every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Batch

LARGEST_BYTES = 2**27
"""Of the dense arrays that a sample keeps."""


class SampledRows:
    """Keeps rows at even distances in the order in which they come, so that every input has its share.

    Parameters
    ----------
    total : int
        Rows that will come.
    wanted : int
        Rows to keep; fewer where there are not so many, or where they would take more than `LARGEST_BYTES`.
    arrays : mapping of str to ArraySpec
        Batch arrays to keep.
    """

    def __init__(self, total: int, wanted: int, arrays: Mapping[str, ArraySpec]) -> None:
        row_bytes = sum(int(np.prod(spec.shape)) * np.dtype(spec.dtype).itemsize for spec in arrays.values())
        self._names = tuple(arrays)
        self._total = total
        self._n = min(total, wanted, LARGEST_BYTES // max(row_bytes, 1))
        self._seen = 0
        self._kept: list[Batch] = []

    def add(self, batch: Batch) -> None:
        """Take the next batch."""
        chosen = evenly_spread(self._seen, batch.n, wanted=self._n, total=self._total)
        self._seen += batch.n
        if len(chosen):
            self._kept.append(_rows(batch, chosen, self._names))

    def joined(self) -> Batch | None:
        """Return the rows in the order of the dataset; None where there are none."""
        if not self._kept:
            return None
        order = np.argsort(np.concatenate([batch.row for batch in self._kept]), kind="stable")
        first = self._kept[0]
        return Batch(
            inputs={name: _joined([batch.inputs[name] for batch in self._kept], order) for name in first.inputs},
            label=_joined([batch.label for batch in self._kept], order),
            weight=_joined([batch.weight for batch in self._kept], order),
            spectators={
                name: _joined([batch.spectators[name] for batch in self._kept], order) for name in first.spectators
            },
            row=_joined([batch.row for batch in self._kept], order),
        )


def evenly_spread(first: int, n: int, *, wanted: int, total: int) -> NDArray[np.int64]:
    """Return which of n places, the first of them `first` of `total`, are among `wanted` at even distances.

    Examples
    --------
    >>> evenly_spread(0, 4, wanted=3, total=6).tolist(), evenly_spread(4, 2, wanted=3, total=6).tolist()
    ([1, 3], [1])
    """
    place = first + np.arange(n)
    return np.flatnonzero((place + 1) * wanted // max(total, 1) > place * wanted // max(total, 1))


def _rows(batch: Batch, chosen: NDArray[np.int64], names: Sequence[str]) -> Batch:
    return Batch(
        inputs={name: batch.inputs[name][chosen] for name in names},
        label=batch.label[chosen],
        weight=batch.weight[chosen],
        spectators={name: values[chosen] for name, values in batch.spectators.items()},
        row=batch.row[chosen],
    )


def _joined(pieces: Sequence[NDArray[Any]], order: NDArray[np.int64]) -> NDArray[Any]:
    return np.concatenate(pieces)[order]
