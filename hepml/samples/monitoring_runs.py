"""The runs of the monitoring sample: planned in one go, made one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.samples.monitored_detectors import N_RUNS, SHAPES, MonitoredDetector
from hepml.samples.monitoring_faults import FAULT_KINDS, Fault, draw_faults
from hepml.samples.monitoring_options import MonitoringSampleOptions

FIRST_TEST_RUN = 33
"""Runs 1 to 24 are for training, 25 to 28 for validation, 29 to 32 for thresholds; faults are in the last ones."""

FEW_ENTRIES_EVERY, FEW_ENTRIES = 5, 0.1

Columns = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class RunPlan:
    """One run: its number, lumisections, luminosity at the start (1 is usual), faults by detector, and a seed."""

    run: int
    n: int
    luminosity: float
    faults: Mapping[str, tuple[Fault, ...]]
    seed: int


@dataclass(frozen=True)
class MadeRun:
    """The columns of a run's lumisections, and what is wrong with them."""

    counts: Columns
    truth: Columns


def plan_runs(
    detectors: Mapping[str, MonitoredDetector], options: MonitoringSampleOptions, *, seed: int
) -> list[RunPlan]:
    """Return all runs; every fifth has ten times fewer entries and no faults."""
    rng = np.random.default_rng([seed, 1])
    had = {name: np.zeros(len(FAULT_KINDS), np.int64) for name in detectors}
    lengths = rng.integers(*options.lumisections, size=N_RUNS, endpoint=True)
    seeds = rng.integers(0, 2**62, size=N_RUNS)
    plans = []
    for run, n in enumerate(lengths.tolist(), start=1):
        few = run % FEW_ENTRIES_EVERY == 0
        wanted = 0 if few or run < FIRST_TEST_RUN else round(options.fault_fraction * n)
        faults = {
            name: draw_faults(detector.known_dead, n, wanted=wanted, block=options.fault_block, had=had[name], rng=rng)
            for name, detector in detectors.items()
        }
        plans.append(RunPlan(run, n, FEW_ENTRIES if few else 1.0, faults, int(seeds[run - 1])))
    return plans


def make_run(plan: RunPlan, *, detectors: Mapping[str, MonitoredDetector], options: MonitoringSampleOptions) -> MadeRun:
    """Make the lumisections of a run; the result depends on the arguments alone."""
    keys: Columns = {
        "run": np.full(plan.n, plan.run, np.int32),
        "lumi": np.arange(1, plan.n + 1, dtype=np.uint32),
    }
    luminosity = plan.luminosity * 0.5 ** (np.arange(plan.n) / max(plan.n - 1, 1))
    counts: Columns = keys | {"luminosity": luminosity.astype(np.float32)}
    truth = dict(keys)
    for name, rng in zip(SHAPES, np.random.default_rng(plan.seed).spawn(len(SHAPES)), strict=True):
        mean = options.mean_count * luminosity[:, None, None] * detectors[name].response_in(plan.run)
        for fault in plan.faults[name]:
            mean[fault.first : fault.first + fault.n] *= fault.factor(SHAPES[name])
        counts[f"{name}_counts"] = rng.poisson(mean).astype(np.int32)
        truth |= _truth(name, plan)
    return MadeRun(counts, truth)


def _truth(name: str, plan: RunPlan) -> Columns:
    """Return, for each lumisection, the kind of fault, its number and the rectangle of its cells; 0 where good."""
    table = np.zeros((plan.n, 6), np.int16)
    for fault in plan.faults[name]:
        table[fault.first : fault.first + fault.n] = (fault.kind, fault.number, *fault.rows, *fault.columns)
    parts = ("fault", "fault_number", "first_row", "end_row", "first_column", "end_column")
    return {f"{name}_{part}": table[:, index].copy() for index, part in enumerate(parts)}
