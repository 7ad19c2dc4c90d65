"""Histograms: to ROOT for the statistics tools, and to JSON (the UHI schema) beside the shards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hist
import uhi.io.json
import uproot

from hepml.errors import DatasetError, ShapeError
from hepml.io.folder import replacing

MAX_AXES = 3
"""ROOT has TH1, TH2 and TH3."""


def write_histograms(path: str | Path, histograms: Mapping[str, hist.Hist]) -> None:
    """Write histograms to a ROOT file, atomically.

    Parameters
    ----------
    path : str or Path
        The file; it is replaced where it exists.
    histograms : mapping of str to hist.Hist
        By name; ``"w/jet_pt"`` goes into the folder ``w``.  Weighted ones keep their variances, counts become doubles.

    Raises
    ------
    ShapeError
        A histogram has more axes than ROOT knows, or a storage without an equivalent there.
    OutputError
        The file cannot be written.
    """
    writable = {name: _writable(name, histogram) for name, histogram in histograms.items()}
    with replacing(path) as temporary, uproot.recreate(temporary) as file:
        for name, histogram in writable.items():
            file[name] = histogram


def read_histograms(path: str | Path) -> dict[str, hist.Hist]:
    """Return the histograms of a ROOT file that `write_histograms` wrote, by name.

    Raises
    ------
    DatasetError
        The file is missing or damaged.
    """
    try:
        with uproot.open(path) as file:
            names = [name for name, kind in file.classnames(cycle=False).items() if kind.startswith("TH")]
            return {name: file[name].to_hist() for name in names}
    except (OSError, ValueError, KeyError) as problem:
        msg = f"{path}: histograms cannot be read ({' '.join(str(problem).split())[:120]}): run `hepml process` again"
        raise DatasetError(msg) from None


def histograms_to_json(histograms: Mapping[str, hist.Hist]) -> dict[str, Any]:
    """Return histograms as plain JSON values, by name.

    Examples
    --------
    >>> filled = hist.Hist.new.Reg(2, 0, 1, name="x").Double().fill([0.1, 0.2, 0.9])
    >>> histograms_from_json(histograms_to_json({"x": filled}))["x"].values().tolist()
    [2.0, 1.0]
    """
    text = json.dumps(dict(histograms), default=uhi.io.json.default)
    return dict(json.loads(text))


def histograms_from_json(values: Mapping[str, Any]) -> dict[str, hist.Hist]:
    """Rebuild what `histograms_to_json` returned.

    Raises
    ------
    DatasetError
        A histogram is damaged.
    """
    try:
        restored = json.loads(json.dumps(values), object_hook=uhi.io.json.object_hook)
        return {name: hist.Hist(value) for name, value in restored.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        msg = f"a stored histogram is damaged ({problem}): run `hepml process` again on a new folder"
        raise DatasetError(msg) from None


def _writable(name: str, histogram: hist.Hist) -> hist.Hist:
    if len(histogram.axes) > MAX_AXES:
        msg = f"histogram {name!r} has {len(histogram.axes)} axes and ROOT takes {MAX_AXES}: project it"
        raise ShapeError(msg)
    kind = histogram.storage_type
    if issubclass(kind, hist.storage.Int64 | hist.storage.AtomicInt64 | hist.storage.Unlimited):
        values = histogram.values(flow=True).astype(float)
        return hist.Hist(*histogram.axes, storage=hist.storage.Double(), data=values, name=histogram.name)
    if not issubclass(kind, hist.storage.Double | hist.storage.Weight):
        msg = f"histogram {name!r} has storage {kind.__name__}, which ROOT does not have: use Double or Weight"
        raise ShapeError(msg)
    return histogram
