"""A Dask cluster whose workers are HTCondor jobs, from submission to the last job's end.

The scheduler is in this process.  HTCondor starts a worker again that was evicted or has failed, and one whose job is
lost is replaced by another.
"""

from __future__ import annotations

import logging
import secrets
import shlex
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hepml.batch.condor_tools import has_condor, queue, remove
from hepml.batch.dask_jobqueue_import import cluster_and_worker, require_dask_jobqueue
from hepml.batch.dask_keys import new_keys
from hepml.batch.dask_worker_job import check_site, submit_commands, write_script
from hepml.batch.running_cluster import RunningCluster
from hepml.batch.site import Site
from hepml.batch.submit_check import refuse_folder_name
from hepml.errors import BatchError, WorkerError
from hepml.io.folder import output_errors

LOST_SECONDS = 60
"""How long a worker may be away, e.g. evicted, before its job is given up for another."""
AT_ONCE = 20
"""Jobs that are submitted at the same time, each by a `condor_submit` of its own."""
REPLACE_SECONDS = 10
SEARCH_SECONDS = 60
"""How long a worker looks for the scheduler before it ends."""
END_SECONDS = 20


@contextmanager
def condor_cluster(n_workers: int, site: Site, *, folder: Path) -> Iterator[RunningCluster]:
    """Give a cluster of HTCondor jobs, all of which are in the queue; they leave it with the block.

    Parameters
    ----------
    n_workers : int
        Number of workers; each is a job, and does one thing at a time.
    site : Site
        What a job asks for, and its environment.
    folder : Path
        For a folder with logs and with what workers need to start; absolute, and they see it.

    Raises
    ------
    WorkerError
        There is no HTCondor here, it refuses the jobs, or the scheduler does not start.
    SiteError
        Dask workers cannot work there.
    MissingExtraError
        Dask-Jobqueue is not installed.
    BatchError, OutputError
        The folder has a name that HTCondor would not read, or cannot be written.
    """
    submission, ended = f"dask-{secrets.token_hex(8)}", threading.Event()
    logs = folder / submission
    _prepare(site, logs)
    import dask
    import distributed  # noqa: F401  (brings its settings, which have to be there before ours)

    with dask.config.set(_settings(site)), new_keys(logs) as keys:
        cluster = _scheduler(site, submission, logs, keys)
        try:
            _submit(cluster, n_workers)
            threading.Thread(target=_replace_lost, args=(cluster, n_workers, ended), daemon=True).start()
            yield RunningCluster(cluster, submission, logs, site.dask.wait_seconds)
        finally:
            ended.set()
            _end(cluster, submission)


def _prepare(site: Site, folder: Path) -> None:
    require_dask_jobqueue()
    check_site(site)
    if not has_condor():
        msg = "--cluster htcondor needs the command condor_submit, which is not here: work where you can submit"
        raise WorkerError(msg)
    refuse_folder_name(folder)
    with output_errors(folder):
        folder.mkdir(parents=True)


def _settings(site: Site) -> dict[str, Any]:
    return {
        "distributed.scheduler.allowed-failures": 0,  # whether a chunk is tried again is not Dask's affair
        "distributed.scheduler.worker-saturation": 1.0,  # a worker that dies takes no second chunk with it
        "distributed.scheduler.no-workers-timeout": f"{site.dask.wait_seconds}s",
        "distributed.deploy.lost-worker-timeout": f"{LOST_SECONDS}s",
    }


def _scheduler(site: Site, submission: str, folder: Path, keys: Any) -> Any:
    """Return a cluster without workers."""
    cluster_class, worker_class = cluster_and_worker()
    where = {"interface": site.dask.interface} if site.dask.host is None else {"host": site.dask.host}
    try:
        return cluster_class(
            name=submission,
            job_cls=worker_class,
            cores=1,  # tasks at a time
            processes=1,
            memory=f"{site.request_memory_mb}MiB",
            disk=f"{site.request_disk_mb}MiB",
            python=f"exec /bin/bash {shlex.quote(str(write_script(folder, site)))}",
            job_script_prologue=[],
            job_extra_directives=submit_commands(site, submission),
            log_directory=str(folder),
            death_timeout=SEARCH_SECONDS,
            scheduler_options={"dashboard_address": "127.0.0.1:0", **where},
            security=keys,
            protocol="tls://",
            silence_logs=logging.CRITICAL + 1,
        )
    except (RuntimeError, ValueError, OSError) as problem:
        msg = f"the Dask scheduler does not start ({_short(problem)}): see dask.host and dask.interface of the site"
        raise WorkerError(msg) from None


def _submit(cluster: Any, n_workers: int) -> None:
    """Submit all workers; `scale` would do it in the background, and hide a refusal."""
    try:
        while len(cluster.worker_spec) < n_workers:
            for _ in range(min(AT_ONCE, n_workers - len(cluster.worker_spec))):
                cluster.worker_spec.update(cluster.new_worker_spec())
            cluster.__enter__()
    except (RuntimeError, ValueError, OSError) as problem:
        reason = _short(str(problem).rpartition("stderr:")[2])
        msg = f"HTCondor does not take the jobs of Dask workers ({reason}): mend that, or the site file"
        raise WorkerError(msg) from None


def _replace_lost(cluster: Any, n_workers: int, ended: threading.Event) -> None:
    """Submit jobs in place of those that have been given up, which Dask does when it is told a number of workers."""
    while not ended.wait(REPLACE_SECONDS):
        cluster.scale(n_workers)


def _end(cluster: Any, submission: str) -> None:
    """End workers and scheduler; a queue that does not answer is no reason to lose what they have done."""
    deadline = time.monotonic() + END_SECONDS
    with suppress(BatchError):
        remove(queue(submission).values())
    with suppress(Exception):
        cluster.close(timeout=END_SECONDS)
    with suppress(BatchError):
        while queue(submission) and time.monotonic() < deadline:
            time.sleep(0.5)


def _short(problem: object) -> str:
    return " ".join(str(problem).split())[:300]
