"""Easy problems for every estimator: an array it reads, and two or three classes that differ, or a number to find."""

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
VIEWS = dict.fromkeys(("x", "y"), ArraySpec((6, 6, 1), role="image", features=("charge",), moments_shape=(1,)))
TABLE = {"table": ArraySpec((4,), role="table", features=("a", "b", "c", "d"), moments_shape=(4,))}
TRACKS = {
    "tracks": ArraySpec(
        (6, 4), role="sequence", features=("a", "b", "c", "d"), moments_shape=(4,), may_miss=(False, False, True, False)
    ),
    "tracks_mask": ArraySpec((6,), dtype="bool", role="mask"),
}

SMALL: Mapping[str, Mapping[str, Any]] = {
    "attention": {"width": 16, "heads": 2, "blocks": 1, "dropout": 0.0, "weight_average": 0.9},
    "bdt": {"max_iter": 40, "learning_rate": 0.2},
    "cnn": {
        "filters": [6, 8],
        "first_stride": 1,
        "first_kernel": 3,
        "dense": [8],
        "dropout": 0.0,
        "weight_average": 0.9,
    },
    "cvn": {
        "stem_filters": 4,
        "stem_kernel": 3,
        "stem_stride": 1,
        "tower": [[]],
        "trunk": [[8]],
        "expansion": 2,
        "dense": [8],
        "share_towers": True,
        "weight_average": 0.9,
    },
    "densenet": {
        "growth": 4,
        "layers": [1, 1],
        "bottleneck": 0,
        "stem_kernel": 3,
        "stem_pool": 1,
        "share_towers": True,
        "weight_average": 0.9,
    },
    "dnn": {"width": 16, "depth": 2, "weight_average": 0.9},
    "likelihood": {"bins": 12},
    "linear": {},
    "lstm": {"units": 8, "dense": [8], "dropout": 0.0, "weight_average": 0.9},
    "pfn": {"items": [16, 16], "dense": [16], "dropout": 0.0, "weight_average": 0.9},
    "resnet": {
        "stem_filters": 6,
        "stem_kernel": 3,
        "stem_pool": 1,
        "filters": [6, 8],
        "blocks": [0, 1],
        "augment": {"flip": ["row"]},
        "weight_average": 0.9,
    },
    "xgboost": {"max_iter": 40, "learning_rate": 0.2, "max_depth": 3},
}
ARRAYS = {
    "attention": TRACKS,
    "bdt": TABLE,
    "cnn": IMAGE,
    "cvn": VIEWS,
    "densenet": VIEWS,
    "dnn": TABLE,
    "likelihood": TRACKS,
    "linear": TABLE,
    "lstm": TRACKS,
    "pfn": TRACKS,
    "resnet": VIEWS,
    "xgboost": TABLE,
}
TRAINING = Training(epochs=6, batch_size=64, early_stopping=None, optimiser={"learning_rate": 0.01})
ENERGY_GEV = "energy_gev"
"""The target of the regression problem: mean about 500, σ 50 to 65, of which 20 are noise that nothing can find."""


@dataclass(frozen=True)
class Problem:
    """Training and validation part, and inputs with their labels and energies that were not used."""

    train: MemorySource
    validation: MemorySource
    inputs: Mapping[str, NDArray[Any]]
    label: NDArray[np.int64]
    energy_gev: NDArray[np.float64]


def task(n_classes: int = 2) -> TaskSpec:
    return build_task("classification", {}, TaskContext(tuple("abc"[:n_classes])))


def regression(**options: Any) -> TaskSpec:
    return build_task("regression", {"target": ENERGY_GEV, **options}, TaskContext(("a", "b")))


def new(
    name: str,
    *,
    seed: int = 1,
    options: Mapping[str, Any] | None = None,
    n_classes: int = 2,
    learns: TaskSpec | None = None,
) -> Estimator:
    return build_estimator(
        name, {**SMALL[name], **(options or {})}, task=learns or task(n_classes), arrays=ARRAYS[name], seed=seed
    )


