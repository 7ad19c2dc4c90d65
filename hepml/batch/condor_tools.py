"""HTCondor's own commands: what they are asked, and what they answer."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hepml.batch.job_ad import ATTRIBUTES, JobAd, job_ad
from hepml.errors import BatchError

_SECONDS = 120
_SUBMITTED = re.compile(r"(\d+) job\(s\) submitted to cluster (\d+)")


@dataclass(frozen=True)
class Submitted:
    """Jobs that a queue has taken."""

    cluster: int
    n_jobs: int


def has_condor() -> bool:
    """Return whether this machine can submit."""
    return shutil.which("condor_submit") is not None


def submit(path: Path, *, lock: int) -> Submitted:
    """Hand a submit file in; all its jobs are in the queue then, or none.

    Parameters
    ----------
    path : Path
        The submit file.
    lock : int
        A file descriptor that stays open until HTCondor has answered, even if this process is killed.

    Raises
    ------
    BatchError
        HTCondor refuses it, or is not here.
    """
    said = _call("condor_submit", [str(path)], lock=lock)
    found = _SUBMITTED.search(said)
    if found is None:
        msg = f"condor_submit {path}: it said {' '.join(said.split())[:200]!r}, no number of jobs: look with condor_q"
        raise BatchError(msg)
    return Submitted(int(found.group(2)), int(found.group(1)))


def dry_run(path: Path, ads: Path) -> str:
    """Let HTCondor check a submit file, write what the jobs would be to `ads`, and return its warnings.

    Raises
    ------
    BatchError
        HTCondor refuses it, or is not here.
    """
    said = _call("condor_submit", ["-dry-run", str(ads), str(path)], with_errors=True)
    return "\n".join(line for line in said.splitlines() if "WARNING" in line)


def queue(submission: str) -> dict[int, JobAd]:
    """Return the jobs of a submission that are in the queue, by number; the newest of each.

    Raises
    ------
    BatchError
        The queue cannot be asked.
    """
    return _ads("condor_q", submission)


def history(submission: str, *, n_jobs: int) -> dict[int, JobAd]:
    """Return the jobs of a submission that have left the queue, by number; the newest of each.

    Raises
    ------
    BatchError
        The history cannot be read.
    """
    return _ads("condor_history", submission, "-limit", str(20 * n_jobs))


def remove(jobs: Iterable[JobAd]) -> None:
    """Take jobs out of the queue; one that has just left it by itself is no mistake.

    Raises
    ------
    BatchError
        The queue refuses.
    """
    names = [job.name for job in jobs]
    for start in range(0, len(names), 500):
        _call("condor_rm", names[start : start + 500], allowed=(0, 1))


def _ads(command: str, submission: str, *options: str) -> dict[int, JobAd]:
    constraint = f'HepmlSubmission =?= "{submission}"'
    said = _call(command, ["-constraint", constraint, "-json", "-attributes", ",".join(ATTRIBUTES), *options])
    try:
        ads = [job_ad(values) for values in json.loads(said or "[]")]
    except (ValueError, TypeError, AttributeError) as problem:
        msg = f"{command} -json: its answer is not understood ({problem}): try it by hand"
        raise BatchError(msg) from None
    newest: dict[int, JobAd] = {}
    for ad in sorted(ads, key=lambda ad: (ad.cluster, ad.proc)):
        newest[ad.number] = ad
    return newest


def _call(
    command: str,
    arguments: Sequence[str],
    *,
    with_errors: bool = False,
    allowed: Sequence[int] = (0,),
    lock: int | None = None,
) -> str:
    """Call one of HTCondor's commands and return what it printed."""
    path = shutil.which(command)
    if path is None:
        msg = f"there is no {command} here: work where you can submit to HTCondor, and see `condor_version`"
        raise BatchError(msg)
    try:
        done = subprocess.run(  # noqa: S603  (a list, no shell)
            [path, *arguments],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            pass_fds=() if lock is None else (lock,),
        )
    except subprocess.TimeoutExpired:
        msg = f"{command} has not answered in {_SECONDS} s: check the pool with condor_status -schedd, and try again"
        raise BatchError(msg) from None
    if done.returncode not in allowed:
        reason = " ".join((done.stderr or done.stdout).split())[-400:]
        msg = f"{command} failed with {done.returncode} ({reason}): mend that, or check the pool with condor_status"
        raise BatchError(msg)
    return done.stdout + done.stderr if with_errors else done.stdout
