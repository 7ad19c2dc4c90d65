"""Loading Dask-Jobqueue, which takes Control-C for itself when it is loaded."""

from __future__ import annotations

import signal
import sys
import threading
from importlib.util import find_spec
from typing import Any

from hepml.errors import MissingExtraError, WorkerError


def require_dask_jobqueue() -> None:
    """Refuse to go on where Dask-Jobqueue is not installed; imports nothing.

    Raises
    ------
    MissingExtraError
        Names the extra.
    """
    if find_spec("dask_jobqueue") is None:
        msg = "--cluster htcondor needs the package 'dask-jobqueue', which is not installed: pip install 'hepml[dask]'"
        raise MissingExtraError(msg)


def cluster_and_worker() -> tuple[type[Any], type[Any]]:
    """Return the class of a cluster of HTCondor jobs, and that of its workers.

    Raises
    ------
    WorkerError
        This is not the main thread, the only one that may load Dask-Jobqueue.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main and "dask_jobqueue" not in sys.modules:
        msg = "only the main thread can load Dask-Jobqueue, and this is another: `import dask_jobqueue` there before"
        raise WorkerError(msg)
    handler = signal.getsignal(signal.SIGINT)
    from dask_jobqueue.htcondor import HTCondorCluster, HTCondorJob
    from distributed.core import Status

    if in_main:
        signal.signal(signal.SIGINT, handler)

    class Worker(HTCondorJob):
        async def close(self) -> None:
            await super().close()
            self.status = Status.closed  # a cluster does not close while a job looks as if it were to be submitted

    return HTCondorCluster, Worker
