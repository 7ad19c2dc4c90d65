"""Maps of a small drifting detector, as a part of a dataset in memory, for models that reconstruct them."""

from __future__ import annotations

from typing import Any

import numpy as np
from memory_source import MemorySource
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, TaskSpec, batch_name
from hepml.tasks import TaskContext, build_task

SHAPE = (8, 20)
ARRAYS = {
    "muon_counts": ArraySpec((*SHAPE, 1), features=("counts",), moments_shape=(1,), may_miss=(True,)),
    "muon_exposure": ArraySpec((1,), role="table", features=("exposure",), moments_shape=(1,), may_miss=(True,)),
}
DEAD = (2, 5)
SMALL = {
    "autoencoder": {"kind": "convolutional", "hidden": 4},
    "beta_binomial": {},
    "isolation_forest": {"trees": 30},
    "pca": {"components": 1},
    "variational_autoencoder": {"kind": "dense", "hidden": 4},
}


def task(**options: Any) -> TaskSpec:
    return build_task("reconstruction", options, TaskContext((), ("muon",), ARRAYS))


def response(drift: float | NDArray[Any] = 0.0) -> NDArray[np.float64]:
    """Return the mean counts of cells at exposure 1: waves, tilted from left to right by the drift."""
    row, column = np.meshgrid(*(np.linspace(0, 1, n) for n in SHAPE), indexing="ij")
    return 200 * (1 + 0.3 * np.cos(5 * row + 4 * column)) * (1 + np.asarray(drift)[..., None, None] * (column - 0.5))


def maps(n: int, *, seed: int, exposure: float | None = None, drift: float | None = None) -> dict[str, NDArray[Any]]:
    """Return batch arrays of good maps."""
    rng = np.random.default_rng(seed)
    size = rng.uniform(0.5, 1.0, n) if exposure is None else np.full(n, exposure)
    tilt = rng.uniform(-0.1, 0.1, n) if drift is None else np.full(n, drift)
    counts = rng.poisson(size[:, None, None] * response(tilt)).astype(np.float32)
    counts[:, DEAD[0], DEAD[1]] = np.nan
    return {batch_name("muon", "counts"): counts[..., None], "muon_exposure": size[:, None].astype(np.float32)}


def source(n: int, *, seed: int) -> MemorySource:
    return MemorySource(ARRAYS, maps(n, seed=seed), np.full(n, -1), piece_rows=100)
