"""How many rows are decoded at once and how many are mixed: constants of the rows' sizes, not of the dataset's."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hepml.contracts import ArraySpec, Manifest

MOST_PIECE_ROWS, LEAST_PIECE_ROWS = 8192, 16
PIECE_BYTES = 48 * 2**20
"""Of the dense arrays of one piece."""

MOST_POOL_ROWS = 65_536
POOL_BYTES = 128 * 2**20
"""Of one pool as it lies on disk; in memory it takes up to twice as much."""


def default_piece_rows(arrays: Iterable[ArraySpec]) -> int:
    """Return the largest power of two between 16 and 8192 whose dense arrays take at most 48 MiB.

    Examples
    --------
    >>> default_piece_rows([ArraySpec((37, 37, 3))]), default_piece_rows([ArraySpec((11,))])
    (2048, 8192)
    """
    row_bytes = sum(int(np.prod(spec.shape)) * np.dtype(spec.dtype).itemsize for spec in arrays)
    rows = MOST_PIECE_ROWS
    while rows > LEAST_PIECE_ROWS and rows * row_bytes > PIECE_BYTES:
        rows //= 2
    return rows


def default_pool_rows(manifest: Manifest) -> int:
    """Return how many rows are mixed at a time: 65,536, or as many as take 128 MiB on disk."""
    size = sum(shard.size for shard in manifest.shards)
    return min(MOST_POOL_ROWS, POOL_BYTES * manifest.rows // max(size, 1))
