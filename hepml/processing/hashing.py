"""128-bit hashes of rows, from the names and values of their columns: compiled, one pass, no copies of lists.

Each value is taken as its 64 bits after widening (float64, int64), so the width of a type does not matter, −0.0 is 0.0
and all NaN are one.  A column contributes a hash of its name and of the row's values in order; a row's hash is the
mixed sum over its columns, so the order of columns does not matter.  The mixing function is the finaliser of
splitmix64 (doi:10.1145/2660193.2660195).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from hepml.processing.flat_values import flat_values
from hepml.representations.row_blocks import row_blocks

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_ODD = np.uint64(0xD6E8FEB86659FD93)
_S27, _S30, _S31, _S32 = (np.uint64(n) for n in (27, 30, 31, 32))
_NO_SIGN = np.uint64(0x7FFFFFFFFFFFFFFF)
_INFINITY = np.uint64(0x7FF0000000000000)

_BLOCK_VALUES = 2**14
"""Values that are widened at a time: few enough for the processor's cache."""


@numba.njit(cache=True)
def mix(x: np.uint64) -> np.uint64:
    """Return 64 bits that each depend on all 64 bits of `x`."""
    x = (x ^ (x >> _S30)) * _FIRST
    x = (x ^ (x >> _S27)) * _SECOND
    return x ^ (x >> _S31)


def hash_rows(columns: Mapping[str, Any], *, n_rows: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the low and high 64 bits of each row's hash.

    Parameters
    ----------
    columns : mapping of str to array with n_rows rows
        Numbers, flat or in lists of any nesting (only the numbers and their order count in a nested row).
    n_rows : int
        Number of rows; needed where there is no column.

    Returns
    -------
    low, high : array of uint64, shape (n_rows,)
    """
    low, high = np.zeros(n_rows, np.uint64), np.zeros(n_rows, np.uint64)
    for name, column in columns.items():
        values, offsets = flat_values(column)
        seed = hashlib.blake2b(name.encode(), digest_size=16).digest()
        seeds = np.frombuffer(seed, "<u8")
        for rows in row_blocks(offsets, most=_BLOCK_VALUES):
            begin, end = offsets[rows.start], offsets[rows.stop]
            bits, is_float = _bits(values[begin:end]), values.dtype.kind == "f"
            own = offsets[rows.start : rows.stop + 1] - begin
            _add_column(low[rows], high[rows], bits, is_float, own, seeds[0], seeds[1])
    _finish(low, high)
    return low, high


def _bits(values: NDArray[Any]) -> NDArray[np.uint64]:
    """Return the values as 64 bits each."""
    wide = values.astype({"f": np.float64, "u": np.uint64}.get(values.dtype.kind, np.int64), copy=False)
    return np.ascontiguousarray(wide).view(np.uint64)


@numba.njit(cache=True)
def _add_column(
    low: NDArray[np.uint64],
    high: NDArray[np.uint64],
    bits: NDArray[np.uint64],
    is_float: bool,
    offsets: NDArray[np.int64],
    seed_low: np.uint64,
    seed_high: np.uint64,
) -> None:
    """Add one column's share to the hash of each row."""
    for row in range(len(low)):
        # The number of items is hashed too, so that an empty list and an absent column differ.
        n_items = np.uint64(offsets[row + 1] - offsets[row])
        a, b = seed_low ^ n_items, seed_high + n_items
        for k in range(offsets[row], offsets[row + 1]):
            v = bits[k]
            if is_float:
                size = v & _NO_SIGN
                if size == 0:
                    v = size
                elif size > _INFINITY:
                    v = _INFINITY + np.uint64(1)
            a = (a ^ v) * _FIRST
            a ^= a >> _S32
            b = (b + v) * _ODD
            b ^= b >> _S31
        low[row] += mix(a + _GOLDEN)
        high[row] += mix(b ^ _GOLDEN)


@numba.njit(cache=True)
def _finish(low: NDArray[np.uint64], high: NDArray[np.uint64]) -> None:
    """Mix both halves, so that a sum over rows does not see the sum over columns."""
    for row in range(len(low)):
        a, b = low[row], high[row]
        low[row] = mix(a ^ mix(b + _GOLDEN))
        high[row] = mix(b ^ mix(low[row] + _SECOND))
