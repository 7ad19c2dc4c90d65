"""Rows as they are stored: chosen and joined as awkward does it."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from hepml.datasets.sparse_rows import Lists, SparseRows, joined


def _rows(n, seed, dtype=np.float32):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 5, n)
    return ak.zip(
        {
            "x.pixel": ak.unflatten(rng.integers(0, 99, sizes.sum()).astype(np.uint16), sizes),
            "x.pt": ak.unflatten(rng.random(sizes.sum()).astype(dtype), sizes),
            "y.other": ak.unflatten(rng.random(n), np.ones(n, int)),
            "label": rng.integers(0, 2, n),
        },
        depth_limit=1,
    )


FIELDS = {name: name for name in ("x.pixel", "x.pt", "y.other", "label")}


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, np.bool_])
def test_take(dtype):
    rows = _rows(50, 1, dtype)
    index = np.random.default_rng(2).integers(0, 50, 80)
    taken = SparseRows.of(rows).take(index).record(FIELDS)
    assert ak.array_equal(taken, rows[index], check_parameters=False)
    assert taken["x.pt"].type == rows[index]["x.pt"].type


def test_take_nothing():
    assert SparseRows.of(_rows(5, 1)).take(np.empty(0, np.int64)).record(FIELDS).to_list() == []


def test_take_of_what_begins_inside():
    """Offsets of a slice do not begin at 0."""
    rows = _rows(50, 1)[20:30]
    assert SparseRows.of(rows).take(np.arange(9, -1, -1)).record(FIELDS).to_list() == rows[::-1].to_list()


def test_joined():
    pieces = [_rows(7, 1), _rows(0, 2), _rows(30, 3)[5:9], _rows(1, 4)]
    whole = joined([SparseRows.of(piece) for piece in pieces])
    assert whole.n == 12
    assert whole.record(FIELDS).to_list() == ak.concatenate(pieces).to_list()


def test_columns_of_equal_lengths_share_their_offsets():
    rows = joined([SparseRows.of(_rows(20, seed)) for seed in (1, 2)]).take(np.arange(30))
    pixel, pt, other = (rows.columns[name] for name in ("x.pixel", "x.pt", "y.other"))
    assert isinstance(pixel, Lists)
    assert pixel.offsets is pt.offsets
    assert pixel.offsets is not other.offsets


def test_only_and_with_flat():
    rows = SparseRows.of(_rows(4, 1)).only(["x.pt"]).with_flat({"row": np.arange(4)})
    assert list(rows.columns) == ["x.pt", "row"]
    assert rows.flat("row").tolist() == [0, 1, 2, 3]
