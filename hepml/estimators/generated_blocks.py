"""Making rows in blocks of one size, each with random numbers of its own: the same ones whatever comes behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Make = Callable[[Mapping[str, NDArray[Any]], "NDArray[np.float32] | None", list[int]], NDArray[np.float32]]
"""From a block of conditions, places of a latent space or None, and the block's seed to what is made of them."""


def made_in_blocks(
    make: Make,
    conditions: Mapping[str, NDArray[Any]],
    places: NDArray[Any] | None,
    seed: int | Sequence[int],
    *,
    n: int,
    size: int,
) -> NDArray[np.float32]:
    """Return what `make` makes of n rows, called with `size` of them each time; the last block is filled up.

    Examples
    --------
    >>> def make(conditions, places, seed):
    ...     return conditions["x"] * 100 + seed[-1]
    >>> made_in_blocks(make, {"x": np.array([1.0, 2.0, 3.0])}, None, 7, n=3, size=2).tolist()
    [100.0, 200.0, 301.0]
    """
    listed = [int(seed)] if isinstance(seed, int | np.integer) else [int(each) for each in seed]
    blocks = []
    for start in range(0, max(n, 1), size):
        rows = {name: _filled(values[start : start + size], size) for name, values in conditions.items()}
        place = None if places is None else _filled(places[start : start + size], size).astype(np.float32)
        blocks.append(make(rows, place, [*listed, start // size]))
    return np.concatenate(blocks)[:n]


def _filled(values: NDArray[Any], size: int) -> NDArray[Any]:
    """Return `size` rows: the last one is repeated, or one of ones where there is none."""
    if len(values) == size:
        return values
    last = values[-1:] if len(values) else np.ones((1, *values.shape[1:]), values.dtype)
    return np.concatenate([values, np.repeat(last, size - len(values), axis=0)])
