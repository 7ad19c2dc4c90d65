"""``condor resubmit``: jobs that will not finish by themselves, once more; with more memory where they lacked it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from hepml.batch import condor_tools
from hepml.batch.submit_check import check_submit_file
from hepml.batch.submit_files import JOB_FILE, STORED, JobLine, write_submit_file, write_wrapper
from hepml.errors import BatchError
from hepml.io.folder import exclusive
from hepml.workflow.condor.job_files import job_inputs
from hepml.workflow.condor.records import REPORT_FILE, write_record
from hepml.workflow.condor.results import Results
from hepml.workflow.condor.status import JobState, state_of
from hepml.workflow.condor.submission_folder import SubmissionFolder
from hepml.workflow.condor.submit import WAIT_FOR_LOCK_SECONDS
from hepml.workflow.progress import SILENT, Progress

_GONE_SECONDS = 60
"""How long HTCondor may take to let go of a job that was held."""


@dataclass(frozen=True)
class Resubmitted:
    """What `resubmit` has done.

    Attributes
    ----------
    jobs : tuple of JobState
        Those that were submitted again, as they were.
    memory_mb : tuple of int
        What each asks for now.
    n_chunks_left : int
        Theirs, of those that are known.
    n_waiting : int
        Jobs that are idle or running, or held for a while, and were let be.
    hopeless : tuple of JobState
        Jobs that say that the input, the recipe or the processor is wrong; they were let be.
    too_large : tuple of JobState
        Jobs that need more memory than the site gives; they were let be.
    """

    jobs: tuple[JobState, ...]
    memory_mb: tuple[int, ...]
    n_chunks_left: int
    n_waiting: int
    hopeless: tuple[JobState, ...] = ()
    too_large: tuple[JobState, ...] = ()


def resubmit(
    output: str | Path, *, memory_mb: int | None = None, everything: bool = False, progress: Progress = SILENT
) -> Resubmitted:
    """Submit what is missing once more: jobs that are held (these are removed first), have failed or are gone.

    What they have finished is not done again.  A job that was held or killed for its memory asks for twice as much, up
    to the site's `largest_memory_mb`.

    Parameters
    ----------
    output : path
        The output folder of `submit`.
    memory_mb : int, optional
        What all of them ask for instead.
    everything : bool
        Those, too, that say that trying again will not help, and those that HTCondor is about to release.
    progress : Progress
        Where bars go.

    Raises
    ------
    BatchError
        Nothing was submitted for the folder, or HTCondor refuses.
    """
    place = SubmissionFolder(Path(output).expanduser().resolve())
    results = Results(place)
    with exclusive(place.output, kind=results.order.kind, wait_seconds=WAIT_FOR_LOCK_SECONDS) as lock:
        state = state_of(results, progress=progress)
        stuck = [j for j in state.jobs if j.needs_resubmission or (everything and j.waits_for_release)]
        hopeless = tuple(job for job in stuck if job.is_hopeless and not everything)
        largest_mb = results.submission.site.largest_memory_mb
        too_large = tuple(j for j in stuck if j.for_memory and j.request_memory_mb >= largest_mb and not memory_mb)
        again = tuple(job for job in stuck if job not in (*hopeless, *too_large))
        n_waiting = sum(job.state in ("idle", "running", "held") for job in state.jobs if job not in stuck)
        if not again:
            return Resubmitted((), (), 0, n_waiting, hopeless, too_large)
        memory = tuple(memory_mb or _memory_mb(job, largest_mb) for job in again)
        _let_go(results.submission.id, again)
        for job in again:
            _only_what_is_missing(results, job.number)
        lines = [JobLine(job.number, mb, job_inputs(place, job.number)) for job, mb in zip(again, memory, strict=True)]
        _hand_in(place, results, lines, lock=lock)
        n_left = sum(job.n_left or 0 for job in again)
        return Resubmitted(again, memory, n_left, n_waiting, hopeless, too_large)


def _memory_mb(job: JobState, largest_mb: int) -> int:
    """Return what a job asks for next."""
    if not job.for_memory:
        return job.request_memory_mb
    return min(largest_mb, max(2 * job.request_memory_mb, job.memory_mb * 5 // 4))


def _let_go(submission: str, jobs: Sequence[JobState]) -> None:
    """Take held jobs out of the queue, and wait until they are: two jobs of one number would do the same twice."""
    held = [job.ad for job in jobs if job.state == "held" and job.ad is not None]
    if not held:
        return
    condor_tools.remove(held)
    numbers = {ad.number for ad in held}
    deadline = time.monotonic() + _GONE_SECONDS
    while left := sorted(numbers & condor_tools.queue(submission).keys()):
        if time.monotonic() > deadline:
            msg = f"HTCondor has not let go of job {left[0]} in {_GONE_SECONDS} s: see condor_q, and try again"
            raise BatchError(msg)
        time.sleep(1)


def _only_what_is_missing(results: Results, number: int) -> None:
    """Bring home what a job has finished, and write down that it need not do that again."""
    with suppress(BatchError):  # what the storage does not give is made again
        results.bring_home(number)
    chunks = results.chunks(number)
    for name in (REPORT_FILE, STORED):
        (results.place.job_folder(number) / name).unlink(missing_ok=True)
    if chunks is not None and not results.submission.site.shared_file_system:
        done = tuple(chunk.name for chunk in chunks if results.home.finished(chunk))
        write_record(results.place.job_folder(number) / JOB_FILE, replace(results.place.job(number), done=done))


def _hand_in(place: SubmissionFolder, results: Results, lines: Sequence[JobLine], *, lock: int) -> None:
    attempt = 1 + len(list(place.path.glob("submit_*.sub")))
    batch = place.batch(results.submission)
    write_wrapper(batch)
    path = write_submit_file(batch, lines, attempt=attempt)
    with tempfile.TemporaryDirectory(prefix="hepml-") as scratch:
        check_submit_file(path, scratch=Path(scratch))
    condor_tools.submit(path, lock=lock)
