"""Workers of a Dask cluster: one of this machine, one of HTCondor jobs, or a running one.

On a cluster of ours, Dask leaves to `execute` what it would do by itself: a worker's death costs its chunk a try.  A
running scheduler gives a chunk to as many workers as it is set to (``allowed-failures``) before `execute` hears of it.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from typing import Any

from hepml.batch.running_cluster import RunningCluster
from hepml.errors import MissingExtraError, WorkerError
from hepml.io.root import one_line
from hepml.processing.dask_executor import DaskPool
from hepml.processing.later_interrupts import later_interrupts

CONNECT_SECONDS = 10
"""How long a scheduler may take to answer."""

WORKERS_SECONDS = 60
"""How long a scheduler may be without any worker before the first chunk."""

_OURS = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,  # a worker that dies takes no second chunk with it
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,  # a paused worker waits for memory that nobody frees
}


def require_dask() -> None:
    """Refuse to go on where Dask is not installed; imports nothing.

    Raises
    ------
    MissingExtraError
        Names the extra.
    """
    if find_spec("distributed") is None:
        msg = "the executor dask needs the package 'distributed', which is not installed: pip install 'hepml[dask]'"
        raise MissingExtraError(msg)


@contextmanager
def dask_pool(workers: int, scheduler: str | None) -> Iterator[Executor]:
    """Give a pool of Dask workers.

    Parameters
    ----------
    workers : int
        Number of processes of a cluster of this machine, which ends with the block or with this process.
    scheduler : str, optional
        Address of a running scheduler, to use instead; its workers see this machine's files under the same names.

    Raises
    ------
    WorkerError
        The scheduler does not answer or has no workers, or the cluster does not start.
    """
    with silent_dask():
        if scheduler is None:
            with _local_cluster(workers) as cluster, _client(cluster) as client:
                yield DaskPool(client)
        else:
            _check_address(scheduler)
            with _client(scheduler) as client:
                _wait_for_workers(client, scheduler)
                yield DaskPool(client)


@contextmanager
def cluster_pool(cluster: RunningCluster) -> Iterator[Executor]:
    """Give the workers of a cluster of HTCondor jobs, as soon as there is one.

    Raises
    ------
    WorkerError
        There is none in time, or the connection to the scheduler is lost.
    BatchError
        HTCondor's queue cannot be asked.
    """
    with _client(cluster.dask) as client:
        cluster.wait_for_worker()
        yield DaskPool(client)


@contextmanager
def silent_dask() -> Iterator[None]:
    """Keep Dask from logging what `execute` says in one line."""
    from distributed.utils import silence_logging_cmgr

    with silence_logging_cmgr(logging.CRITICAL + 1):
        yield


@contextmanager
def _local_cluster(workers: int) -> Iterator[Any]:
    import dask

    environment = dict(os.environ)
    try:
        with dask.config.set(_OURS), ExitStack() as stack:
            with later_interrupts():
                cluster = stack.enter_context(_start(workers))
            yield cluster
    finally:  # Dask sets the workers' OMP_NUM_THREADS=1 here, too, and a training may follow
        for name in os.environ.keys() - environment.keys():
            del os.environ[name]
        os.environ.update(environment)


def _start(workers: int) -> Any:
    """Start a cluster, and once more where that fails: a worker that dies while it starts brings down all of it."""
    with suppress(Exception):  # Dask has ended what it had started
        return _cluster(workers)
    try:
        return _cluster(workers)
    except Exception as problem:  # noqa: BLE001  (whatever starting processes may raise)
        msg = f"the Dask cluster of this machine does not start ({one_line(problem)}): use --executor futures"
        raise WorkerError(msg) from None


def _cluster(workers: int) -> Any:
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        memory_limit="auto",  # an equal share of the machine's memory
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # else port 8787, or a warning
        silence_logs=logging.CRITICAL + 1,
    )


def _check_address(scheduler: str) -> None:
    """Refuse what is no address: Dask's client would need 20 s to close after it."""
    if not re.fullmatch(r"(tcp|tls|ws|wss)://\S+:\d+", scheduler):
        msg = f"the address of a Dask scheduler is like tcp://host:8786, found {scheduler!r}: see what it printed"
        raise WorkerError(msg)


@contextmanager
def _client(cluster: Any) -> Iterator[Any]:
    """Give a client of a cluster or of the scheduler at an address."""
    from distributed import Client

    try:
        client = Client(cluster, timeout=CONNECT_SECONDS, set_as_default=False)
    except Exception as problem:  # noqa: BLE001  (bad addresses and closed ports raise many things)
        msg = (
            f"the Dask scheduler {cluster} cannot be reached ({one_line(problem)}): check the address and whether it "
            "runs, and run again; what is done is kept"
        )
        raise WorkerError(msg) from None
    with client:
        yield client


def _wait_for_workers(client: Any, scheduler: str) -> None:
    try:
        client.wait_for_workers(1, timeout=WORKERS_SECONDS)
    except TimeoutError:
        msg = f"the Dask scheduler {scheduler} has no workers: start some, e.g. dask worker {scheduler} --nthreads 1"
        raise WorkerError(msg) from None
