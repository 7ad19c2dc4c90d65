"""A model of lumisections that can be followed by hand: counts against the mean rate of good runs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import uproot

from hepml.contracts import ScoredHistograms
from hepml.io.root import reading_errors
from hepml.samples.monitoring import sample_monitoring
from hepml.samples.monitoring_options import MonitoringSampleOptions
from hepml.workflow.flag_model import FlagModel

MAPS = ("muon", "calorimeter")
TRAINING, THRESHOLDS, TEST = range(1, 25), range(29, 33), range(33, 41)
MARK_SIGMA = 5.0


def make_sample(folder: Path, lumisections: tuple[int, int] = (8, 14)) -> Path:
    """Make the monitoring sample, small; return its file."""
    sample_monitoring(folder, seed=3, options=MonitoringSampleOptions(lumisections=lumisections))
    return folder / "monitoring.root"


def read_runs(path: Path, runs: range | None = None) -> dict[str, np.ndarray]:
    """Return the lumisections of some runs."""
    with reading_errors(str(path)), uproot.open(path) as file:
        columns = file["Events"].arrays(library="np")
    chosen = np.isin(columns["run"], list(runs)) if runs else np.ones(len(columns["run"]), bool)
    return {name: np.asarray(values[chosen]) for name, values in columns.items()}


def write_runs(path: Path, sample: Path, runs: range, **change: np.ndarray) -> Path:
    """Write some runs of a sample as a file of its own."""
    columns = read_runs(sample, runs) | change
    with uproot.recreate(path) as file:
        tree = file.mktree("Events", {name: (v.dtype, v.shape[1:]) for name, v in columns.items()})
        tree.extend(columns)
    return path


def scored(columns: dict[str, np.ndarray], rates: dict[str, np.ndarray]) -> Iterator[ScoredHistograms]:
    """Yield the largest pull of a cell as score, in blocks."""
    for start in range(0, len(columns["run"]), 16):
        block = {name: values[start : start + 16] for name, values in columns.items()}
        for name in MAPS:
            counts = block[f"{name}_counts"].astype(np.float64)
            expected = block["luminosity"][:, None, None] * rates[name]
            dead = np.broadcast_to(rates[name] == 0, counts.shape)
            with np.errstate(invalid="ignore", divide="ignore"):
                pull = np.where(dead, np.nan, (counts - expected) / np.sqrt(expected + (0.05 * expected) ** 2))
            entries = counts.sum(axis=(1, 2))
            enough = entries > 100
            yield ScoredHistograms(
                name=name,
                run=block["run"].astype(np.int64),
                lumi=block["lumi"].astype(np.int64),
                entries=entries,
                score=np.where(enough, np.nanmax(np.abs(pull), axis=(1, 2)), np.nan),
                enough=enough,
                observed=counts.astype(np.float32),
                expected=expected.astype(np.float32),
                pull=pull.astype(np.float32),
                masked=dead,
                marked=np.nan_to_num(np.abs(pull)) > MARK_SIGMA,
            )


def reference_model(sample: Path, *, name: str = "reference mean", scored_files: list[Path] | None = None) -> FlagModel:
    """Return the model; files that it scores are added to `scored_files`."""
    training = read_runs(sample, TRAINING)
    rates = {n: training[f"{n}_counts"].sum(axis=0) / training["luminosity"].sum() for n in MAPS}

    def score(path: Path) -> Iterator[ScoredHistograms]:
        if scored_files is not None:
            scored_files.append(path)
        return scored(read_runs(path), rates)

    subsystems = {"muon": "Muon", "calorimeter": "Calorimeter"}
    return FlagModel(
        name, f"mean of {sample}", subsystems, score, partial(scored, read_runs(sample, THRESHOLDS), rates)
    )
