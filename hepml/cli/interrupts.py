"""Control-C is never lost."""

from __future__ import annotations

import _thread
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_AGAIN_SECONDS = 0.02


@contextmanager
def kept_interrupts() -> Iterator[None]:
    """Raise a `KeyboardInterrupt` again that Python has thrown away because it came while an object was finalised.

    Finalisers take a noticeable part of reading ROOT files in many small chunks.
    """
    before = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            threading.Timer(_AGAIN_SECONDS, _thread.interrupt_main).start()
        else:
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before
