"""Executing a plan with coffea's Runner, until every chunk is accounted for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from hepml.contracts import Chunk
from hepml.processing.attempt import Attempts, unfinished
from hepml.processing.executor_choice import ALONE, Workforce
from hepml.processing.sink import Sink
from hepml.processing.watch import Watch
from hepml.processing.worker_pools import worker_pools

LOGS = "workers"
"""Folder with the logs of workers that are HTCondor jobs; it is there until all is well."""

OnProgress = Callable[[float, str], None]
"""Called with the number of chunks done since the last call, and a note such as ``"12 of 40 chunks"``."""


def execute(
    chunks: Sequence[Chunk],
    processor_class: type[Any],
    options: Any,
    sink: Sink,
    *,
    workforce: Workforce = ALONE,
    logs: Path = Path(LOGS),
    retries: int = 2,
    bad_input: Literal["stop", "skip"] = "stop",
    on_progress: OnProgress | None = None,
) -> None:
    """Bring the examples of every chunk to the sink; chunks that it has finished before are not read again.

    Parameters
    ----------
    chunks : sequence of Chunk
        Of a plan.
    processor_class, options
        A class that `processor` made, and its options.
    sink : Sink
        Takes the examples.
    workforce : Workforce
        Who does the work.
    logs : Path
        Folder for the logs of workers that are HTCondor jobs; it is there until all is well.
    retries : int
        How often chunks are tried again, after a worker was lost or a file could not be read, without any success.
    bad_input : {"stop", "skip"}
        What to do about a chunk that cannot be read.
    on_progress : callable, optional
        Progress.

    Raises
    ------
    InputError
        A chunk cannot be read, or lacks a branch.
    ProcessorError
        The processor file's code fails; its own line is shown.
    WorkerError
        Workers were lost again and again, or a scheduler cannot be reached.
    SiteError, BatchError
        HTCondor cannot have Dask workers as jobs.
    MissingExtraError
        Dask is not installed.
    HepmlError
        Of the sink.
    """
    progress = _Counter(len(chunks), on_progress)
    missing = unfinished(chunks, sink)
    progress.add(len(chunks) - len(missing))
    if missing:
        with worker_pools(workforce, n_chunks=len(missing), logs=logs) as pool:
            attempts = Attempts(processor_class, options, sink, pool=pool, bad_input=bad_input)
            _finish(missing, attempts, sink, progress, workers=workforce.workers, retries=retries)


def _finish(
    missing: list[Chunk], attempts: Attempts, sink: Sink, progress: _Counter, *, workers: int, retries: int
) -> None:
    """Attempt chunks until none is missing; raise, or skip, what is left when that does not help any more."""
    tries = 0
    while missing:
        watch = Watch(attempts.is_fatal, progress.one)
        attempts.attempt(missing, watch, workers=workers)
        left = unfinished(missing, sink)
        # A long run on shaky machines loses a worker now and then: only what does not help counts as a try.
        if tries == 0 or len(left) == len(missing):
            tries += 1
        if left and tries > retries:
            attempts.give_up(left, watch)
            return
        # The chunks that were in hand when a worker died go last, so that one that kills does not starve the others.
        missing = left[workers:] + left[:workers] if watch.lost else left


class _Counter:
    """Counts chunks for a progress bar."""

    def __init__(self, n_chunks: int, on_progress: OnProgress | None) -> None:
        self._n_chunks, self._on_progress, self._done = n_chunks, on_progress, 0

    def add(self, n: int) -> None:
        """Count `n` more chunks as done."""
        self._done += n
        if self._on_progress is not None:
            self._on_progress(n, f"{self._done} of {self._n_chunks} chunks")

    def one(self, name: str) -> None:  # noqa: ARG002  (the watch names the chunk)
        """Count one more chunk as done."""
        self.add(1)
