"""A whole part in memory, for what cannot learn from pieces."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Batch, BatchSource
from hepml.errors import DatasetError

LARGEST_WHOLE_BYTES = 8 * 2**30
"""Of the dense arrays of `as_arrays`."""


def as_arrays(source: BatchSource, *, max_rows: int | None = None) -> Batch:
    """Return a whole part as one batch, in the order of its rows.

    Parameters
    ----------
    source : BatchSource
        The part.
    max_rows : int, optional
        The largest number of rows that is accepted; by default as many as take 8 GiB of dense arrays.

    Raises
    ------
    DatasetError
        The part is larger.
    """
    row_bytes = sum(int(np.prod(spec.shape)) * np.dtype(spec.dtype).itemsize for spec in source.arrays.values())
    most = LARGEST_WHOLE_BYTES // max(row_bytes, 1) if max_rows is None else max_rows
    if source.n_rows > most:
        msg = (
            f"the part has {source.n_rows} rows ({source.n_rows * row_bytes / 2**30:.3g} GiB dense), more than the "
            f"{most} that are taken into memory at once: choose smaller inputs, a smaller part, or a model that learns "
            "from batches"
        )
        raise DatasetError(msg)
    n = source.n_rows
    inputs = {name: np.empty((n, *spec.shape), dtype=spec.dtype) for name, spec in source.arrays.items()}
    label, weight, row = np.empty(n, np.int32), np.empty(n, np.float64), np.empty(n, np.int64)
    spectators: dict[str, NDArray[Any]] = {}
    start = 0
    for batch in source.ordered():
        rows = slice(start, start + batch.n)
        label[rows], weight[rows], row[rows] = batch.label, batch.weight, batch.row
        for name, values in batch.inputs.items():
            inputs[name][rows] = values
        for name, values in batch.spectators.items():
            spectators.setdefault(name, np.empty(n, values.dtype))[rows] = values
        start += batch.n
    return Batch(inputs, label, weight, spectators, row)
