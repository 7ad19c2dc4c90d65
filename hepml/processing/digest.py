"""The digest of a dataset's content: what "the same dataset" means.

The sum modulo 2¹²⁸ of a hash per row, so it depends neither on the order of rows nor on how they were cut into chunks
and shards, and a row that is lost, changed or counted twice changes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from hepml.processing.hashing import hash_rows

MODULUS = 1 << 128


def content_digest(columns: Mapping[str, Any], *, n_rows: int) -> int:
    """Return the digest of a table of columns, an integer below 2¹²⁸.

    Parameters
    ----------
    columns : mapping of str to array with n_rows rows
        Key, label, weight, stored inputs and spectators; numbers, flat or in lists.
    n_rows : int
        Number of rows.

    Examples
    --------
    >>> one = content_digest({"a": np.array([1.0, 2.0]), "b": np.array([0, 1])}, n_rows=2)
    >>> turned = content_digest({"b": np.array([1, 0]), "a": np.array([2.0, 1.0])}, n_rows=2)
    >>> mixed = content_digest({"a": np.array([2.0, 1.0]), "b": np.array([0, 1])}, n_rows=2)
    >>> one == turned, one == mixed
    (True, False)
    """
    low, high = hash_rows(columns, n_rows=n_rows)
    total_low, total_high = _sum(low, high)
    return (int(total_high) << 64) | int(total_low)


def add_digests(*digests: int) -> int:
    """Return the digest of several tables together."""
    return sum(digests) % MODULUS


def digest_text(digest: int) -> str:
    """Return a digest as 32 hex digits."""
    return f"{digest:032x}"


@numba.njit(cache=True)
def _sum(low: NDArray[np.uint64], high: NDArray[np.uint64]) -> tuple[np.uint64, np.uint64]:
    """Return the 128-bit sum: a carry is a sum that came out smaller than what was added."""
    total_low, total_high = np.uint64(0), np.uint64(0)
    for row in range(len(low)):
        total_low += low[row]
        total_high += high[row] + np.uint64(total_low < low[row])
    return total_low, total_high
