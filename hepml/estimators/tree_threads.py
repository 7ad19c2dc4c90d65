"""How many threads boosted trees predict with: one where there is little to share out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

FEW_ROWS = 20_000
"""Below this many a tree is applied in less time than its threads need to meet."""


@contextmanager
def threads_for_rows(n_rows: int) -> Iterator[None]:
    """Predict with one OpenMP thread for the length of the block where there are few rows.

    scikit-learn starts its threads once for each tree, and they wait for one another: hundreds of times per call, for a
    few microseconds of work each.  Where other processes want the cores too, each of these waits can cost a time slice.
    """
    if n_rows >= FEW_ROWS:
        yield
        return
    with _controller().limit(limits=1, user_api="openmp"):
        yield


@cache
def _controller() -> Any:
    """Return what finds the libraries once, after scikit-learn has loaded its own."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
