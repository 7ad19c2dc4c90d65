import threading
import time

import numpy as np
import pytest

from hepml.contracts import Batch
from hepml.estimators.feed import in_batches, read_ahead


def piece(first, n):
    rows = np.arange(first, first + n)
    return Batch({"x": rows[:, None]}, rows.astype(np.int32), rows * 0.5, {"s": -rows}, rows)


@pytest.mark.parametrize("sizes", [[7], [10], [3, 3, 3, 1], [25], [1, 1, 20, 9], [4, 0, 8], []])
@pytest.mark.parametrize("size", [1, 4, 10])
def test_batches_have_one_size_and_keep_every_row_in_order(sizes, size):
    starts = np.cumsum([0, *sizes])
    batches = list(in_batches((piece(a, n) for a, n in zip(starts, sizes, strict=False)), size))
    total = sum(sizes)
    assert [batch.n for batch in batches] == [size] * (total // size) + ([total % size] if total % size else [])
    for part in ("row", "label"):
        found = [value for batch in batches for value in getattr(batch, part)]
        assert found == list(range(total))
    assert all((b.inputs["x"][:, 0] == b.row).all() and (b.spectators["s"] == -b.row).all() for b in batches)
    assert all((b.weight == b.row * 0.5).all() for b in batches)


def test_reading_ahead_keeps_the_order():
    assert list(read_ahead(iter(range(50)))) == list(range(50))


def test_reading_ahead_passes_errors_on():
    def broken():
        yield 1
        msg = "bad shard"
        raise ValueError(msg)

    items = read_ahead(broken())
    assert next(items) == 1
    with pytest.raises(ValueError, match="bad shard"):
        next(items)


def test_reading_ahead_is_bounded_and_ends_with_its_reader():
    made = []

    def endless():
        while True:
            made.append(1)
            yield 1

    items = read_ahead(endless(), depth=2)
    next(items)
    time.sleep(0.2)
    assert len(made) <= 5
    items.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "hepml-read-ahead"]
