"""Planning jobs for many files, with a warm cache of entries: time, how it grows, and memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import uproot
from measured import Ratio, seconds

MANY, FEW, FILES_PER_JOB = 10_000, 1_000, 10
LIMIT_SECONDS = 10.0

_RECIPE = """
inputs:
  data: {{files: {files}/*.root, label: data}}
processor: {{file: {processor}, options: {{columns: [x]}}}}
process: {{chunk_size: 100}}
"""
_PROCESSOR = Path(__file__).resolve().parents[2] / "processors" / "event_table.py"
_SCRIPT = """
import sys
from pathlib import Path
from hepml.cli import main
try:
    main()
finally:
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    print(status["VmHWM"].split()[0])
"""


def measure(folder: Path, *, n_jets: int, n_pairs: int) -> Iterator[Ratio]:
    """Yield the ratios; the number of jets is no matter here."""
    recipes = {
        "many": _recipe(folder, "many", MANY, entries=100),
        "few": _recipe(folder, "few", FEW, entries=100),
        "large": _recipe(folder, "large", MANY, entries=1000),
    }
    cache = folder / "cache"
    for recipe in recipes.values():
        _submit(recipe, cache)  # fills the cache
    peak: dict[str, float] = {}
    taken = {
        name: sorted(_timed(recipe, cache, name, peak) for _ in range(n_pairs)) for name, recipe in recipes.items()
    }
    median = {name: values[len(values) // 2] for name, values in taken.items()}
    jobs = MANY // FILES_PER_JOB
    yield Ratio(
        f"`condor submit --dry-run`, {MANY} files, {jobs} jobs, in seconds",
        "one second",
        median["many"],
        LIMIT_SECONDS,
        note=f"{median['many']:.1f} s, {peak['many']:.0f} MiB",
    )
    yield Ratio(
        f"the same, time for {MANY} files",
        f"{FEW} files",
        median["many"] / median["few"],
        MANY / FEW,
        note=f"{median['many']:.1f} and {median['few']:.1f} s",
    )
    yield Ratio(
        "the same, peak memory for 10 × the events",
        "1 × the events",
        peak["large"] / peak["many"],
        1.1,
        note=f"{peak['large']:.0f} and {peak['many']:.0f} MiB",
    )


def _recipe(folder: Path, name: str, n_files: int, *, entries: int) -> Path:
    """Write files of one small branch, and a recipe for them."""
    files = folder / name
    files.mkdir()
    values = np.zeros(entries, np.int8)
    for number in range(n_files):
        with uproot.recreate(files / f"{number:05d}.root") as file:
            file.mktree("Events", {"x": "i1"}).extend({"x": values})
    path = folder / f"{name}.yaml"
    path.write_text(_RECIPE.format(files=files, processor=_PROCESSOR), encoding="utf-8")
    return path


def _timed(recipe: Path, cache: Path, name: str, peak: dict[str, float]) -> float:
    found: list[float] = []
    taken = seconds(lambda: found.append(_submit(recipe, cache)))
    peak[name] = max(peak.get(name, 0.0), found[0])
    return taken


def _submit(recipe: Path, cache: Path) -> float:
    """Plan and check the jobs in a process of its own, and return its peak memory in MiB."""
    output = recipe.with_suffix(".jobs")
    shutil.rmtree(output, ignore_errors=True)
    arguments = ["condor", "submit", str(recipe), "-o", str(output), "--files-per-job", str(FILES_PER_JOB), "--dry-run"]
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *arguments],
        env=os.environ | {"HEPML_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.split()[-1]) / 1024
