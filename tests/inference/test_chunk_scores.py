from __future__ import annotations

import numpy as np
import pytest

from hepml.contracts import ObjectIndex
from hepml.errors import RunError
from hepml.inference.chunk_scores import ChunkScores, read_chunk_scores, write_chunk_scores

EVENTS = ChunkScores(9, ObjectIndex(np.array([2, 5])), {"r_score": np.array([0.5, 0.25], np.float32)}, n_dropped=3)
OBJECTS = ChunkScores(
    2, ObjectIndex(np.array([1]), np.array([0]), np.array([0, 4])), {"r_score": np.array([0.5], np.float32)}
)
SKIPPED = ChunkScores(9, ObjectIndex(np.empty(0, np.int64)), {}, skipped=True, reason="basket 3 is damaged")


@pytest.mark.parametrize("chunk", [EVENTS, OBJECTS, SKIPPED], ids=["events", "objects", "skipped"])
def test_what_is_written_is_read_back(chunk, tmp_path):
    write_chunk_scores(tmp_path / "input" / "chunk.npz", chunk)
    found = read_chunk_scores(tmp_path / "input" / "chunk.npz")
    for name in ("n_events", "skipped", "n_dropped", "reason"):
        assert getattr(found, name) == getattr(chunk, name)
    for name in ("event", "object", "counts"):
        np.testing.assert_array_equal(getattr(found.index, name), getattr(chunk.index, name))
    assert list(found.scores) == list(chunk.scores)
    for name, values in chunk.scores.items():
        np.testing.assert_array_equal(found.scores[name], values)


def test_damaged(tmp_path):
    path = tmp_path / "chunk.npz"
    write_chunk_scores(path, EVENTS)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(RunError, match=r"chunk\.npz: the scores of a chunk are damaged .*run `hepml predict` again"):
        read_chunk_scores(path)
