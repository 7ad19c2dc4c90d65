"""Moments of a dataset's inputs by bucket: npz without pickle, stored sparse."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Moments
from hepml.errors import DatasetError
from hepml.io.folder import replacing

_PARTS = ("shape", "count", "cell", "total", "total_squares")


def write_moments(path: Path, moments: Mapping[str, Moments]) -> None:
    """Write moments by batch name, atomically.

    Only cells with a sum are written, and one count per group where all features share it: an image has many empty
    pixels and the same count in each.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for name, value in moments.items():
        parts = dict(zip(_PARTS, _sparse(value), strict=True))
        arrays |= {f"{name}.{part}": array for part, array in parts.items()}
    with replacing(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)


def read_moments(path: Path) -> dict[str, Moments]:
    """Read moments by batch name.

    Raises
    ------
    DatasetError
        The file is missing or damaged.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            names = [key.removesuffix(".shape") for key in arrays.files if key.endswith(".shape")]
            return {name: _dense(*(arrays[f"{name}.{part}"] for part in _PARTS)) for name in names}
    except FileNotFoundError:
        msg = f"{path}: the moments of the dataset are missing: run `hepml process` again on it"
        raise DatasetError(msg) from None
    except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile) as problem:
        msg = f"{path}: the moments are damaged ({problem}): delete the file and run `hepml process` again"
        raise DatasetError(msg) from None


def _sparse(moments: Moments) -> tuple[NDArray[Any], ...]:
    shape = np.asarray(moments.count.shape, dtype=np.int64)
    count, total, squares = (
        np.asarray(x, dtype=np.float64).reshape(len(x), -1)
        for x in (moments.count, moments.total, moments.total_squares)
    )
    shared = count[:, :1] if np.array_equal(count, np.broadcast_to(count[:, :1], count.shape)) else count
    cell = np.flatnonzero((total != 0) | (squares != 0))
    return shape, shared, cell.astype(np.int32), total.ravel()[cell], squares.ravel()[cell]


def _dense(
    shape: NDArray[np.int64],
    count: NDArray[np.float64],
    cell: NDArray[np.int32],
    total: NDArray[np.float64],
    squares: NDArray[np.float64],
) -> Moments:
    sizes = tuple(int(n) for n in shape)
    flat = (sizes[0], int(np.prod(sizes[1:])))
    full = [np.zeros(flat[0] * flat[1]) for _ in range(2)]
    full[0][cell], full[1][cell] = total, squares
    return Moments(np.broadcast_to(count, flat).reshape(sizes).copy(), full[0].reshape(sizes), full[1].reshape(sizes))
