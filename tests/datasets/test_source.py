"""A part as batches: every row once, in an order of its own, each batch like the whole."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from tiny_dataset import TinyShard, write_tiny

from hepml.datasets import open_dataset
from hepml.errors import DatasetError
from hepml.recipe import Split, Weights

ALL = Split(parts={"train": 100})
SIZES = {"kept": {"piece_rows": 1000}, "pools": {"piece_rows": 500, "pool_rows": 5000}}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Two inputs of one class each, in shards of many sizes; 31,307 rows with images of 7 × 7 pixels."""
    sizes = [10_000, 4096, 1, 300, 400, 4097, 12_000, 13, 400]
    shards = [TinyShard("ab"[i % 2], n, label=i % 2) for i, n in enumerate(sizes)]
    return write_tiny(tmp_path_factory.mktemp("tiny"), shards, images=True)


def _source(tiny, part="train", *, training=True, split=ALL, seed=1, fold=None, **sizes):
    return open_dataset(tiny.folder).source(
        part,
        inputs=["image", "table"],
        spectators=["jet_pt_gev"],
        training=training,
        weights=Weights(),
        split=split,
        seed=seed,
        fold=fold,
        **sizes,
    )


def _rows(batches):
    return np.concatenate([batch.row for batch in batches])


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("training", [True, False])
def test_every_row_of_the_part_once_per_epoch(tiny, training, sizes):
    source = _source(tiny, "validation", training=training, split=Split(), **sizes)
    expected = np.flatnonzero((tiny.bucket >= 60) & (tiny.bucket < 70))
    assert source.n_rows == len(expected)
    np.testing.assert_array_equal(_rows(source.ordered()), expected)
    for epoch in range(3):
        np.testing.assert_array_equal(np.sort(_rows(source.shuffled(epoch))), expected)


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_what_belongs_to_a_row_stays_with_it(tiny, sizes):
    source = _source(tiny, training=False, **sizes)
    for batches in (source.ordered(), source.shuffled(0)):
        for batch in batches:
            np.testing.assert_array_equal(batch.inputs["image"], tiny.images[batch.row])
            np.testing.assert_array_equal(batch.inputs["table"][:, 0], batch.row)
            np.testing.assert_array_equal(batch.spectators["jet_pt_gev"], tiny.pt[batch.row])
            np.testing.assert_array_equal(batch.label, tiny.label[batch.row])
            np.testing.assert_array_equal(batch.weight, tiny.weight[batch.row])
            assert (batch.label.dtype, batch.weight.dtype, batch.row.dtype) == (np.int32, np.float64, np.int64)


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_pieces_have_the_size_asked_for(tiny, sizes):
    source = _source(tiny, **sizes)
    for batches in (source.ordered(), source.shuffled(0)):
        pieces = [batch.n for batch in batches]
        assert set(pieces[:-1]) == {sizes["piece_rows"]}
        assert 0 < pieces[-1] <= sizes["piece_rows"]


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_order_depends_on_seed_and_epoch_alone(tiny, sizes):
    orders = {
        (seed, epoch): _rows(_source(tiny, seed=seed, **sizes).shuffled(epoch))
        for seed, epoch in [(1, 0), (1, 1), (2, 0)]
    }
    used = _source(tiny, **sizes)
    list(used.shuffled(5))
    np.testing.assert_array_equal(_rows(used.shuffled(1)), orders[1, 1])
    for first, second in [((1, 0), (1, 1)), ((1, 0), (2, 0)), ((1, 1), (2, 0))]:
        assert np.mean(orders[first] == orders[second]) < 0.01


def test_every_piece_has_rows_of_all_shards(tmp_path):
    """Eight shards of eight row groups, pools of a quarter of them: each shard's share of a piece is 1/8 within 5 σ."""
    tiny = write_tiny(tmp_path, [TinyShard("ab"[i % 2], 8 * 4096, label=i % 2) for i in range(8)])
    source = open_dataset(tmp_path).source(
        "train",
        inputs=["table"],
        training=True,
        weights=Weights(),
        split=ALL,
        seed=1,
        piece_rows=4096,
        pool_rows=16 * 4096,
    )
    shares = np.array([np.bincount(tiny.shard[batch.row], minlength=8) / batch.n for batch in source.shuffled(0)])
    assert len(shares) == 64
    # A pool holds 2 ± 1 groups of each shard.
    assert shares.min() > 1 / 16 - 5 * np.sqrt(1 / 16 / 4096)
    assert shares.max() < 3 / 16 + 5 * np.sqrt(3 / 16 / 4096)


