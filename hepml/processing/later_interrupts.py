"""Starting processes that Control-C is no affair of: the one who has started them ends them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker


@contextmanager
def later_interrupts() -> Iterator[None]:
    """Hold back Control-C until the end of the block; threads and processes that start in it, and theirs, never get it.

    A terminal sends it to all processes at once, and each would show a traceback.
    """
    resource_tracker.ensure_running()  # before, for it leaves Control-C unblocked in the thread that starts it
    held: list[int] = []
    in_main = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, lambda number, _frame: held.append(number)) if in_main else None
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if in_main:
            signal.signal(signal.SIGINT, handler)
    if held:
        signal.raise_signal(signal.SIGINT)
