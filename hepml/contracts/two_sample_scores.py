"""What a classifier that tells two samples apart says about rows that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TwoSampleScores:
    """Scores of rows of two samples, the first sample first; all of shape (n,).

    Attributes
    ----------
    is_second : array of bool
        Which sample the row is of: true for what is generated.
    score : array of float64
        Probability of the second, were there as many of both.
    weight : array of float64
        Signed weight of the row.
    """

    is_second: NDArray[np.bool_]
    score: NDArray[np.float64]
    weight: NDArray[np.float64]
