"""Maps of some lumisections, as a run reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class MapBlock:
    """Some lumisections.

    Attributes
    ----------
    run, lumi : array of int64, shape (n,)
        Which.
    inputs : mapping of str to array, shape (n, …)
        Batch arrays of the run's inputs; those that are not in `names` are NaN.
    names : tuple of str
        Inputs that there are.
    """

    run: NDArray[np.int64]
    lumi: NDArray[np.int64]
    inputs: Mapping[str, NDArray[Any]]
    names: tuple[str, ...]
