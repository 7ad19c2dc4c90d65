"""Pools of workers, one after another, while a plan is executed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path

from hepml.batch.dask_cluster import condor_cluster
from hepml.processing.dask_pool import cluster_pool, dask_pool, require_dask, silent_dask
from hepml.processing.executor_choice import Workforce
from hepml.processing.later_interrupts import later_interrupts
from hepml.processing.loky_pool import loky_pool

Pool = Callable[[int], AbstractContextManager[Executor]]
"""Gives a pool of at most so many workers."""


@contextmanager
def worker_pools(workforce: Workforce, *, n_chunks: int, logs: Path) -> Iterator[Pool | None]:
    """Give what makes pools; None where all is done in this process.

    HTCondor's jobs live as long as the block, for they may have waited for hours; other workers as long as a pool.

    Parameters
    ----------
    workforce : Workforce
        Who does the work.
    n_chunks : int
        More workers than that have nothing to do.
    logs : Path
        Folder for the logs of HTCondor's jobs; after a mistake they are still there.

    Raises
    ------
    WorkerError, SiteError, BatchError, OutputError
        The cluster cannot be started.
    MissingExtraError
        Dask is not installed.
    """
    if workforce.executor == "iterative":
        yield None
    elif workforce.executor == "futures":
        yield loky_pool
    elif workforce.site is None:
        require_dask()
        yield partial(dask_pool, scheduler=workforce.scheduler)
    else:
        require_dask()
        place = logs.expanduser().absolute()
        with silent_dask(), ExitStack() as stack:
            with later_interrupts():
                n_workers = min(workforce.workers, n_chunks)
                cluster = stack.enter_context(condor_cluster(n_workers, workforce.site, folder=place))
            yield lambda _: cluster_pool(cluster)
        shutil.rmtree(place, ignore_errors=True)
