"""``sample``: nothing → ROOT ntuples of a built-in physics sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hepml.samples import SampleSummary, build_sample
from hepml.workflow.progress import SILENT, Progress


def sample(
    name: str,
    output: str | Path,
    *,
    events: int | None = None,
    seed: int = 1,
    workers: int = 1,
    options: Mapping[str, Any] | None = None,
    progress: Progress = SILENT,
) -> SampleSummary:
    """Make a built-in physics sample.

    Parameters
    ----------
    name : str
        Which: ``"flavour"``, ``"jets"``, ``"monitoring"``, ``"neutrinos"``, ``"points"``, ….
    output : path
        Folder of the ROOT files.
    events : int, optional
        Accepted examples in all, shared equally by the classes; not for a sample of fixed size.
    seed : int
        The same seed gives the same events, whatever the number of workers.
    workers : int
        Worker processes.
    options : mapping, optional
        The sample's own options.
    progress : Progress
        Where bars go.

    Raises
    ------
    RecipeError, MissingExtraError, OutputError, WorkerError
    """
    with progress.step(f"sample {name}", events) as bar:
        return build_sample(
            name, output, events=events, seed=seed, workers=workers, options=options, progress=bar.advance
        )
