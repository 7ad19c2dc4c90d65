"""Worker processes of this machine."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

import loky


@contextmanager
def loky_pool(workers: int) -> Iterator[Executor]:
    """Give a pool of processes, which end with the block or with this process."""
    pool = loky.ProcessPoolExecutor(workers, initializer=_end_with, initargs=(os.getpid(),))
    try:
        yield pool
    finally:  # at once: all results are in, or the run is broken off, and by themselves they take longer
        pool.shutdown(wait=True, kill_workers=True)


def _end_with(parent: int) -> None:
    """End this worker when its parent is gone: one whose parent was killed would wait for work for ever."""

    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
