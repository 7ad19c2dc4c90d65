"""``python tests/benchmarks/shower_closure.py``: GFLASH's closure table for lead, and how fast showers are sampled.

Each figure is followed by its distance from the value that the formulas give, in statistical errors where there are
any.  Speeds are by the CPU time of one core, in the default calorimeter, files not written.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gflash_closure import EXPECTED, NAMES, measure

from hepml.samples.blocks import Block
from hepml.samples.shower_block import make_shower_block
from hepml.samples.shower_options import ShowerSampleOptions

REPEATS = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--showers", type=int, default=20, help="in each repetition, for the speed")
    parser.add_argument("--draws", type=int, default=50_000)
    chosen = parser.parse_args()
    table = Table("E (GeV)", *(name.replace("_", " ") for name in NAMES), title="lead, measured (expected)")
    for energy, expected in EXPECTED.items():
        measured, error = measure(energy, n_showers=5, n_draws=chosen.draws)
        row = []
        for name in NAMES:
            found, known, sigma = (getattr(each, name) for each in (measured, expected, error))
            row.append(f"{found:.4g} ({known:.4g}{f', {(found - known) / sigma:+.1f}σ' if sigma else ''})")
        table.add_row(f"{energy:g}", *row)
    console = Console(width=190)
    console.print(table)
    speeds = Table("E (GeV)", "electrons per second", "photons per second", title="speed of the sampler, one core")
    for energy in EXPECTED:
        speeds.add_row(
            f"{energy:g}", *(f"{speed(each, energy, chosen.showers):.0f}" for each in ("electron", "photon"))
        )
    console.print(speeds)


def speed(particle: str, energy: float, n_showers: int) -> float:
    """Return showers per second of CPU time, the best of some repetitions."""
    options = ShowerSampleOptions(energy_gev=(energy, energy))
    n = max(n_showers, int(n_showers * 100 / energy))
    times = []
    for index in range(REPEATS + 1):  # the first compiles
        start = time.process_time()
        make_shower_block(Block(particle, 1, index, 1, n, 1 + index), options=options)
        times.append(time.process_time() - start)
    return n / min(times[1:])


if __name__ == "__main__":
    main()
