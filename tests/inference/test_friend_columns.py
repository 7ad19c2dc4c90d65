from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from hepml.contracts import ObjectIndex
from hepml.errors import ShapeError
from hepml.inference.chunk_scores import ChunkScores
from hepml.inference.friend_columns import friend_columns

NAN = pytest.approx(np.nan, nan_ok=True)


def _f32(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_events_keep_their_places():
    chunk = ChunkScores(4, ObjectIndex(np.array([3, 1])), {"cnn_score": _f32(0.25, 0.75)})
    columns = friend_columns(chunk, "cnn")
    assert columns["selected"].tolist() == [False, True, False, True]
    assert columns["cnn_score"].tolist() == [NAN, 0.75, NAN, 0.25]
    assert list(columns) == ["selected", "cnn_score"]


def test_objects_keep_their_places_in_the_collection():
    index = ObjectIndex(np.array([0, 2, 2]), np.array([1, 0, 2]), np.array([2, 0, 3, 1]))
    columns = friend_columns(ChunkScores(4, index, {"cnn_score": _f32(0.1, 0.2, 0.3)}), "cnn")
    assert columns["selected"].tolist() == [True, False, True, False]
    assert ak.num(columns["cnn"]).tolist() == [2, 0, 3, 1]
    assert columns["cnn"].fields == ["score", "selected"]
    assert columns["cnn"]["selected"].tolist() == [[False, True], [], [True, False, True], [False]]
    score = columns["cnn"]["score"]
    assert score.type.content.content.primitive == "float32"
    assert score.tolist() == [[NAN, pytest.approx(0.1)], [], [pytest.approx(0.2), NAN, pytest.approx(0.3)], [NAN]]


def test_nothing_at_all():
    none = np.empty(0, np.int64)
    assert [len(v) for v in friend_columns(ChunkScores(0, ObjectIndex(none), {"r_s": _f32()}), "r").values()] == [0, 0]
    jagged = friend_columns(ChunkScores(0, ObjectIndex(none, none, none), {"r_s": _f32()}), "r")
    assert str(jagged["r"].type) == "0 * var * {s: float32, selected: bool}"


def test_two_examples_in_one_place_are_refused():
    with pytest.raises(ShapeError, match=r"1 of 3 examples come from an event that has one already"):
        friend_columns(ChunkScores(4, ObjectIndex(np.array([0, 1, 1])), {"r_s": _f32(1, 2, 3)}), "r")
    index = ObjectIndex(np.array([1, 1]), np.array([0, 0]), np.array([0, 2]))
    with pytest.raises(ShapeError, match=r"1 of 2 examples come from an object that has one already"):
        friend_columns(ChunkScores(2, index, {"r_s": _f32(1, 2)}), "r")
