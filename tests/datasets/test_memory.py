"""Memory does not grow with the dataset."""

from __future__ import annotations

import gc
import tracemalloc

import pyarrow as pa
import pytest
from tiny_dataset import TinyShard, write_tiny

from hepml.datasets import open_dataset
from hepml.recipe import Split, Weights


def _peak_bytes(folder, *, ordered, passes):
    """Return the largest memory of some passes: what NumPy and Python hold (tracemalloc), and what arrow holds."""
    source = open_dataset(folder).source(
        "train",
        inputs=["table"],
        training=True,
        weights=Weights(),
        split=Split(),
        seed=1,
        piece_rows=1024,
        pool_rows=4096,
    )
    gc.collect()
    tracemalloc.start()
    try:
        arrow, n_rows = 0, 0
        for number in range(passes):
            for batch in source.ordered() if ordered else source.shuffled(number):
                n_rows += batch.n
                arrow = max(arrow, pa.total_allocated_bytes())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak + arrow, n_rows


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """By size: 40,000 and 400,000 rows; 60% of them are read."""
    base = tmp_path_factory.mktemp("memory")
    for times in (1, 10):
        write_tiny(base / str(times), [TinyShard("ab"[i % 2], 20_000, label=i % 2) for i in range(2 * times)])
    return {times: base / str(times) for times in (1, 10)}


@pytest.mark.parametrize("ordered", [False, True])
def test_ten_times_the_data_take_the_same_memory(folders, ordered):
    """Six pools of 4096 rows ten times, and sixty once: two threads meet in the same ways about as often."""
    _peak_bytes(folders[1], ordered=ordered, passes=1)
    small, n_small = _peak_bytes(folders[1], ordered=ordered, passes=10)
    large, n_large = _peak_bytes(folders[10], ordered=ordered, passes=1)
    assert n_large == pytest.approx(n_small, rel=0.02)
    assert large < 1.2 * small
