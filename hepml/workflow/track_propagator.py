"""A trained run as a propagator."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import FittedModel
from hepml.errors import RunError
from hepml.inference import Backend, LoadedRun, apply_members, average, load_run
from hepml.options import validate_options
from hepml.tracking import BarrelOptions, NetworkPropagator


def network_propagator(run: str | Path, *, backend: Backend = "native") -> NetworkPropagator:
    """Return the propagator of a run of ``next_item`` on the sequences of ``processors/barrel_tracks.py``.

    The tracker is that of the run's recipe; seeds are averaged.

    Parameters
    ----------
    run : path
        The run.
    backend : {"native", "onnx"}
        What computes the predictions.

    Raises
    ------
    RunError
        The run is of another task, reads other inputs, or has folds, of which each event would need its own.
    """
    loaded = load_run(run, backend=backend)
    if loaded.info.task.kind != "next_item" or len(loaded.representations) != 1:
        msg = (
            f"{run}: tracks are followed by a run of the task next_item that reads one sequence; found "
            f"{loaded.info.task.kind} on {', '.join(loaded.representations)}: train examples/tracks/barrel.yaml"
        )
        raise RunError(msg)
    if loaded.info.n_folds:
        msg = f"{run}: the run has {loaded.info.n_folds} folds: train without folds to follow tracks of any event"
        raise RunError(msg)
    [(name, representation)] = loaded.representations.items()
    given = loaded.recipe.processor.options.get("barrel", {})
    options = validate_options(BarrelOptions, given, path="processor.options.barrel", error=RunError)
    return NetworkPropagator(options.barrel, _RunModel(loaded), representation, name=name)


class _RunModel(FittedModel):
    """The seeds of a run as one model."""

    def __init__(self, run: LoadedRun) -> None:
        self._run = run

    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        n = len(next(iter(inputs.values())))
        return average(self._run.info.task, apply_members(self._run, inputs, np.zeros(n, np.int64)))
