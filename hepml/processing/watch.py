"""Watching coffea's executors: progress chunk by chunk, a stop at the first mistake, and no result lost.

coffea's futures executor throws away everything it has when one chunk fails, repeats a mistake in user code, and prints
tracebacks.  It is therefore given a pool whose futures never fail: what went wrong is kept here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from coffea.processor import ProcessorABC

from hepml.processing.failure import Failure


class StopProcessingError(Exception):
    """Ends an iterative run after a chunk that makes going on pointless."""


def _nothing() -> dict[str, Any]:
    """Return what coffea's work function returns, for no chunk."""
    return {"out": {"rows": {}, "failures": {}}, "processed": set()}


class Watch:
    """What came of one attempt at a set of chunks.

    Parameters
    ----------
    is_fatal : callable
        Whether a failure ends the attempt.
    on_chunk : callable
        Called with a chunk's name when it is done.
    """

    def __init__(self, is_fatal: Callable[[Failure], bool], on_chunk: Callable[[str], None]) -> None:
        self.failures: dict[str, Failure] = {}
        self.fatal: dict[str, Failure] = {}
        self.lost: list[BaseException] = []
        self.reported: set[str] = set()
        self._is_fatal, self._on_chunk = is_fatal, on_chunk
        self._lock = threading.Lock()

    def note(self, out: dict[str, Any]) -> None:
        """Take down what a processor returned for a chunk."""
        with self._lock:
            self.failures |= out["failures"]
            self.fatal |= {name: failure for name, failure in out["failures"].items() if self._is_fatal(failure)}
            self.reported |= out["rows"].keys()
            for name in out["rows"]:
                self._on_chunk(name)

    def done(self, name: str) -> None:
        """Take down that nothing is left to do for a chunk."""
        with self._lock:
            self._on_chunk(name)

    def lose(self, problem: BaseException) -> None:
        """Take down that a chunk gave no result at all."""
        with self._lock:
            self.lost.append(problem)


class WatchedProcessor(ProcessorABC):
    """A processor in this process, of which a watch hears."""

    def __init__(self, inner: ProcessorABC, watch: Watch) -> None:
        self._inner, self._watch = inner, watch

    def process(self, events: Any) -> dict[str, Any]:
        """Process one chunk and stop the run where the watch says so."""
        out = self._inner.process(events)
        self._watch.note(out)
        if self._watch.fatal:
            raise StopProcessingError
        return dict(out)


class WatchedPool(Executor):
    """A pool whose futures never fail and of which a watch hears.

    Parameters
    ----------
    pool : Executor
        Does the work; whoever made it ends it, with all that is still in hand after a mistake.
    watch : Watch
        Hears of every chunk.
    """

    def __init__(self, pool: Executor, watch: Watch) -> None:
        self._pool, self._watch = pool, watch
        self._pairs: list[tuple[Future[Any], Future[Any]]] = []
        self._lock = threading.Lock()
        self._stopped = False

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a chunk; the future's result is empty where there is none."""
        promise: Future[Any] = Future()
        try:
            work = self._pool.submit(function, *args, **kwargs)
        except Exception as problem:  # noqa: BLE001  (the pool broke while chunks were still being handed in)
            self._watch.lose(problem)
            promise.set_result(_nothing())
            return promise
        self._pairs.append((work, promise))
        work.add_done_callback(lambda done: self._relay(done, promise))
        if self._stopped:
            self._drop(work, promise)
        return promise

    def _relay(self, work: Future[Any], promise: Future[Any]) -> None:
        problem = None if work.cancelled() else work.exception()
        if work.cancelled() or problem is not None:
            if problem is not None and not self._stopped:
                self._watch.lose(problem)
            self._settle(promise, _nothing())
            return
        result = work.result()
        self._watch.note(result["out"])
        self._settle(promise, result)
        if self._watch.fatal and not self._stopped:
            self._stopped = True
            for pending, waiting in list(self._pairs):
                self._drop(pending, waiting)

    def _drop(self, work: Future[Any], promise: Future[Any]) -> None:
        work.cancel()
        self._settle(promise, _nothing())

    def _settle(self, promise: Future[Any], result: Any) -> None:
        with self._lock:
            if not promise.done():
                promise.set_result(result)
