"""Scoring maps of 200 × 300 cells: beside reading them, and in memory that does not grow with the lumisections.

There is a lumisection for every ten jets of ``--jets``: 10,000 by default.  Times are those of the processor.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from measured import Ratio, seconds

from hepml import workflow
from hepml.inference import load_run
from hepml.io.root_writer import TreeWriter
from hepml.recipe import Recipe
from hepml.workflow.score_lumisections import score_lumisections

SHAPE = (200, 300)
_PROCESSOR = Path(__file__).resolve().parents[2] / "processors" / "occupancy.py"
_PER_FILE = 250

_SCRIPT = """
from hepml.inference import load_run
from hepml.workflow.score_lumisections import score_lumisections
for block in score_lumisections(load_run({run!r}), {files!r}):
    block.score.sum()
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
print(status["VmHWM"].split()[0])
"""


def measure(folder: Path, *, n_jets: int, n_pairs: int) -> Iterator[Ratio]:
    """Yield the ratios of scoring."""
    del n_pairs
    home = folder / "monitoring"
    home.mkdir()
    files = write_maps(home, n_files=max(n_jets // 10 // _PER_FILE, 2))
    run = train(home, files[0])
    loaded, n = load_run(run), len(files) * _PER_FILE
    list(score_lumisections(loaded, files[:1]))  # compiles
    reading = seconds(lambda: read(files), clock=time.process_time) / n
    scoring = seconds(lambda: sum(len(b.run) for b in score_lumisections(loaded, files)), clock=time.process_time) / n
    note = f"{1e3 * scoring:.1f} and {1e3 * reading:.1f} ms per lumisection, {n} of {SHAPE[0]} × {SHAPE[1]} cells"
    yield Ratio("maps scored, with reading", "reading them", scoring / reading, None, note=note)
    many, few = (_peak_mib(run, some) for some in (files, files[: max(len(files) // 10, 1)]))
    note = f"{many:.0f} and {few:.0f} MiB"
    what = f"peak memory of scoring {n} maps"
    yield Ratio(what, f"{max(len(files) // 10, 1) * _PER_FILE} maps", many / few, 1.1, note=note)


def write_maps(home: Path, *, n_files: int) -> list[Path]:
    """Write files of different runs with the same counts."""
    rng, files = np.random.default_rng(1), []
    row, column = np.meshgrid(*(np.linspace(0, 1, n) for n in SHAPE), indexing="ij")
    counts = rng.poisson(20 * (1 + 0.3 * np.cos(5 * row + 4 * column)), (_PER_FILE, *SHAPE)).astype(np.int32)
    for index in range(n_files):
        files.append(home / f"maps_{index:03d}.root")
        with TreeWriter(files[-1]) as tree:
            columns = {"run": np.full(_PER_FILE, index + 1), "lumi": np.arange(1, _PER_FILE + 1), "counts": counts}
            tree.extend(columns)
    return files


def train(home: Path, file: Path) -> Path:
    """Return a run of principal components."""
    maps = {"map": {"branch": "counts", "occupancy": {"shape": SHAPE, "exposure": "none"}}}
    recipe = Recipe.model_validate(
        {
            "inputs": {"maps": {"files": [str(file)]}},
            "processor": {"file": str(_PROCESSOR), "options": {"maps": maps}},
            "event_key": ["run", "lumi"],
            "weights": {"balance": "none"},
            "task": {"kind": "reconstruction"},
            "models": {"pca": {"inputs": ["map"], "options": {"max_maps": 100}}},
        }
    )
    workflow.process(recipe, home / "dataset")
    workflow.train(recipe, home / "dataset", home / "run")
    return home / "run"


def read(files: list[Path]) -> None:
    """Read all counts, as arrays."""
    import uproot

    for file in files:
        with uproot.open({file: "Events"}) as tree:
            for _ in tree.iterate(["run", "lumi", "counts"], step_size=128, library="np"):
                pass


def _peak_mib(run: Path, files: list[Path]) -> float:
    script = _SCRIPT.format(run=str(run), files=[str(file) for file in files])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024
