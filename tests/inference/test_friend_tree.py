from __future__ import annotations

import numpy as np
import pytest
import uproot

from hepml.contracts import ObjectIndex
from hepml.errors import DatasetError
from hepml.inference import read_run_info
from hepml.inference.chunk_scores import ChunkScores, write_chunk_scores
from hepml.inference.friend_tree import write_friend

NONE = np.empty(0, np.int64)


@pytest.fixture
def write(flat, tmp_path):
    """Return a function that writes chunks and then the friend of all of them."""
    info = read_run_info(flat.run("trees"))

    def friend(*chunks: ChunkScores, n_entries: int | None = None):
        paths = [tmp_path / f"{i}.npz" for i in range(len(chunks))]
        for path, chunk in zip(paths, chunks, strict=True):
            write_chunk_scores(path, chunk)
        planned = sum(chunk.n_events for chunk in chunks) if n_entries is None else n_entries
        return write_friend(tmp_path / "friend.root", "data/w.root", paths, n_entries=planned, info=info)

    return friend


def _score(*values: float) -> dict[str, np.ndarray]:
    return {"trees_score": np.array(values, np.float32)}


def _skipped(n: int) -> ChunkScores:
    return ChunkScores(n, ObjectIndex(NONE), {}, skipped=True, reason="unreadable")


def test_chunks_follow_one_another(write):
    friend = write(
        ChunkScores(3, ObjectIndex(np.array([0])), _score(0.1), n_dropped=1, reason="1 with NaN or inf in x"),
        _skipped(2),
        ChunkScores(1, ObjectIndex(np.array([0])), _score(0.3)),
    )
    assert (friend.n_entries, friend.n_selected, friend.n_skipped) == (6, 2, 3)
    assert friend.reasons == ("1 with NaN or inf in x", "unreadable")
    tree = uproot.open(friend.path)["Friends"]
    assert tree.classname == "TTree"
    assert tree.title == "scores of run trees for w.root"
    assert tree["selected"].array().tolist() == [True, False, False, False, False, True]
    np.testing.assert_array_equal(
        tree["trees_score"].array(library="np"), np.array([0.1, *[np.nan] * 4, 0.3], np.float32)
    )


def test_objects_have_one_counter(write):
    index = ObjectIndex(np.array([1, 1]), np.array([0, 2]), np.array([0, 3]))
    friend = write(
        _skipped(2), ChunkScores(2, index, _score(0.1, 0.3))
    )  # the first chunk cannot tell what examples are
    tree = uproot.open(friend.path)["Friends"]
    assert tree.keys() == ["selected", "ntrees", "trees_score", "trees_selected"]
    assert tree["ntrees"].array().tolist() == [0, 0, 0, 3]
    assert tree["trees_selected"].array().tolist() == [[], [], [], [True, False, True]]
    assert friend.n_selected == 2


def test_a_file_without_entries_has_a_friend_with_branches(write):
    friend = write(ChunkScores(0, ObjectIndex(NONE), _score()))
    tree = uproot.open(friend.path)["Friends"]
    assert (tree.num_entries, tree.keys()) == (0, ["selected", "trees_score"])


def test_nothing_could_be_read(write):
    friend = write(_skipped(5))
    tree = uproot.open(friend.path)["Friends"]
    assert tree["selected"].array().tolist() == [False] * 5
    assert np.isnan(tree["trees_score"].array(library="np")).all()


def test_entries_that_were_planned_and_are_not_there(write, tmp_path):
    with pytest.raises(DatasetError, match=r"w\.root: 4 entries were planned and 3 scored: run the same command again"):
        write(ChunkScores(3, ObjectIndex(np.array([0])), _score(0.1)), n_entries=4)
    assert not list(tmp_path.glob("*.root"))
