"""Input variables as one array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import ShapeError


def feature_table(features: ArrayLike, names: Sequence[str]) -> NDArray[np.float64]:
    """Return features as float64 of shape ``(n, n_features)``, one column per name, or raise a ShapeError."""
    table = np.asarray(features, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != len(names):
        msg = f"features must have shape (n, {len(names)}), one column per name, found {table.shape}: give a name each"
        raise ShapeError(msg)
    return table
