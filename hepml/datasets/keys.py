"""Flat columns of single rows, their event keys above all, read when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepml.datasets.row_groups import RowGroup
from hepml.io.shards import read_rows

KEY = "key."


def read_keys(
    groups: Sequence[RowGroup], names: Sequence[str], rows: NDArray[np.int64]
) -> dict[str, NDArray[np.int64]]:
    """Return key columns of some rows of a dataset.

    Parameters
    ----------
    groups : sequence of RowGroup
        All of the dataset, in row order.
    names : sequence of str
        Names of the columns.
    rows : array of int64, shape (n,)
        Row numbers, increasing.

    Raises
    ------
    DatasetError
        A shard is missing or damaged.
    """
    found = read_columns(groups, [KEY + name for name in names], rows)
    return {name: found[KEY + name] for name in names}


def read_columns(
    groups: Sequence[RowGroup], names: Sequence[str], rows: NDArray[np.int64]
) -> dict[str, NDArray[np.int64]]:
    """Return flat columns of whole numbers, by their names in the shards, of some rows; see `read_keys`."""
    result = {name: np.empty(len(rows), np.int64) for name in names}
    for group in groups if names else ():
        first, last = np.searchsorted(rows, [group.first_row, group.first_row + group.n_rows])
        if first == last:
            continue
        found = read_rows(group.path, columns=names, row_group=group.index)
        inside = rows[first:last] - group.first_row
        for name in names:
            result[name][first:last] = np.asarray(found[name])[inside]
    return result
