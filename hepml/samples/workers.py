"""Mapping a function over tasks with several processes: results in order, few at a time."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from loky import ProcessPoolExecutor

from hepml.errors import WorkerError

Task = TypeVar("Task")
Result = TypeVar("Result")

_PENDING_PER_WORKER = 2  # enough that nobody waits, few enough that results do not pile up


def map_in_order(
    function: Callable[[Task], Result], tasks: Sequence[Task], *, workers: int
) -> Generator[Result, None, None]:
    """Yield ``function(task)`` for every task, in order; close the iterator to stop the work.

    One worker is this process.  More are fresh processes of loky, which, unlike those of `multiprocessing`, do not run
    the caller's main script again.  At most two results per worker wait, so memory does not grow with the tasks.

    Raises
    ------
    WorkerError
        A worker process died.
    """
    if workers == 1:
        yield from map(function, tasks)
        return
    executor = ProcessPoolExecutor(max_workers=min(workers, max(1, len(tasks))))
    finished = False
    try:
        yield from _results(executor, function, tasks, limit=_PENDING_PER_WORKER * workers)
        finished = True
    except BrokenProcessPool as problem:
        codes = re.search(r"exit codes.*\{(.*)\}", str(problem))
        end = codes.group(1) if codes else "it left no exit code"
        msg = f"a worker process died ({end}), killed or out of memory: run again, with fewer workers"
        raise WorkerError(msg) from None
    finally:
        executor.shutdown(wait=True, kill_workers=not finished)


def _results(
    executor: ProcessPoolExecutor, function: Callable[[Task], Result], tasks: Sequence[Task], *, limit: int
) -> Generator[Result, None, None]:
    pending: deque[Future[Result]] = deque()
    for task in tasks:
        pending.append(executor.submit(function, task))
        if len(pending) == limit:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()
