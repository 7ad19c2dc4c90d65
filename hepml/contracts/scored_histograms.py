"""What a monitoring model says of one histogram in several lumisections: the score, and the maps behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ScoredHistograms:
    """A block of n lumisections of one monitored map of `rows` × `columns` cells.

    Attributes
    ----------
    name : str
        The input of the processor that holds the map: ``"muon"``.
    run, lumi : array of int64, shape (n,)
        Which; no pair comes twice.
    entries : array of float64, shape (n,)
        Sum of the counts of live cells.
    score : array of float64, shape (n,)
        Higher is worse; NaN where nothing can be said: see `enough`.
    enough : array of bool, shape (n,)
        False where there are too few entries to call the lumisection good or bad.
    observed, expected : array of float32, shape (n, rows, columns)
        Counts, and counts that the model expects of a good detector; of a model without maps `expected` is NaN.
    pull : array of float32, shape (n, rows, columns)
        Signed significance of observed − expected in Gaussian standard deviations; NaN where `masked`.
    masked : array of bool, shape (n, rows, columns)
        Cells left out of the score: known to be dead, or never filled in the training.
    marked : array of bool, shape (n, rows, columns)
        Cells in which the model sees the fault, if the lumisection is a bad one.
    """

    name: str
    run: NDArray[np.int64]
    lumi: NDArray[np.int64]
    entries: NDArray[np.float64]
    score: NDArray[np.float64]
    enough: NDArray[np.bool_]
    observed: NDArray[np.float32]
    expected: NDArray[np.float32]
    pull: NDArray[np.float32]
    masked: NDArray[np.bool_]
    marked: NDArray[np.bool_]
