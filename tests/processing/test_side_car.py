"""Side-cars of chunks."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hepml.contracts import BucketCounts, Chunk, CutFlow, RepresentationSpec, ShardInfo
from hepml.processing.digest import MODULUS
from hepml.processing.side_car import ChunkRecord, SkippedChunk, chunk_path, read_side_car, write_side_car

CHUNK = Chunk("w", "w.root", "Events", "some-uuid", 100, 200)


def record():
    counts = BucketCounts(np.zeros((3, 100), np.int64), np.zeros((3, 100)), np.zeros((3, 100)))
    counts.n[1, 42], counts.sum_w[1, 42], counts.sum_w2[1, 42] = 3, 1.1, 3.3
    return ChunkRecord(
        chunk=CHUNK,
        made_by="hash",
        shard=ShardInfo("shards/w/x.parquet", "w", 3, 1000, "abc"),
        digest=MODULUS - 1,
        counts=counts,
        dropped={"image.pt": 2},
        cutflow=CutFlow.start(np.array([0.1, 0.2])),
        representations={"image": RepresentationSpec("jet_image", {"pixels": [3, 4]})},
        spectators={"pt_gev": "float32"},
        keys={"event": "int64"},
        partial={"n_hits": "sum"},
        histograms={},
    )


def test_round_trip(tmp_path):
    before = record()
    write_side_car(tmp_path, before)
    after = read_side_car(tmp_path, CHUNK, n_classes=2)
    assert chunk_path(tmp_path, CHUNK, ".json").name == "some-uuid_100-200.json"
    for name in (
        "chunk",
        "made_by",
        "shard",
        "digest",
        "dropped",
        "cutflow",
        "representations",
        "spectators",
        "keys",
        "partial",
    ):
        assert getattr(after, name) == getattr(before, name), name
    for name in ("n", "sum_w", "sum_w2"):
        assert getattr(after.counts, name).tolist() == getattr(before.counts, name).tolist()


def test_skipped_round_trip(tmp_path):
    skipped = SkippedChunk(CHUNK, "hash", "bad basket in 'φ'")
    write_side_car(tmp_path, skipped)
    assert read_side_car(tmp_path, CHUNK, n_classes=2) == skipped


def test_none_where_there_is_none(tmp_path):
    assert read_side_car(tmp_path, CHUNK, n_classes=2) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 1, "made_by": "hash"}', "\x00" * 20])
def test_none_where_it_is_damaged(tmp_path, text):
    path = chunk_path(tmp_path, CHUNK, ".json")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert read_side_car(tmp_path, CHUNK, n_classes=2) is None


def test_none_of_another_format(tmp_path):
    write_side_car(tmp_path, record())
    path = chunk_path(tmp_path, CHUNK, ".json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    assert read_side_car(tmp_path, CHUNK, n_classes=2) is None
