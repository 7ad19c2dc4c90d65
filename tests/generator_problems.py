"""Electron and photon showers of low energy, as sources, for the tests of generators."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
from memory_source import MemorySource
from toy_showers import SHOWER, batch_of, toy_showers

from hepml.contracts import ArraySpec, FitPlan, Generative
from hepml.estimators import build_estimator
from hepml.recipe import Training
from hepml.tasks import TaskContext, build_task

CONDITION = ArraySpec(
    (2,), role="table", features=("energy_gev [GeV]", "particle []"), moments_shape=(2,), categories=(0, 2)
)
ARRAYS = {**{f"shower_{suffix}": spec for suffix, spec in SHOWER.arrays.items()}, "condition": CONDITION}
TASK = build_task("generation", {}, TaskContext((), ("shower", "condition")))
TRAINING = Training(epochs=2, batch_size=128, early_stopping=None, optimiser={"learning_rate": 0.002})

SMALL: dict[str, dict[str, Any]] = {
    "gan": {
        "latents": 3,
        "width": 32,
        "depth": 1,
        "stream": 16,
        "kernels": 2,
        "energy_components": 3,
        "warm_up_epochs": 0,
        "weight_average": 0.9,
    },
    "shower_parametrisation": {"n_bins": 4},
    "shower_resampling": {"n_nearest": 20},
    "vae": {"latents": 3, "width": 32, "depth": 1, "stream": 16, "energy_components": 3, "weight_average": 0.9},
}
"""Options with which a fit takes a second."""


@cache
def inputs_of(n: int, seed: int) -> dict[str, np.ndarray]:
    """Return the arrays of n showers, half of them of electrons."""
    halves = [toy_showers(n // 2, seed=seed + kind, particle=name) for kind, name in enumerate(("electron", "photon"))]
    batch = batch_of(ak.concatenate(halves))
    kind = np.repeat([0.0, 1.0], n // 2)
    condition = np.column_stack([batch["energies"][:, 0], kind]).astype(np.float32)
    return {**{f"shower_{suffix}": values for suffix, values in batch.items()}, "condition": condition}


def source(n: int = 600, *, seed: int = 1, weight: np.ndarray | None = None) -> MemorySource:
    """Return showers as a part of a dataset."""
    return MemorySource(ARRAYS, inputs_of(n, seed), np.zeros(n), weight)


def new(name: str, *, seed: int = 1, **options: Any) -> Generative:
    """Return a generator, not fitted."""
    made = build_estimator(name, {**SMALL[name], **options}, task=TASK, arrays=ARRAYS, seed=seed)
    assert isinstance(made, Generative)
    return made


def plan(folder: Path, *, training: Training = TRAINING, on_epoch: Any = None) -> FitPlan:
    """Return how to fit."""
    return FitPlan(folder, training) if on_epoch is None else FitPlan(folder, training, on_epoch)


def conditions(energy: Any, kind: Any) -> dict[str, np.ndarray]:
    """Return conditions."""
    return {"condition": np.column_stack(np.broadcast_arrays(energy, kind)).astype(np.float32)}
