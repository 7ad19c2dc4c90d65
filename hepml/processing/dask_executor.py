"""A Dask client as a pool of workers."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import cloudpickle

_LOOK_SECONDS = 0.2
_LOST = "the connection to the scheduler was lost"


class DaskPool(Executor):
    """A Dask client as a pool, which is broken for good when the client's connection to the scheduler is.

    The client would connect again, but by then it has forgotten all calls, and of some of them nobody would ever hear:
    those whose results were on their way, and those that another thread was just handing in.  Hence whatever has to do
    with calls happens in the client's own thread, and the pool looks after the connection itself.

    Parameters
    ----------
    client : distributed.Client
        Whoever made it closes it.
    """

    def __init__(self, client: Any) -> None:
        self._client, self._executor = client, client.get_executor(pure=False, retries=0)
        self._connection = client.scheduler_comm.comm
        self._open: set[Future[Any]] = set()
        self._packed = functools.lru_cache(maxsize=1)(cloudpickle.dumps)
        client.loop.add_callback(self._look_after)

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a call; the function goes by value, for Dask would look for a processor file's classes over there.

        Raises
        ------
        ConnectionError
            The connection to the scheduler is lost.
        """
        answer: Future[Any] = Future()
        self._client.sync(self._hand_in, answer, self._packed(function), os.getcwd(), args, kwargs)  # noqa: PTH109
        return answer

    async def _hand_in(self, answer: Future[Any], *call: Any) -> None:
        if self._connection.closed():
            raise ConnectionError(_LOST)
        work = self._executor.submit(_call, *call)
        self._open.add(answer)
        work.add_done_callback(lambda done: self._answer(done, answer))

    def _answer(self, work: Future[Any], answer: Future[Any]) -> None:
        """Hand on what came of a call; unlike Dask's own future, the answer may be cancelled in Dask's thread."""
        if answer not in self._open:
            return
        self._open.remove(answer)
        if not answer.set_running_or_notify_cancel():
            return
        problem = ConnectionError(_LOST) if work.cancelled() else work.exception()
        if problem is not None:
            answer.set_exception(problem)
        else:
            answer.set_result(work.result())

    def _look_after(self) -> None:
        """Look again soon, or answer all calls where the connection is lost."""
        if not self._connection.closed():
            self._client.loop.call_later(_LOOK_SECONDS, self._look_after)
            return
        while self._open:
            answer = self._open.pop()
            if answer.set_running_or_notify_cancel():
                answer.set_exception(ConnectionError(_LOST))


def _call(function: bytes, folder: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function in a worker; paths of input and output may be relative to the client's folder."""
    os.chdir(folder)
    return _load(function)(*args, **kwargs)


@functools.lru_cache(maxsize=2)
def _load(function: bytes) -> Callable[..., Any]:
    return cloudpickle.loads(function)
