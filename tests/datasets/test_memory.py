"""Memory does not grow with the dataset."""

from __future__ import annotations

import gc
import tracemalloc

import pyarrow as pa
import pytest
from tiny_dataset import TinyShard, write_tiny

from hepml.datasets import open_dataset
from hepml.recipe import Split, Weights


def _peak_bytes(folder, *, ordered, passes, keep=lambda _row: None):
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
                keep(batch.row)
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
    """Six pools of 4096 rows ten times, and sixty once: as often may two threads meet where both hold most.

    How often they do is chance, worth some 100 KB.  Keeping 8 bytes of each row would show: 1.7 MB.
    """
    _peak_bytes(folders[1], ordered=ordered, passes=1)
    small, n_small = _peak_bytes(folders[1], ordered=ordered, passes=10)
    large, n_large = _peak_bytes(folders[10], ordered=ordered, passes=1)
    assert n_large == pytest.approx(n_small, rel=0.02)
    more_rows = n_large - n_small / 10
    assert large - small < 2 * more_rows


def test_memory_is_seen_to_grow_where_rows_are_kept(folders):
    """The measurement itself: whoever keeps the row numbers of all batches is found out."""
    kept = []
    small, _ = _peak_bytes(folders[1], ordered=True, passes=1, keep=kept.append)
    kept.clear()
    large, n_large = _peak_bytes(folders[10], ordered=True, passes=1, keep=kept.append)
    assert large - small > 6 * 0.9 * n_large
