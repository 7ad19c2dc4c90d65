"""Monitoring histograms → blocks of lumisections that a reconstruction run reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import MonitoredHistogram, batch_name
from hepml.errors import RunError, ShapeError
from hepml.inference import LoadedRun
from hepml.inference.map_block import MapBlock
from hepml.io.monitoring_files import read_monitoring
from hepml.representations import Occupancy


def histogram_blocks(
    run: LoadedRun, paths: Sequence[str], block: int, _processor: str | Path | None = None
) -> Iterator[MapBlock]:
    """Yield the maps of each input, at most `block` at a time; their exposure is not known.

    Raises
    ------
    InputError
        A file is missing or damaged, or lacks the histogram of an input.
    RunError
        No input says which histogram it is.
    ShapeError
        A histogram holds no counts, or has a binning that cannot be brought to that of the training.
    """
    inputs = _inputs_of_histograms(run)
    waiting: dict[str, list[MonitoredHistogram]] = {name: [] for name in inputs.values()}
    for histogram in read_monitoring(paths, names=inputs):
        name = inputs[histogram.path]
        waiting[name].append(histogram)
        if len(waiting[name]) == block:
            yield _block(run, name, waiting[name])
            waiting[name] = []
    for name, left in waiting.items():
        if left:
            yield _block(run, name, left)


def _inputs_of_histograms(run: LoadedRun) -> dict[str, str]:
    """Return path of a histogram → input of the run."""
    maps = {name: each.options for name, each in run.representations.items() if isinstance(each, Occupancy)}
    found = {options.histogram: name for name, options in maps.items() if options.histogram is not None}
    if not found:
        msg = (
            f"{run.folder}: no input of the run says which histogram it is: set `histogram` in the options of its "
            "occupancy, process and train"
        )
        raise RunError(msg)
    return found


def _block(run: LoadedRun, name: str, histograms: Sequence[MonitoredHistogram]) -> MapBlock:
    inputs = {
        array: np.full((len(histograms), *spec.shape), np.nan, np.float32) for array, spec in run.info.arrays.items()
    }
    dense = [_dense(run, name, histogram) for histogram in histograms]
    for suffix in dense[0]:
        inputs[batch_name(name, suffix)] = np.concatenate([one[suffix] for one in dense])
    run_of, lumi = (np.array([getattr(h, key) for h in histograms], np.int64) for key in ("run", "lumi"))
    return MapBlock(run_of, lumi, inputs, (name,))


def _dense(run: LoadedRun, name: str, histogram: MonitoredHistogram) -> dict[str, NDArray[Any]]:
    counts = np.atleast_2d(histogram.counts)[None]
    columns = ak.zip({"counts": ak.from_numpy(counts), "exposure": np.array([np.nan])}, depth_limit=1)
    representation = run.representations[name]
    try:
        return representation.decode(representation.encode(columns))
    except ShapeError as problem:
        msg = f"{histogram.path} of run {histogram.run}, lumisection {histogram.lumi}: {problem}"
        raise ShapeError(msg) from None
