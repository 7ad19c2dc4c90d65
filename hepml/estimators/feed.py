"""From the large pieces of a source to batches of one size, read ahead of the training."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from hepml.contracts import Batch

T = TypeVar("T")


def in_batches(pieces: Iterator[Batch], size: int) -> Iterator[Batch]:
    """Yield batches of `size` rows in the order of the pieces, across their borders; only the last may be smaller."""
    rest: Batch | None = None
    for piece in pieces:
        start = 0
        if rest is not None:
            start = min(size - rest.n, piece.n)
            rest = _joined(rest, _rows(piece, 0, start))
            if rest.n < size:
                continue
            yield rest
            rest = None
        while start + size <= piece.n:
            yield _rows(piece, start, start + size)
            start += size
        if start < piece.n:
            rest = _rows(piece, start, piece.n)
    if rest is not None:
        yield rest


def read_ahead(items: Iterator[T], *, depth: int = 1) -> Iterator[T]:
    """Yield `items`, made in a thread of their own up to `depth` ahead; their errors are raised here.

    TensorFlow and the decoding release the interpreter's lock, so reading costs the training almost nothing.
    """
    ready: queue.Queue[_Item[T]] = queue.Queue(maxsize=depth)
    stop = threading.Event()
    worker = threading.Thread(target=_fill, args=(items, ready, stop), name="hepml-read-ahead", daemon=True)
    worker.start()
    try:
        while isinstance(item := ready.get(), _Made):
            yield item.value
        if item is not None:
            raise item
    finally:
        stop.set()
        worker.join()


@dataclass(frozen=True)
class _Made(Generic[T]):
    """Something made, as against the end (None) or an error."""

    value: T


_Item = _Made[T] | BaseException | None


def _fill(items: Iterator[T], ready: queue.Queue[_Item[T]], stop: threading.Event) -> None:
    """Put every item into the queue, then the end or the error, until nobody reads any more."""
    try:
        for value in items:
            if not _put(_Made(value), ready, stop):
                return
        _put(None, ready, stop)
    except BaseException as problem:  # noqa: BLE001  (raised again where the items are used)
        _put(problem, ready, stop)


def _put(item: _Item[T], ready: queue.Queue[_Item[T]], stop: threading.Event) -> bool:
    """Wait for room; return False where the reader has gone."""
    while not stop.is_set():
        try:
            ready.put(item, timeout=0.05)
        except queue.Full:
            continue
        return True
    return False


def _rows(batch: Batch, start: int, stop: int) -> Batch:
    cut = slice(start, stop)
    return Batch(
        inputs={name: values[cut] for name, values in batch.inputs.items()},
        label=batch.label[cut],
        weight=batch.weight[cut],
        spectators={name: values[cut] for name, values in batch.spectators.items()},
        row=batch.row[cut],
    )


def _joined(first: Batch, second: Batch) -> Batch:
    def join(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: np.concatenate([a[name], b[name]]) for name in a}

    return Batch(
        inputs=join(dict(first.inputs), dict(second.inputs)),
        label=np.concatenate([first.label, second.label]),
        weight=np.concatenate([first.weight, second.weight]),
        spectators=join(dict(first.spectators), dict(second.spectators)),
        row=np.concatenate([first.row, second.row]),
    )
