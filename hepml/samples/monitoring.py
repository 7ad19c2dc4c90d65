"""``hepml sample monitoring``: occupancy of muon chambers and a calorimeter by lumisection, some of it faulty."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import numpy as np

from hepml.errors import RecipeError
from hepml.io.folder import write_text_atomic
from hepml.io.root_writer import TreeWriter
from hepml.samples.blocks import check_request
from hepml.samples.monitored_detectors import MonitoredDetector, build_detectors
from hepml.samples.monitoring_faults import FAULT_KINDS
from hepml.samples.monitoring_files import MonitoringFiles
from hepml.samples.monitoring_options import MonitoringSampleOptions
from hepml.samples.monitoring_runs import make_run, plan_runs
from hepml.samples.summary import SampleFile, SampleSummary, claim_sample, write_summary
from hepml.samples.workers import map_in_order

COUNTS_FILE, TRUTH_FILE, DEAD_FILE = "monitoring.root", "truth.root", "known_dead.json"


def sample_monitoring(
    output: str | Path,
    *,
    events: int | None = None,
    seed: int = 1,
    workers: int = 1,
    options: MonitoringSampleOptions | None = None,
    progress: Callable[[int], object] | None = None,
) -> SampleSummary:
    """Make 40 runs of both detectors.

    ``monitoring.root``, tree ``Events``, has one lumisection per entry: ``run``, ``lumi``, ``luminosity`` (of a usual
    run 1 at its start, falling by half; ten times less in every fifth run), and counts per cell, ``muon_counts``
    (layer, wire) and ``calorimeter_counts`` (row, tower).  ``known_dead.json`` lists, per detector, the [row, column]
    of cells that are known to be dead.

    ``truth.root``, tree ``Truth``, is what no model may see, of the same lumisections in the same order: for each
    detector ``<detector>_fault`` (index of `FAULT_KINDS`, 0 good), ``_fault_number`` (of the block, from 1 in each
    run) and the rectangle of its cells, ``_first_row``, ``_end_row``, ``_first_column``, ``_end_column`` (ends are one
    behind the last).  ``faults.json`` has the names of the kinds.

    With the format ``dqmio`` there is ``monitoring.parquet``; with ``histograms`` one ROOT file per run.

    Parameters
    ----------
    output : str or Path
        Folder for the files.
    events : None
        The sample has a fixed size.
    seed : int
        The same seed and options give the same counts, whatever the number of workers.
    workers : int
        Processes to use.
    options : MonitoringSampleOptions, optional
        Lumisections, mean count, …; default: the reference sample.
    progress : callable, optional
        Called with the number of lumisections that were added.

    Returns
    -------
    SampleSummary
        The files; also written to ``<output>/sample.json``.

    Raises
    ------
    RecipeError
        The numbers or options do not fit.
    OutputError
        The folder cannot be written or holds something else.
    WorkerError
        A worker process died.
    """
    start = time.monotonic()
    if events is not None:
        msg = f"events is {events}, but the monitoring sample has 40 runs: leave it out, and set option lumisections"
        raise RecipeError(msg)
    chosen = options or MonitoringSampleOptions()
    check_request(events=1, n_processes=1, seed=seed, workers=workers)
    folder = claim_sample(output)
    detectors = build_detectors(chosen, seed=seed)
    n = _write_runs(folder, detectors, chosen, seed=seed, workers=workers, progress=progress)
    _write_known_dead(folder, detectors)
    write_text_atomic(folder / "faults.json", json.dumps(dict(enumerate(FAULT_KINDS)), indent=1) + "\n")
    files = (SampleFile(folder / COUNTS_FILE, "monitoring", n, n), SampleFile(folder / TRUTH_FILE, "truth", n, n))
    summary = SampleSummary(files, time.monotonic() - start)
    plain = chosen.model_dump(mode="json")
    write_summary(folder, summary, name="monitoring", seed=seed, options=plain, packages=("numpy",))
    return summary


def _write_runs(
    folder: Path,
    detectors: Mapping[str, MonitoredDetector],
    options: MonitoringSampleOptions,
    *,
    seed: int,
    workers: int,
    progress: Callable[[int], object] | None,
) -> int:
    """Write all runs and return the number of lumisections."""
    plans, n = plan_runs(detectors, options, seed=seed), 0
    make = partial(make_run, detectors=detectors, options=options)
    with ExitStack() as stack:
        made = stack.enter_context(closing(map_in_order(make, plans, workers=workers)))
        counts = stack.enter_context(TreeWriter(folder / COUNTS_FILE, title="counts of each lumisection"))
        truth = stack.enter_context(TreeWriter(folder / TRUTH_FILE, tree="Truth", title="faults of each lumisection"))
        others = stack.enter_context(MonitoringFiles(folder, options.formats))
        for run in made:
            counts.extend(run.counts)
            truth.extend(run.truth)
            others.add(run.counts)
            n += len(run.counts["run"])
            if progress is not None:
                progress(len(run.counts["run"]))
    return n


def _write_known_dead(folder: Path, detectors: Mapping[str, MonitoredDetector]) -> None:
    cells = {name: np.argwhere(detector.known_dead).tolist() for name, detector in detectors.items()}
    write_text_atomic(folder / DEAD_FILE, json.dumps(cells) + "\n")
