"""A Dask cluster whose workers are HTCondor jobs, while it runs: whether workers come up, and why not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepml.batch.condor_tools import queue
from hepml.batch.job_ad import JobAd
from hepml.errors import WorkerError

ASK_SECONDS = 5
"""Between two questions to the queue."""


@dataclass(frozen=True)
class RunningCluster:
    """A cluster with its jobs in the queue.

    Attributes
    ----------
    dask : HTCondorCluster
        For a client.
    submission : str
        By which the queue knows the jobs.
    folder : Path
        With the workers' logs.
    wait_seconds : int
        How long there may be no worker.
    """

    dask: Any
    submission: str
    folder: Path
    wait_seconds: int

    def wait_for_worker(self) -> None:
        """Return as soon as there is a worker.

        Raises
        ------
        WorkerError
            None comes up in time, or can come up at all; with HTCondor's reason.
        BatchError
            The queue cannot be asked.
        """
        deadline = time.monotonic() + self.wait_seconds
        while True:
            left = deadline - time.monotonic()
            with suppress(TimeoutError):
                self.dask.wait_for_workers(1, timeout=max(0.1, min(ASK_SECONDS, left)))
                return
            jobs = list(queue(self.submission).values())
            self._refuse_hopeless(jobs)
            if time.monotonic() > deadline:
                self._refuse_late(jobs)

    def _refuse_hopeless(self, jobs: Sequence[JobAd]) -> None:
        if not jobs:
            msg = f"all Dask workers ended before they reached this process ({self._last_words()}): see {self.folder}"
            raise WorkerError(msg)
        if all(job.status == "held" for job in jobs):
            msg = f"HTCondor holds the jobs of all Dask workers ({jobs[0].reason}): mend that, or the site file"
            raise WorkerError(msg)

    def _refuse_late(self, jobs: Sequence[JobAd]) -> None:
        late = f"no Dask worker has come up in {self.wait_seconds} s"
        running = next((job for job in jobs if job.status == "running"), None)
        if running is not None:
            msg = (
                f"{late}: job {running.name} is running, and does not reach {self.dask.scheduler_address} "
                f"({self._last_words()}): name an address of this machine that it reaches, dask.host in the site file"
            )
            raise WorkerError(msg)
        msg = (
            f"{late}, job {jobs[0].name} is {jobs[0].status}: `condor_q -better-analyze {jobs[0].name}` says why "
            "while it is in the queue; ask for less, or wait longer, with dask.wait_seconds in the site file"
        )
        raise WorkerError(msg)

    def _last_words(self) -> str:
        """Return the last line that any worker has written."""
        logs = [path for path in self.folder.glob("worker-*.err") if path.stat().st_size]
        if not logs:
            return "it wrote nothing"
        newest = max(logs, key=lambda path: path.stat().st_mtime)
        return newest.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2][-300:]
