"""Reading ahead: the next item is made in a thread while this one is used."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class _Made(Generic[T]):
    item: T


@dataclass(frozen=True)
class _Failed:
    problem: BaseException


_END = object()


def prefetched(items: Generator[T]) -> Generator[T]:
    """Yield `items`, one ahead, made in one background thread.

    At most two items exist at a time: the one in use and the next, which is begun when the one in use is handed over.
    An error of `items` is raised where its item would have come.  When the iteration ends, is closed or is given up,
    the thread has ended and `items` is closed.

    Examples
    --------
    >>> list(prefetched(number for number in range(3)))
    [0, 1, 2]
    """
    ready: queue.SimpleQueue[object] = queue.SimpleQueue()
    wanted = threading.Semaphore(1)
    stop = threading.Event()

    def make() -> None:
        try:
            while wanted.acquire() and not stop.is_set():
                try:
                    ready.put(_Made(next(items)))
                except StopIteration:
                    return
        except BaseException as problem:  # noqa: BLE001  (raised again where the items are used)
            ready.put(_Failed(problem))
        finally:
            ready.put(_END)

    thread = threading.Thread(target=make, name="hepml-prefetch", daemon=True)
    thread.start()
    try:
        while True:
            got = ready.get()
            if isinstance(got, _Failed):
                raise got.problem
            if not isinstance(got, _Made):
                return
            wanted.release()
            yield got.item
            del got
    finally:
        stop.set()
        wanted.release()
        thread.join()
        items.close()
