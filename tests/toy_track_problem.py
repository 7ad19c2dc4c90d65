"""The toy of straight tracks in memory, as estimators and networks read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from memory_source import MemorySource
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, TaskSpec
from hepml.tasks import TaskContext, build_task

N_LAYERS, N_PIXELS, N_SEEDS = 12, 10, 4
ARRAYS = {"pixels_on": ArraySpec((N_LAYERS, N_PIXELS, 1), role="image", moments_shape=(1,))}
TRACK = {
    "track": ArraySpec((N_LAYERS, 1), role="sequence", features=("pixel [1]",), moments_shape=(1,)),
    "track_mask": ArraySpec((N_LAYERS,), dtype="bool", role="mask"),
}


def task(**options: Any) -> TaskSpec:
    chosen = {"target": "track", "kind": "pixels", "places": N_PIXELS, "ahead": 0, "seed_items": N_SEEDS, **options}
    return build_task("next_item", chosen, TaskContext((), ("pixels",), ARRAYS | TRACK))


def events(n: int, *, seed: int, noise: float = 0.15) -> tuple[dict[str, NDArray[Any]], NDArray[np.int64]]:
    """Return the map of n events with clean first layers, and the true pixels."""
    rng = np.random.default_rng(seed)
    ends = rng.uniform(0, N_PIXELS, (n, 2, 1))
    share = np.arange(N_LAYERS) / N_LAYERS
    pixel = np.floor(ends[:, 0] * (1 - share) + ends[:, 1] * share).astype(np.int64)
    on = rng.random((n, N_LAYERS, N_PIXELS)) < noise
    on[:, :N_SEEDS] = False
    np.put_along_axis(on, pixel[..., None], True, axis=2)
    return {"pixels_on": on[..., None].astype(np.float32)}, pixel


def source(n: int, *, seed: int) -> MemorySource:
    inputs, pixel = events(n, seed=seed)
    target = {"track": pixel[..., None].astype(np.float32), "track_mask": np.ones(pixel.shape, bool)}
    specs: Mapping[str, ArraySpec] = ARRAYS | TRACK
    return MemorySource(specs, inputs | target, np.zeros(n))
