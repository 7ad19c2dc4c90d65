"""A whole part in memory, within limits."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_dataset import TinyShard, write_tiny

from hepml.datasets import as_arrays, open_dataset
from hepml.errors import DatasetError
from hepml.recipe import Split, Weights


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("tiny"), [TinyShard("a", 700), TinyShard("b", 500, label=1)], images=True)


@pytest.fixture(scope="module")
def source(tiny):
    return open_dataset(tiny.folder).source(
        "test",
        inputs=["image"],
        spectators=["jet_pt_gev"],
        training=False,
        weights=Weights(),
        split=Split(),
        seed=1,
        piece_rows=100,
        pool_rows=100,
    )


def test_rows_in_order(tiny, source):
    rows = np.flatnonzero(tiny.bucket >= 70)
    whole = as_arrays(source, max_rows=len(rows))
    np.testing.assert_array_equal(whole.row, rows)
    np.testing.assert_array_equal(whole.inputs["image"], tiny.images[rows])
    np.testing.assert_array_equal(whole.label, tiny.label[rows])
    np.testing.assert_array_equal(whole.spectators["jet_pt_gev"], tiny.pt[rows])


def test_more_than_is_accepted(source):
    with pytest.raises(DatasetError, match=rf"the part has {source.n_rows} rows .*, more than the 10 that are taken"):
        as_arrays(source, max_rows=10)