def examples(name: str, n: int, *, seed: int, n_classes: int = 2) -> tuple[dict[str, NDArray[Any]], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    label = rng.integers(0, n_classes, n)
    if name == "cnn":
        image = rng.random((n, 9, 9, 2)) * (rng.random((n, 9, 9, 2)) < 0.2)
        image[:, 4, 4] += 0.8 * label[:, None]
        return {"image": image.astype(np.float32)}, label
    if ARRAYS[name] is VIEWS:
        maps = rng.random((2, n, 6, 6, 1)) * (rng.random((2, n, 6, 6, 1)) < 0.2)
        maps[:, :, 2:4, 3] += 0.8 * label[:, None, None]
        return dict(zip(VIEWS, maps.astype(np.float32), strict=True)), label
    if ARRAYS[name] is TRACKS:
        return tracks(rng, label), label
    table = rng.normal(size=(n, 4)) * [1, 10, 1, 1] + [0, 100, 0, 0]
    table[:, 0] += 1.5 * label
    table[rng.random(n) < 0.1, 2] = np.nan
    table[:, 3] = 7.0  # a feature that says nothing must do no harm
    return {"table": table.astype(np.float32)}, label


def tracks(rng: np.random.Generator, label: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Return 0 to 6 items for each label, which moves the first feature of each; padding is not 0."""
    n_real = np.minimum(rng.poisson(4, len(label)), 6)
    items = rng.normal(size=(len(label), 6, 4)) * [1, 10, 1, 1] + [0, 100, 0, 0]
    items[..., 0] += label[:, None]
    items[rng.random(items.shape[:2]) < 0.1, 2] = np.nan
    items[..., 3] = 7.0
    mask = np.arange(6) < n_real[:, None]
    items[~mask] = 1e4
    return {"tracks": items.astype(np.float32), "tracks_mask": mask}


def energy_gev(inputs: Mapping[str, NDArray[Any]], *, seed: int) -> NDArray[np.float64]:
    """Return energies that follow from the first column, or its sum over √n items, or from the sum of all views."""
    if "table" in inputs:
        seen = inputs["table"][:, 0]
    elif "tracks" in inputs:
        mask = inputs["tracks_mask"]
        seen = np.where(mask, inputs["tracks"][..., 0], 0).sum(axis=1) / np.sqrt(np.maximum(mask.sum(axis=1), 1))
    else:
        seen = 0.6 * (sum(image[..., 0].sum(axis=(1, 2)) for image in inputs.values()) - 7)
    noise = np.random.default_rng(seed).normal(0, 20, len(seen))
    return 470 + 40 * seen.astype(np.float64) + noise


def problem(
    name: str, *, n: int = 600, weight: NDArray[Any] | None = None, n_classes: int = 2, piece_rows: int = 250
) -> Problem:
    train, train_label = examples(name, n, seed=1, n_classes=n_classes)
    other, other_label = examples(name, 200, seed=2, n_classes=n_classes)
    unseen, label = examples(name, 400, seed=3, n_classes=n_classes)
    return Problem(
        source(name, train, train_label, weight=weight, seed=1, piece_rows=piece_rows),
        source(name, other, other_label, seed=2, piece_rows=piece_rows),
        unseen,
        label,
        energy_gev(unseen, seed=3),
    )


def source(
    name: str,
    inputs: Mapping[str, NDArray[Any]],
    label: NDArray[np.int64],
    *,
    weight: NDArray[Any] | None = None,
    seed: int = 1,
    piece_rows: int = 250,
    energy: NDArray[np.float64] | None = None,
) -> MemorySource:
    """Return examples as a part, with their energies as a spectator."""
    target = energy_gev(inputs, seed=seed) if energy is None else energy
    return MemorySource(ARRAYS[name], inputs, label, weight, piece_rows=piece_rows, spectators={ENERGY_GEV: target})


def plan(folder: Path, *, training: Training = TRAINING, on_epoch: Any = None) -> FitPlan:
    return FitPlan(folder, training) if on_epoch is None else FitPlan(folder, training, on_epoch)


def auc(score: NDArray[Any], positive: NDArray[np.bool_]) -> float:
    """Share of (positive, other) pairs in the right order."""
    above, below = score[positive][:, None], score[~positive][None, :]
    return float(np.mean((above > below) + 0.5 * (above == below)))
