"""An epoch of the CNN from shards on disk, against the same epoch from arrays in memory."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path

from measured import Ratio
from memory_source import MemorySource
from toy_dataset import make_dataset, make_recipe, write_files

from hepml.contracts import BatchSource, Epoch, FitPlan
from hepml.datasets import as_arrays, open_dataset
from hepml.estimators import build_estimator
from hepml.recipe import Training
from hepml.tasks import TaskContext, build_task

_EPOCHS = 3
_MOST_JETS = 20_000


def measure(folder: Path, *, n_jets: int, n_pairs: int) -> Iterator[Ratio]:
    """Yield the ratio of epochs."""
    home = folder / "training"
    recipe = make_recipe(home, write_files(home, n_jets=min(n_jets, _MOST_JETS)))
    make_dataset(home / "dataset", recipe)
    data = open_dataset(home / "dataset")
    train, validation = (
        data.source(part, inputs=["image"], training=True, weights=recipe.weights, split=recipe.split, seed=1)
        for part in ("train", "validation")
    )
    whole = as_arrays(train)
    memory = MemorySource(train.arrays, whole.inputs, whole.label, whole.weight)
    few = as_arrays(validation)
    small = MemorySource(train.arrays, {"image": few.inputs["image"][:256]}, few.label[:256], few.weight[:256])
    number = count()

    def epoch_seconds(source: BatchSource) -> float:
        """Return the median time of the epochs after the first, which traces the graph."""
        task = build_task("classification", {}, TaskContext(data.manifest.classes))
        estimator = build_estimator("cnn", {}, task=task, arrays=train.arrays, seed=1)
        stamps: list[float] = []

        def stamp(_epoch: Epoch) -> None:
            stamps.append(time.perf_counter())

        training = Training(epochs=_EPOCHS + 1, early_stopping=None)
        estimator.fit(source, small, FitPlan(home / f"checkpoint_{next(number)}", training, on_epoch=stamp))
        return statistics.median(b - a for a, b in pairwise(stamps))

    times = [(epoch_seconds(train), epoch_seconds(memory)) for _ in range(n_pairs)]
    disk, arrays = (statistics.median(column) for column in zip(*times, strict=True))
    yield Ratio(
        "epoch of the CNN from disk",
        "the same from arrays in memory",
        statistics.median(a / b for a, b in times),
        1.10,
        aim="1.02",
        note=f"{1e6 * disk / train.n_rows:.0f} and {1e6 * arrays / train.n_rows:.0f} µs per jet",
    )
