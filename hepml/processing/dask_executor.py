"""A Dask client as a pool of workers."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import cloudpickle


class DaskPool(Executor):
    """A Dask client as a pool.

    Parameters
    ----------
    client : distributed.Client
        Whoever made it closes it.
    """

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