def test_small_shards_mix_by_input(tmp_path):
    """A hundred shards of 200 rows, one class each: every pool of 4000 rows has 20 ± 2 of them, half of each class."""
    write_tiny(tmp_path, [TinyShard("ab"[i >= 70], 200, label=int(i >= 70)) for i in range(100)])
    source = open_dataset(tmp_path).source(
        "train", inputs=["table"], training=True, weights=Weights(), split=ALL, seed=1, piece_rows=4000, pool_rows=4000
    )
    fractions = [batch.label.mean() for batch in source.shuffled(0)]
    assert len(fractions) == 5
    np.testing.assert_allclose(fractions, 0.3, atol=0.101)


def test_rows_that_were_neighbours_are_not(tiny):
    """Mixing reaches beyond one row group: neighbours in a batch are far apart in the dataset."""
    batch = next(_source(tiny, **SIZES["pools"]).shuffled(0))
    assert np.median(np.abs(np.diff(batch.row))) > 4096


def test_dropped_rows_are_neither_counted_nor_delivered(tmp_path):
    weight = np.where(np.arange(1000) % 4 == 0, -1.0, 2.0)
    write_tiny(tmp_path, [TinyShard("a", 1000, 0, weight), TinyShard("b", 1000, 1, weight)])
    source = open_dataset(tmp_path).source(
        "train", inputs=["table"], training=True, weights=Weights(negative="drop"), split=ALL, seed=1
    )
    rows = _rows(source.ordered())
    assert source.n_rows == len(rows) == 1500
    assert not np.any(rows % 4 == 0)
    assert len(_rows(source.shuffled(0))) == 1500


def test_moments_are_those_of_the_part(tiny):
    source = _source(tiny, "train", split=Split())
    rows = tiny.bucket < 60
    moments = source.moments["image"]
    assert moments.mean().shape == (1, 7, 7, 2)
    np.testing.assert_allclose(moments.count[0], rows.sum())
    np.testing.assert_allclose(moments.mean()[0], tiny.images[rows].mean(axis=0, dtype=np.float64), atol=1e-10)
    np.testing.assert_allclose(moments.std()[0], tiny.images[rows].std(axis=0, dtype=np.float64), atol=1e-6)
    np.testing.assert_allclose(source.moments["table"].mean()[0, 1], tiny.pt[rows].mean(), rtol=1e-6)


def test_folds_test_every_row_once(tiny):
    split = Split(folds=4)
    tested = [_rows(_source(tiny, "test", training=False, split=split, fold=fold).ordered()) for fold in range(4)]
    np.testing.assert_array_equal(np.sort(np.concatenate(tested)), np.arange(tiny.manifest.rows))


def test_an_empty_part_is_an_empty_pass_in_evaluation(tmp_path):
    write_tiny(tmp_path, [TinyShard("a", 10, bucket=[5] * 10)])
    source = open_dataset(tmp_path).source(
        "test", inputs=["table"], training=False, weights=Weights(), split=Split(), seed=1
    )
    assert source.n_rows == 0
    assert list(source.ordered()) == []
    assert list(source.shuffled(0)) == []


def test_giving_up_leaves_no_thread(tiny):
    batches = _source(tiny, **SIZES["pools"]).shuffled(0)
    next(batches)
    batches.close()
    assert [thread for thread in threading.enumerate() if thread.name == "hepml-prefetch"] == []


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_a_shard_damaged_meanwhile_is_named(tmp_path, sizes):
    """The reading thread's error arrives where the batches are used."""
    tiny = write_tiny(tmp_path, [TinyShard("a", 9000), TinyShard("b", 9000, label=1)])
    source = open_dataset(tmp_path).source(
        "train", inputs=["table"], training=True, weights=Weights(), split=ALL, seed=1, **sizes
    )
    path = tmp_path / tiny.manifest.shards[1].path
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(DatasetError, match=rf"{path.name}: the shard is damaged"):
        list(source.shuffled(0))
    path.unlink()
    with pytest.raises(DatasetError, match=rf"{path.name}: the shard is missing"):
        list(source.ordered())


def test_a_row_too_few_is_an_error(tmp_path):
    """The manifest's counts say how many rows there must be; a pass with fewer does not end in silence."""
    tiny = write_tiny(tmp_path, [TinyShard("a", 100)])
    tiny.manifest.inputs[0].counts.n[0, int(tiny.bucket[0])] += 1
    dataset = open_dataset(tmp_path)
    dataset = type(dataset)(dataset.folder, tiny.manifest, dataset.row_groups, dataset.columns)
    source = dataset.source("train", inputs=["table"], training=False, weights=Weights(), split=ALL, seed=1)
    with pytest.raises(DatasetError, match="100 rows of a part were found in the shards and 101 were expected"):
        list(source.ordered())
