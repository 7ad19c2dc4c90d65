"""Seeds for initial weights, dropout and augmentation, one after the other from one seed."""

from __future__ import annotations

import numpy as np


class SeedStream:
    """Independent 31-bit seeds; the same sequence for the same `seed`.

    Examples
    --------
    >>> first, second = SeedStream(1), SeedStream(1)
    >>> [first.next() for _ in range(2)] == [second.next() for _ in range(2)]
    True
    """

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def next(self) -> int:
        """Return the next seed."""
        return int(self._generator.integers(2**31 - 1))
