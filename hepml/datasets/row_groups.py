"""Row groups: the pieces in which shards are read, and their order in an epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Manifest
from hepml.errors import DatasetError
from hepml.io.shards import row_group_rows


@dataclass(frozen=True)
class RowGroup:
    """One row group of one shard.

    Attributes
    ----------
    path : Path
        The shard.
    input : str
        Input of the recipe that the shard belongs to.
    shard, index : int
        Number of the shard in the manifest, and of the group in the shard.
    first_row : int
        Number of its first row in the dataset: shards follow each other in the order of the manifest.
    n_rows : int
        Its rows.
    """

    path: Path
    input: str
    shard: int
    index: int
    first_row: int
    n_rows: int


def list_row_groups(folder: Path, manifest: Manifest) -> tuple[RowGroup, ...]:
    """Return all row groups of a dataset in the order of their rows; reads the footers of the shards.

    Raises
    ------
    DatasetError
        A shard is missing or cut short, or has not the rows that the manifest says.
    """
    groups: list[RowGroup] = []
    first_row = 0
    for number, shard in enumerate(manifest.shards):
        path = folder / shard.path
        sizes = row_group_rows(path)
        if sum(sizes) != shard.rows:
            msg = (
                f"{path}: the shard has {sum(sizes)} rows and the manifest says {shard.rows}: "
                "delete it and run `hepml process` again on this dataset"
            )
            raise DatasetError(msg)
        for index, n_rows in enumerate(sizes):
            if n_rows:
                groups.append(RowGroup(path, shard.input, number, index, first_row, n_rows))
            first_row += n_rows
    return tuple(groups)


def epoch_order(groups: Sequence[RowGroup], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return an order of row groups in which any stretch represents the whole dataset.

    Within a shard the groups come in random order and evenly spread over the epoch, so a stretch holds every part of
    every shard.  The groups of an input, so ordered, are then spread over the epoch by their rows, so a stretch
    holds every input in proportion to within one group, however many shards it has and however small they are.

    Parameters
    ----------
    groups : sequence of RowGroup
        All groups.
    rng : numpy.random.Generator
        The epoch's own.

    Returns
    -------
    array of int64, shape (n_groups,)
        Indices into `groups`, each once.
    """
    shard = np.array([group.shard for group in groups], dtype=np.int64)
    rows = np.array([group.n_rows for group in groups], dtype=np.float64)
    _, source = np.unique(np.array([group.input for group in groups], dtype=str), return_inverse=True)
    order = np.lexsort((rng.random(len(groups)), shard))
    in_shard = (_before(shard[order], np.ones(len(groups))) + rng.random(len(groups))) / _total(shard)[order]
    by_source = order[np.lexsort((in_shard, source[order]))]
    start = _before(source[by_source], rows[by_source])
    place = (start + rng.random(len(groups)) * rows[by_source]) / np.maximum(_total(source, rows)[by_source], 1.0)
    return by_source[np.argsort(place, kind="stable")]


def _total(key: NDArray[np.int64], values: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return, for each entry, the sum of values (or the number) of all entries with its key."""
    return np.bincount(key, weights=values)[key].astype(np.float64)


def _before(key: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return, for each entry of a list sorted by key, the sum of values before it with the same key."""
    running = np.cumsum(values) - values
    first = np.searchsorted(key, key)
    return running - running[first]
