"""Time per shower of trained runs and of the parametrised simulation, in one table.

    python tests/benchmarks/shower_times.py out/runs/vae out/runs/gan …

A run makes showers as ``hepml generate`` does, in batches of 1, 100 and 10,000, at each energy; the simulation is that
of ``hepml sample showers`` (GFLASH, numba), one shower after another on one core.  Times are on the wall, the shortest
of three, without reading or writing; networks use all cores.  Published times are of other machines and simulations.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from hepml.contracts import Generative
from hepml.inference import LoadedRun, load_run
from hepml.samples.blocks import Block
from hepml.samples.shower_block import make_shower_block
from hepml.samples.shower_options import ShowerSampleOptions
from hepml.workflow.given_conditions import as_arrays, condition_tables

ENERGIES = (1.0, 10.0, 100.0)
BATCHES = (1, 100, 10_000)
PUBLISHED = {
    "GEANT4, published": "1772 (1–100 GeV)",
    "CaloGAN on a CPU, published": "13.1 (batch 1), 2.19 (128), 2.03 (1024)",
    "CaloGAN on a GPU, published": "14.5 (batch 1), 0.021 (128), 0.012 (1024)",
}
"""Milliseconds per shower in the calorimeter of arXiv:1705.02355, from its table of times."""

_PASSES = 3


def shortest(work: Callable[[int], object]) -> float:
    """Return the shortest time of some passes, each with a number of its own, after one that warms up."""
    work(0)
    seconds = []
    for number in range(1, _PASSES + 1):
        started = time.perf_counter()
        work(number)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def simulation_ms(energy: float, *, n: int = 100) -> float:
    """Return the time of one shower of a photon in the parametrised simulation, in milliseconds."""
    options = ShowerSampleOptions(energy_gev=(energy, energy), particles=["photon"])

    def simulate(seed: int) -> None:
        make_shower_block(Block("photon", 2, 0, 1, n, 1 + seed), options=options)

    return 1e3 * shortest(simulate) / n


def generation_ms(model: Generative, conditions: dict[str, np.ndarray]) -> float:
    """Return the time of one shower of a model, in milliseconds; the conditions are one batch."""
    n = len(next(iter(conditions.values())))
    return 1e3 * shortest(lambda seed: model.generate(conditions, seed=seed)) / n


def conditions_of(run: LoadedRun, energy: float, n: int) -> dict[str, np.ndarray]:
    """Return conditions of one energy, of the first particle where there are several."""
    tables = condition_tables(run)
    columns = {
        column.name: np.full(n, column.categories[0] if column.categories else energy)
        for table in tables.values()
        for column in table.options.columns
    }
    return as_arrays(tables, columns)


def table_of(runs: list[LoadedRun]) -> Table:
    """Return all times."""
    table = Table(title="Milliseconds per shower")
    for heading in ("what", "batch", *(f"{energy:g} GeV" for energy in ENERGIES)):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    table.add_row("GFLASH (numba), one core", "–", *(f"{simulation_ms(energy):.3g}" for energy in ENERGIES))
    for run in runs:
        model = run.models[run.info.members[0].name]
        assert isinstance(model, Generative)
        for batch in BATCHES:
            times = [generation_ms(model, conditions_of(run, energy, batch)) for energy in ENERGIES]
            table.add_row(run.info.name, f"{batch}", *(f"{each:.3g}" for each in times))
    for name, text in PUBLISHED.items():
        table.add_row(name, "", text)
    return table


if __name__ == "__main__":
    Console(width=110).print(table_of([load_run(Path(each)) for each in sys.argv[1:]]))
