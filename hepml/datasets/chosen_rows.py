"""Single rows of a dataset as a dense batch, wherever they are: for a look at events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Batch, Representation
from hepml.datasets.part_reader import PartReader
from hepml.datasets.row_groups import RowGroup
from hepml.datasets.sparse_rows import joined
from hepml.errors import DatasetError
from hepml.recipe import N_BUCKETS


def read_chosen(
    groups: Sequence[RowGroup],
    rows: NDArray[np.int64],
    *,
    representations: Mapping[str, Representation],
    fields: Mapping[str, tuple[str, ...]],
    spectators: Sequence[str],
) -> Batch:
    """Return some rows as one batch, with their stored weights; reads the row groups that they are in.

    Parameters
    ----------
    groups : sequence of RowGroup
        All of the dataset, in row order.
    rows : array of int64, shape (n,)
        Row numbers, increasing, one or more.
    representations, fields, spectators
        As in `PartReader`.

    Raises
    ------
    DatasetError
        There is no such row, or a shard is missing or damaged.
    """
    wanted = np.asarray(rows, np.int64)
    n_rows = groups[-1].first_row + groups[-1].n_rows
    if not len(wanted) or (np.diff(wanted) <= 0).any() or wanted[0] < 0 or wanted[-1] >= n_rows:
        msg = f"rows must be one or more increasing numbers below {n_rows}, found {wanted.tolist()[:10]}: sort them"
        raise DatasetError(msg)
    every, scale = np.ones(N_BUCKETS, np.bool_), {group.input: 1.0 for group in groups}
    reader = PartReader(every, representations, fields, tuple(spectators), scale, training=None)
    pieces = []
    for group in groups:
        inside = wanted[(wanted >= group.first_row) & (wanted < group.first_row + group.n_rows)] - group.first_row
        if len(inside):
            pieces.append(reader.read(group).take(inside))
    return reader.batch(joined(pieces))
