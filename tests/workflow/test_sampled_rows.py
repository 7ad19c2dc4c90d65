from __future__ import annotations

import numpy as np
import pytest

from hepml.contracts import ArraySpec, Batch
from hepml.workflow import sampled_rows
from hepml.workflow.sampled_rows import SampledRows

ARRAYS = {"x": ArraySpec((3,))}


def _sampled(total: int, wanted: int, *, pieces: int = 3, rows: np.ndarray | None = None) -> Batch | None:
    keeping = SampledRows(total, wanted, ARRAYS)
    for row in np.array_split(np.arange(total) if rows is None else rows, pieces):
        x = np.repeat(row[:, None], 3, axis=1).astype(np.float32)
        inputs = {"x": x, "other": x}
        keeping.add(Batch(inputs, (row % 2).astype(np.int32), row * 2.0, {"s": row * 3.0}, row))
    return keeping.joined()


@pytest.mark.parametrize(("total", "wanted"), [(100, 10), (100, 33), (7, 7), (7, 100), (1000, 1)])
def test_as_many_as_wanted_at_even_distances(total, wanted):
    batch = _sampled(total, wanted)
    n = min(total, wanted)
    assert batch.n == n
    assert (np.diff(batch.row) >= total // n).all()
    np.testing.assert_array_equal(batch.inputs["x"][:, 1], batch.row)
    np.testing.assert_array_equal(batch.weight, 2.0 * batch.row)
    np.testing.assert_array_equal(batch.spectators["s"], 3.0 * batch.row)
    assert list(batch.inputs) == ["x"]


def test_the_batches_do_not_matter_and_rows_come_in_order():
    rows = np.concatenate([np.arange(0, 90, 2), np.arange(1, 90, 2)])  # as two folds come
    few, many = (_sampled(90, 20, pieces=pieces, rows=rows) for pieces in (1, 13))
    np.testing.assert_array_equal(few.row, many.row)
    assert (np.diff(few.row) > 0).all()


def test_a_bound_in_bytes(monkeypatch):
    monkeypatch.setattr(sampled_rows, "LARGEST_BYTES", 5 * 12)
    assert _sampled(100, 50).n == 5


def test_nothing():
    assert _sampled(0, 10) is None
    assert _sampled(10, 0) is None
