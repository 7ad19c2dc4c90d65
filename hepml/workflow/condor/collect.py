"""``condor collect``: one dataset, or friend trees, of the results of all jobs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from hepml.batch import condor_tools
from hepml.errors import BatchError
from hepml.io.folder import exclusive
from hepml.workflow.condor.order import Result
from hepml.workflow.condor.results import Results
from hepml.workflow.condor.status import JobState, state_of
from hepml.workflow.condor.submission_folder import SubmissionFolder
from hepml.workflow.condor.submit import WAIT_FOR_LOCK_SECONDS
from hepml.workflow.progress import SILENT, Progress

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 3.0, 60.0
"""Between two looks at the queue, which all users of a pool share."""


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
        missing, unfetched = [], ""
        with progress.step("collect", results.submission.n_jobs) as bar:
            for number in results.numbers:
                try:
                    results.bring_home(number)
                except BatchError as problem:  # one archive that is lost must not keep the others away
                    unfetched = unfetched or str(problem)
                left = results.missing(number)
                if left is None or left:
                    missing.append(number)
                bar.advance()
        if missing:
            raise BatchError(unfetched or _complaint(results, missing))
        return results.order.finish(results.place.output, results.plan(), progress)


def _wait(results: Results, progress: Progress) -> None:
    """Wait until no job will do anything by itself any more."""
    site, n_jobs, over = results.submission.site, results.submission.n_jobs, 0
    pause = _FIRST_PAUSE_SECONDS
    with progress.step("jobs", n_jobs) as bar:
        while True:
            ads = condor_tools.queue(results.submission.id).values()
            active = [ad for ad in ads if ad.is_waiting_or_working or ad.will_be_released(site.releases)]
            n_held = sum(ad.status == "held" for ad in ads)
            now = n_jobs - len(active)
            bar.advance(max(0, now - over), note=f"{len(active)} waiting or running, {n_held} held")
            over = max(over, now)
            if not active:
                return
            time.sleep(pause)
            pause = min(1.2 * pause, _LONGEST_PAUSE_SECONDS)


def _complaint(results: Results, missing: Sequence[int]) -> str:
    """Say which jobs have not brought all, and what is to be done."""
    jobs = {job.number: job for job in state_of(results).jobs}
    blamed = [jobs[number] for number in missing]
    shown = "; ".join(_blame(job) for job in blamed[:3]) + (f"; and {len(blamed) - 3} more" if len(blamed) > 3 else "")
    remedy = f"hepml condor resubmit {results.place.output}"
    if any(job.state in ("idle", "running") or job.waits_for_release for job in blamed):
        remedy = "wait, or call it with --wait"
    elif all(job.is_hopeless for job in blamed):
        remedy = "mend that, and submit into another folder"
    return f"{results.place.output}: {len(blamed)} of {len(jobs)} jobs have not finished ({shown}): {remedy}"


def _blame(job: JobState) -> str:
    left = "" if job.n_left is None else f", {job.n_left} of {job.n_chunks} chunks left"
    return f"job {job.number} is {job.state}{left}" + (f": {job.reason}" if job.reason else "")
