"""``condor collect``: one dataset, or friend trees, of the results of all jobs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from hepml.errors import BatchError
from hepml.io.folder import exclusive
from hepml.workflow.condor.order import Result
from hepml.workflow.condor.results import Results
from hepml.workflow.condor.status import JobState, state_of
from hepml.workflow.condor.submission_folder import SubmissionFolder
from hepml.workflow.condor.submit import WAIT_FOR_LOCK_SECONDS
from hepml.workflow.progress import SILENT, Progress

_POLL_SECONDS = 5


def collect(output: str | Path, *, wait: bool = False, progress: Progress = SILENT) -> Result:
    """Check all results against what was planned, and make of them what ``process`` or ``predict`` would have made.

    Parameters
    ----------
    output : path
        The output folder of `submit`.
    wait : bool
        Wait until no job is idle or running.
    progress : Progress
        Where bars go.

    Returns
    -------
    Manifest or list of Friend
        With the same digest, or the same scores, as on one machine.

    Raises
    ------
    BatchError
        Nothing was submitted for the folder, or chunks are missing: which jobs are to blame, and why.
    HepmlError
        As ``process`` and ``predict`` raise after the last chunk.
    """
    results = Results(SubmissionFolder(Path(output).expanduser().resolve()))
    if wait:
        _wait(results, progress)
    with exclusive(results.place.output, kind=results.order.kind, wait_seconds=WAIT_FOR_LOCK_SECONDS):
        missing = []
        with progress.step("collect", results.submission.n_jobs) as bar:
            for number in results.numbers:
                results.bring_home(number)
                left = results.missing(number)
                if left is None or left:
                    missing.append(number)
                bar.advance()
        if missing:
            raise BatchError(_complaint(results, missing))
        return results.order.finish(results.place.output, results.plan(), progress)


def _wait(results: Results, progress: Progress) -> None:
    """Wait until no job will do anything by itself any more."""
    n_jobs, over = results.submission.n_jobs, 0
    with progress.step("jobs", n_jobs) as bar:
        while True:
            state = state_of(results)
            now = n_jobs - state.count("idle") - state.count("running")
            bar.advance(max(0, now - over), note=f"{state.count('running')} running, {state.count('held')} held")
            over = max(over, now)
            if state.is_over:
                return
            time.sleep(_POLL_SECONDS)


def _complaint(results: Results, missing: Sequence[int]) -> str:
    """Say which jobs have not brought all, and what is to be done."""
    jobs = {job.number: job for job in state_of(results).jobs}
    blamed = [jobs[number] for number in missing]
    shown = "; ".join(_blame(job) for job in blamed[:3]) + (f"; and {len(blamed) - 3} more" if len(blamed) > 3 else "")
    waiting = any(job.state in ("idle", "running") for job in blamed)
    remedy = "wait, or call it with --wait" if waiting else f"hepml condor resubmit {results.place.output}"
    return f"{results.place.output}: {len(blamed)} of {len(jobs)} jobs have not finished ({shown}): {remedy}"


def _blame(job: JobState) -> str:
    left = "" if job.n_left is None else f", {job.n_left} of {job.n_chunks} chunks left"
    return f"job {job.number} is {job.state}{left}" + (f": {job.reason}" if job.reason else "")
