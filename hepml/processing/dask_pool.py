"""Workers of a Dask cluster: one of this machine, or a running one.

On a cluster of ours, Dask leaves to `execute` what it would do by itself: a worker's death costs its chunk a try.  A
running scheduler gives a chunk to as many workers as it is set to (``allowed-failures``) before `execute` hears of it.
"""

from __future__ import annotations

import functools
import logging
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import Any

import cloudpickle

from hepml.errors import MissingExtraError, WorkerError
from hepml.io.root import one_line
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
    from distributed.utils import silence_logging_cmgr

    with silence_logging_cmgr(logging.CRITICAL + 1):
        if scheduler is None:
            with _local_cluster(workers) as cluster, _client(cluster) as client:
                yield DaskPool(client)
        else:
            _check_address(scheduler)
            with _client(scheduler) as client:
                _wait_for_workers(client, scheduler)
                yield DaskPool(client)


class DaskPool(Executor):
    """A Dask client as a pool."""

    def __init__(self, client: Any) -> None:
        self._executor = client.get_executor(pure=False, retries=0)
        self._packed = functools.lru_cache(maxsize=1)(cloudpickle.dumps)

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a call; the function goes by value, for Dask would look for a processor file's classes over there."""
        answer: Future[Any] = Future()
        work = self._executor.submit(_call, self._packed(function), os.getcwd(), args, kwargs)  # noqa: PTH109
        work.add_done_callback(lambda done: _answer(done, answer))
        return answer


def _answer(work: Future[Any], answer: Future[Any]) -> None:
    """Hand on what came of a call; unlike Dask's own future, the answer may be cancelled in Dask's thread."""
    if not answer.set_running_or_notify_cancel():
        return
    problem = ConnectionError("the connection to the scheduler was lost") if work.cancelled() else work.exception()
    if problem is not None:
        answer.set_exception(problem)
    else:
        answer.set_result(work.result())


def _call(function: bytes, folder: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function in a worker; paths of input and output may be relative to the client's folder."""
    os.chdir(folder)
    return _load(function)(*args, **kwargs)


@functools.lru_cache(maxsize=2)
def _load(function: bytes) -> Callable[..., Any]:
    return cloudpickle.loads(function)


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
    from distributed import LocalCluster

    try:
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            memory_limit="auto",  # an equal share of the machine's memory
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # else port 8787, or a warning
            silence_logs=logging.CRITICAL + 1,
        )
    except Exception as problem:  # noqa: BLE001  (whatever starting processes may raise)
        msg = f"the Dask cluster of this machine does not start ({one_line(problem)}): use --executor futures"
        raise WorkerError(msg) from None


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
