"""Peak memory of processing and of an epoch of loading, for ten times the data."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from measured import Ratio
from toy_dataset import make_recipe, write_files

_HERE = Path(__file__).resolve().parent

_SCRIPT = """
import sys
from pathlib import Path
sys.path[:0] = [{here!r}, {tests!r}]
from toy_dataset import make_dataset, make_recipe
from hepml.datasets import open_dataset
home, what = Path({home!r}), {what!r}
files = {{name: sorted(home.glob(f"{{name}}_*.root")) for name in ("w", "qcd")}}
recipe = make_recipe(home, files, chunk_size=20_000)
if what == "process":
    make_dataset(home / "dataset", recipe)
else:
    source = open_dataset(home / "dataset").source(
        "train", inputs=["image"], training=True, weights=recipe.weights, split=recipe.split, seed=1)
    for batch in source.shuffled(0):
        batch.inputs["image"].shape
# Not ru_maxrss: that of a child begins with the peak of its parent.
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(status["VmHWM"].split()[0])
"""


def measure(folder: Path, *, n_jets: int, n_pairs: int) -> Iterator[Ratio]:
    """Yield the ratios of peak memory."""
    homes = {factor: folder / f"memory_{factor}" for factor in (1, 10)}
    for factor, home in homes.items():
        make_recipe(home, write_files(home, n_jets=factor * 2 * n_jets, n_files=2 * factor))
    for what in ("process", "load"):
        peak = {factor: _peak_mib(home, what) for factor, home in homes.items()}
        yield Ratio(
            f"peak memory of `{what}`, 10 × the data",
            "1 × the data",
            peak[10] / peak[1],
            1.1,
            note=f"{peak[10]:.0f} and {peak[1]:.0f} MiB",
        )


def _peak_mib(home: Path, what: str) -> float:
    script = _SCRIPT.format(here=str(_HERE), tests=str(_HERE.parent), home=str(home), what=what)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024
