"""One monitoring histogram of one lumisection or run, whatever file it comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WHOLE_RUN = 0
"""The lumisection of a histogram that holds a whole run; lumisections count from 1."""


@dataclass(frozen=True)
class MonitoredHistogram:
    """Contents of the bins of a TH1 or TH2, without under- and overflow.

    Attributes
    ----------
    run, lumi : int
        Which; `WHOLE_RUN` where the histogram is of a run.
    subsystem, name : str
        Folder under ``Run N`` and path of the histogram below it: ``"Muon"``, ``"Occupancy"``.
    counts : array of float64
        Shape (bins,) or (bins of y, bins of x): rows and columns as in a picture.
    axes : tuple of (int, float, float)
        Bins, lower and upper edge: of x, or of x and y.
    entries : float
        As the histogram says, those in under- and overflow included.
    """

    run: int
    lumi: int
    subsystem: str
    name: str
    counts: NDArray[np.float64]
    axes: tuple[tuple[int, float, float], ...]
    entries: float

    @property
    def path(self) -> str:
        """Subsystem and name."""
        return f"{self.subsystem}/{self.name}"
