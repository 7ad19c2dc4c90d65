"""Epochs of a network from shards on disk, and the same from arrays in memory."""

from __future__ import annotations

import statistics
import time
from itertools import count, pairwise
from pathlib import Path

from memory_source import MemorySource

from hepml.contracts import BatchSource, Epoch, FitPlan
from hepml.datasets import as_arrays, open_dataset
from hepml.estimators import build_estimator
from hepml.recipe import Recipe, Training
from hepml.tasks import TaskContext, build_task

_EPOCHS = 3


def epoch_times(home: Path, recipe: Recipe, *, model: str, name: str, n_pairs: int) -> tuple[float, float, float]:
    """Return the ratio of epochs from disk and from memory, and both in µs per example.

    The dataset is in ``home/dataset``; `name` is the processor's input that the model reads.
    """
    data = open_dataset(home / "dataset")
    train, validation = (
        data.source(part, inputs=[name], training=True, weights=recipe.weights, split=recipe.split, seed=1)
        for part in ("train", "validation")
    )
    whole, few = as_arrays(train), as_arrays(validation)
    memory = MemorySource(train.arrays, whole.inputs, whole.label, whole.weight)
    inputs = {array: values[:256] for array, values in few.inputs.items()}
    small = MemorySource(train.arrays, inputs, few.label[:256], few.weight[:256])
    number = count()

    def epoch_seconds(source: BatchSource) -> float:
        """Return the median time of the epochs after the first, which traces the graph."""
        task = build_task("classification", {}, TaskContext(data.manifest.classes))
        estimator = build_estimator(model, {}, task=task, arrays=train.arrays, seed=1)
        stamps: list[float] = []

        def stamp(_epoch: Epoch) -> None:
            stamps.append(time.perf_counter())

        training = Training(epochs=_EPOCHS + 1, early_stopping=None)
        estimator.fit(source, small, FitPlan(home / f"checkpoint_{next(number)}", training, on_epoch=stamp))
        return statistics.median(b - a for a, b in pairwise(stamps))

    times = [(epoch_seconds(train), epoch_seconds(memory)) for _ in range(n_pairs)]
    disk, arrays = (1e6 * statistics.median(column) / train.n_rows for column in zip(*times, strict=True))
    return statistics.median(a / b for a, b in times), disk, arrays
