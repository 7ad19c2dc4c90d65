"""Showers from fitted generators over those of the parametrised simulation, in batches of three sizes.

Networks are of their full size, fitted for one epoch to few showers: what a shower costs does not depend on how well it
is made.  For trained runs, energies and published times see ``shower_times.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from generator_problems import ARRAYS, TASK, conditions, plan, source
from measured import Ratio
from shower_times import BATCHES, generation_ms, simulation_ms

from hepml.contracts import Generative
from hepml.estimators import build_estimator
from hepml.recipe import Training

_MODELS = ("shower_parametrisation", "shower_resampling", "vae", "gan")
_ENERGY_GEV = 3.0


def measure(folder: Path, *, n_jets: int, n_pairs: int) -> Iterator[Ratio]:
    """Yield the time of a simulated shower over that of a generated one."""
    del n_jets, n_pairs
    simulated = simulation_ms(_ENERGY_GEV)
    training = Training(epochs=1, batch_size=256, early_stopping=None)
    for name in _MODELS:
        model = build_estimator(name, {}, task=TASK, arrays=ARRAYS, seed=1)
        assert isinstance(model, Generative)
        model.fit(source(600), source(200, seed=3), plan(folder / name, training=training))
        for batch in BATCHES:
            made = generation_ms(model, conditions(np.full(batch, _ENERGY_GEV), 1))
            note = f"{simulated:.3g} and {made:.3g} ms a shower of {_ENERGY_GEV:g} GeV"
            yield Ratio(f"GFLASH over {name}", f"in batches of {batch}", simulated / made, None, note=note)
