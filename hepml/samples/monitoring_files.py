"""The monitoring sample in the forms that monitoring systems write: DQMIO, and histograms of each run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import hist
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import MonitoredHistogram
from hepml.io.dqmio import DqmioWriter
from hepml.io.histograms import write_histograms
from hepml.samples.monitored_detectors import SHAPES

SUBSYSTEMS = {"muon": "Muon", "calorimeter": "Calorimeter"}


class MonitoringFiles:
    """Writes what was chosen, run by run; a context manager.

    Parameters
    ----------
    folder : Path
        Gets ``monitoring.parquet`` and ``DQM_R000000001.root``, ….
    formats : sequence of str
        ``"dqmio"``, ``"histograms"``, both or none.
    """

    def __init__(self, folder: Path, formats: Sequence[str]) -> None:
        self.folder, self.formats = folder, frozenset(formats)
        self._stack = ExitStack()
        self._dqmio: DqmioWriter | None = None

    def __enter__(self) -> MonitoringFiles:
        if "dqmio" in self.formats:
            self._dqmio = self._stack.enter_context(DqmioWriter(self.folder / "monitoring.parquet"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, problem, traceback)

    def add(self, columns: Mapping[str, NDArray[Any]]) -> None:
        """Write the lumisections of one run."""
        if self._dqmio is not None:
            self._dqmio.extend(_maps(columns))
        if "histograms" in self.formats:
            run = int(columns["run"][0])
            write_histograms(self.folder / f"DQM_R{run:09d}.root", _run_histograms(columns, run))


def _maps(columns: Mapping[str, NDArray[Any]]) -> Iterator[MonitoredHistogram]:
    keys = zip(columns["run"].tolist(), columns["lumi"].tolist(), strict=True)
    for index, (run, lumi) in enumerate(keys):
        for name, (rows, n_columns) in SHAPES.items():
            counts = columns[f"{name}_counts"][index].astype(np.float64)
            axes = ((n_columns, 0.0, float(n_columns)), (rows, 0.0, float(rows)))
            yield MonitoredHistogram(run, lumi, SUBSYSTEMS[name], "Occupancy", counts, axes, float(counts.sum()))


def _run_histograms(columns: Mapping[str, NDArray[Any]], run: int) -> dict[str, hist.Hist]:
    """Return the map of the whole run, and the entries by lumisection, for each detector."""
    made = {}
    for name, (rows, n_columns) in SHAPES.items():
        folder = f"DQMData/Run {run}/{SUBSYSTEMS[name]}/Run summary"
        counts = columns[f"{name}_counts"].astype(np.float64)
        made[f"{folder}/Occupancy"] = _filled(counts.sum(axis=0).T, ("column", n_columns), ("row", rows))
        made[f"{folder}/Entries"] = _filled(counts.sum(axis=(1, 2)), ("lumisection", len(counts)))
    return made


def _filled(values: NDArray[np.float64], *axes: tuple[str, int]) -> hist.Hist:
    """Return a histogram with these contents; bin i is from i to i + 1."""
    regular = [hist.axis.Regular(n, 0, n, name=name, label=name.capitalize()) for name, n in axes]
    made = hist.Hist(*regular, storage=hist.storage.Double())
    made[...] = values
    return made
