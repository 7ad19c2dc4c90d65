"""``condor status``: what became of each job, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hepml.batch import condor_tools
from hepml.batch.exit_codes import DONE, PARTIAL, WRONG
from hepml.batch.job_ad import JobAd
from hepml.errors import BatchError
from hepml.workflow.condor.records import Submission
from hepml.workflow.condor.results import Results
from hepml.workflow.condor.submission_folder import SubmissionFolder
from hepml.workflow.progress import SILENT, Progress

State = Literal["idle", "running", "held", "done", "failed", "missing"]
STATES: tuple[State, ...] = ("idle", "running", "held", "done", "failed", "missing")


@dataclass(frozen=True)
class JobState:
    """One job.

    Attributes
    ----------
    number : int
        From 1.
    state : str
        done: no chunk is left; idle, running, held: as HTCondor says; failed: it has ended, and chunks are left;
        missing: HTCondor does not know it (it was removed, or never taken), and chunks are left.
    n_chunks, n_left : int, optional
        Chunks in all, and unfinished ones; None where the job was to plan them itself and has not said.
    reason : str
        Why it is held, failed or is missing.
    for_memory : bool
        Whether more memory may help.
    request_memory_mb, memory_mb : int
        What it asked for last, and the most that was seen.
    n_starts : int
        How often HTCondor has started it.
    is_hopeless : bool
        Whether it says itself that trying again will not help: the input, the recipe or the processor is wrong.
    waits_for_release : bool
        Whether it is held, and HTCondor will release it.
    ad : JobAd, optional
        What HTCondor says; None for a job that it does not know.
    """

    number: int
    state: State
    n_chunks: int | None
    n_left: int | None
    reason: str = ""
    for_memory: bool = False
    request_memory_mb: int = 0
    memory_mb: int = 0
    n_starts: int = 0
    is_hopeless: bool = False
    waits_for_release: bool = False
    ad: JobAd | None = None

    @property
    def needs_resubmission(self) -> bool:
        """Whether nothing will happen by itself any more, and chunks are left."""
        return self.state in ("held", "failed", "missing") and not self.waits_for_release


@dataclass(frozen=True)
class SubmissionState:
    """All jobs of a submission."""

    submission: Submission
    output: Path
    jobs: tuple[JobState, ...]

    def count(self, state: State) -> int:
        """Return the number of jobs in a state."""
        return sum(job.state == state for job in self.jobs)

    @property
    def n_left(self) -> int:
        """Number of unfinished chunks, of those that are known."""
        return sum(job.n_left or 0 for job in self.jobs)

    @property
    def is_over(self) -> bool:
        """Whether no job will do anything by itself any more."""
        return not any(job.state in ("idle", "running") or job.waits_for_release for job in self.jobs)


def status(output: str | Path, *, progress: Progress = SILENT) -> SubmissionState:
    """Return what became of the jobs that were submitted for an output folder.

    Parameters
    ----------
    output : path
        The output folder of `submit`.
    progress : Progress
        Where bars go.

    Raises
    ------
    BatchError
        Nothing was submitted for it, or HTCondor cannot be asked.
    """
    return state_of(Results(SubmissionFolder(Path(output).expanduser().resolve())), progress=progress)


def state_of(results: Results, *, progress: Progress = SILENT) -> SubmissionState:
    """Return what became of all jobs.

    Raises
    ------
    BatchError
        HTCondor cannot be asked.
    """
    submission = results.submission
    ads = condor_tools.queue(submission.id)
    if len(ads) < submission.n_jobs:
        ads = _history(submission) | ads
    with progress.step("chunks", submission.n_jobs) as bar:
        jobs = []
        for number in results.numbers:
            jobs.append(_state(results, number, ads.get(number)))
            bar.advance()
    return SubmissionState(submission, results.place.output, tuple(jobs))


def _history(submission: Submission) -> dict[int, JobAd]:
    """Return what is known of jobs that have left the queue; some pools keep no history, and chunks count anyway."""
    try:
        return condor_tools.history(submission.id, n_jobs=submission.n_jobs)
    except BatchError:
        return {}


def _state(results: Results, number: int, ad: JobAd | None) -> JobState:
    chunks = results.chunks(number)
    left = None if chunks is None else results.left(number, chunks)
    state = _in_words(ad, is_done=left is not None and not left)
    said = results.place.report(number)
    error = said.error if said is not None else ""
    return JobState(
        number=number,
        state=state,
        n_chunks=None if chunks is None else len(chunks),
        n_left=None if left is None else len(left),
        reason="; ".join(_reasons(state, ad, error)),
        for_memory=ad is not None and state != "done" and (ad.for_memory or "not enough memory" in error),
        request_memory_mb=ad.request_memory_mb if ad is not None else results.submission.site.request_memory_mb,
        memory_mb=max(ad.memory_mb if ad is not None else 0, said.peak_memory_mb if said is not None else 0),
        n_starts=ad.n_starts if ad is not None else 0,
        is_hopeless=state == "failed" and said is not None and said.exit_code == WRONG,
        waits_for_release=state == "held" and ad is not None and ad.will_be_released(results.submission.site.releases),
        ad=ad,
    )


def _in_words(ad: JobAd | None, *, is_done: bool) -> State:
    if is_done:
        return "done"
    if ad is None or ad.status in ("removed", "unknown"):
        return "missing"
    if ad.status == "completed":
        return "failed"
    return "held" if ad.status == "held" else "idle" if ad.status in ("idle", "suspended") else "running"


def _reasons(state: State, ad: JobAd | None, error: str) -> Iterator[str]:
    """Yield why a job does not get on, what it says itself first."""
    if state in ("failed", "missing", "held") and error:
        yield error
    if state == "missing":
        yield (ad.reason or "it was removed") if ad is not None else "HTCondor does not know it"
    elif state == "held" and ad is not None:
        yield ad.reason
    elif state == "failed" and ad is not None and (ad.exit_code not in (None, DONE, PARTIAL) or not error):
        yield _code(ad)


def _code(ad: JobAd) -> str:
    if ad.exit_code is None:
        return "ended without an exit code"
    if ad.exit_code > 128:
        return f"killed by signal {ad.exit_code - 128}" + (", perhaps for want of memory" if ad.for_memory else "")
    return f"exit code {ad.exit_code}, see err.txt in its folder"
