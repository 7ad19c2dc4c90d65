"""Histograms of harvested monitoring files: ``DQMData/Run N/<Subsystem>/Run summary/…``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import uproot

from hepml.contracts import WHOLE_RUN, MonitoredHistogram
from hepml.errors import InputError, nearest
from hepml.io.dqmio import read_dqmio
from hepml.io.root import reading_errors

_PLACE = re.compile(r"DQMData/Run (\d+)/([^/]+)/Run summary/(.+)")
_HISTOGRAM = re.compile(r"TH([12])[CSIFDL]$")


def read_monitoring(
    paths: Iterable[str | Path], *, names: Iterable[str] = (), run: int | None = None
) -> Iterator[MonitoredHistogram]:
    """Yield the one- and two-dimensional histograms of DQMIO parquet (``.parquet``) and ROOT files, one at a time.

    Parameters
    ----------
    paths : iterable of path
        Files; see `read_dqmio` and `read_harvested`.
    names : iterable of str, optional
        Paths of those that are wanted, ``"Muon/Occupancy"``; all where there are none.
    run : int, optional
        Of ROOT files that do not say it.

    Raises
    ------
    InputError
        A file is missing or damaged, or lacks a histogram that is wanted.
    """
    wanted = frozenset(names)
    for path in paths:
        if str(path).endswith(".parquet"):
            yield from read_dqmio([path], names=wanted)
        else:
            yield from read_harvested(path, names=wanted, run=run)


def read_harvested(
    path: str | Path, *, names: Iterable[str] = (), run: int | None = None
) -> Iterator[MonitoredHistogram]:
    """Yield the TH1 and TH2 of a ROOT file, of whole runs.

    Parameters
    ----------
    path : path
        A file with the folders ``DQMData/Run N/<Subsystem>/Run summary``.
    names : iterable of str, optional
        Paths of those that are wanted, without these folders: ``"Muon/Occupancy"``.
    run : int, optional
        Of a file without these folders; then all histograms in it are taken, by their path.

    Raises
    ------
    InputError
        The file is missing or damaged, says nothing about runs, or lacks a histogram that is wanted.
    """
    wanted, found = frozenset(names), set()
    with reading_errors(str(path)), uproot.open(path) as file:
        for place, number, name in _places(file, str(path), run):
            found.add(name)
            if not wanted or name in wanted:
                yield _histogram(file[place], number, name)
    for absent in sorted(wanted - found):
        msg = f"{path}: holds no histogram {absent!r}: {nearest(absent, sorted(found))}"
        raise InputError(msg)


def _places(file: Any, path: str, run: int | None) -> list[tuple[str, int, str]]:
    """Return, for each histogram, its place in the file, its run and its path without the usual folders."""
    names = [name for name, kind in file.classnames(cycle=False).items() if _HISTOGRAM.match(kind)]
    usual = [(name, _PLACE.fullmatch(name)) for name in names]
    found = [(name, int(match[1]), f"{match[2]}/{match[3]}") for name, match in usual if match]
    if found or not names:
        return found
    if run is None:
        msg = f"{path}: has {len(names)} histograms and none under 'DQMData/Run N/…': say of which run they are"
        raise InputError(msg)
    return [(name, run, name) for name in names]


def _histogram(histogram: Any, run: int, path: str) -> MonitoredHistogram:
    subsystem, _, name = path.partition("/")
    counts = np.asarray(histogram.values(flow=False), np.float64).T
    axes = tuple((int(axis.member("fNbins")), float(axis.low), float(axis.high)) for axis in histogram.axes)
    entries = float(histogram.member("fEntries"))
    return MonitoredHistogram(run, WHOLE_RUN, subsystem, name or subsystem, counts, axes, entries)
