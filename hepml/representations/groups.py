"""Groups of rows, checked before compiled code indexes with them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError


def checked_groups(group: NDArray[Any], *, n_rows: int, n_groups: int) -> NDArray[np.int64]:
    """Return `group` as int64, one entry per row.

    Raises
    ------
    ShapeError
        Not one entry per row, or an entry outside ``[0, n_groups)``.
    """
    if len(group) != n_rows:
        msg = f"`group` has {len(group)} entries for {n_rows} rows: give one per row"
        raise ShapeError(msg)
    if n_rows and (group.min() < 0 or group.max() >= n_groups):
        msg = f"`group` runs from {group.min()} to {group.max()}: must lie in [0, {n_groups})"
        raise ShapeError(msg)
    return np.asarray(group, dtype=np.int64)
