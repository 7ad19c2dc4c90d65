"""Easy problems for every estimator: an array it reads, and two or three classes that differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from memory_source import MemorySource
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Estimator, FitPlan, TaskSpec
from hepml.estimators import build_estimator
from hepml.recipe import Training
from hepml.tasks import TaskContext, build_task

IMAGE = {"image": ArraySpec((9, 9, 2), role="image", features=("pt", "n"), moments_shape=(9, 9, 2))}
TABLE = {"table": ArraySpec((4,), role="table", features=("a", "b", "c", "d"), moments_shape=(4,))}

SMALL: Mapping[str, Mapping[str, Any]] = {
    "bdt": {"max_iter": 40, "learning_rate": 0.2},
    "cnn": {
        "filters": [6, 8],
        "first_stride": 1,
        "first_kernel": 3,
        "dense": [8],
        "dropout": 0.0,
        "weight_average": 0.9,
    },
    "dnn": {"width": 16, "depth": 2, "weight_average": 0.9},
}
ARRAYS = {"bdt": TABLE, "cnn": IMAGE, "dnn": TABLE}
TRAINING = Training(epochs=6, batch_size=64, early_stopping=None, optimiser={"learning_rate": 0.01})


@dataclass(frozen=True)
class Problem:
    """Training and validation part, and inputs with their labels that were not used."""

    train: MemorySource
    validation: MemorySource
    inputs: Mapping[str, NDArray[Any]]
    label: NDArray[np.int64]


def task(n_classes: int = 2) -> TaskSpec:
    return build_task("classification", {}, TaskContext(tuple("abc"[:n_classes])))


def new(name: str, *, seed: int = 1, options: Mapping[str, Any] | None = None, n_classes: int = 2) -> Estimator:
    return build_estimator(
        name, {**SMALL[name], **(options or {})}, task=task(n_classes), arrays=ARRAYS[name], seed=seed
    )


def examples(name: str, n: int, *, seed: int, n_classes: int = 2) -> tuple[dict[str, NDArray[Any]], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    label = rng.integers(0, n_classes, n)
    if name == "cnn":
        image = rng.random((n, 9, 9, 2)) * (rng.random((n, 9, 9, 2)) < 0.2)
        image[:, 4, 4] += 0.8 * label[:, None]
        return {"image": image.astype(np.float32)}, label
    table = rng.normal(size=(n, 4)) * [1, 10, 1, 1] + [0, 100, 0, 0]
    table[:, 0] += 1.5 * label
    table[rng.random(n) < 0.1, 2] = np.nan
    table[:, 3] = 7.0  # a feature that says nothing must do no harm
    return {"table": table.astype(np.float32)}, label


def problem(
    name: str, *, n: int = 600, weight: NDArray[Any] | None = None, n_classes: int = 2, piece_rows: int = 250
) -> Problem:
    train, train_label = examples(name, n, seed=1, n_classes=n_classes)
    other, other_label = examples(name, 200, seed=2, n_classes=n_classes)
    unseen, label = examples(name, 400, seed=3, n_classes=n_classes)
    arrays = ARRAYS[name]
    return Problem(
        MemorySource(arrays, train, train_label, weight, piece_rows=piece_rows),
        MemorySource(arrays, other, other_label, piece_rows=piece_rows),
        unseen,
        label,
    )


def plan(folder: Path, *, training: Training = TRAINING, on_epoch: Any = None) -> FitPlan:
    return FitPlan(folder, training) if on_epoch is None else FitPlan(folder, training, on_epoch)


def auc(score: NDArray[Any], positive: NDArray[np.bool_]) -> float:
    """Share of (positive, other) pairs in the right order."""
    above, below = score[positive][:, None], score[~positive][None, :]
    return float(np.mean((above > below) + 0.5 * (above == below)))
