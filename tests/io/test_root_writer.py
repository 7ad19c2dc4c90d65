"""TTrees written in pieces."""

import resource

import awkward as ak
import numpy as np
import pytest
import uproot

from hepml.errors import OutputError, ShapeError
from hepml.io.root_writer import TreeWriter

FLAT = np.array([1.5, 2.5, 3.5], dtype=np.float32)
JAGGED = ak.Array([[1, 2], [], [3]])


def read(path, tree="Events"):
    with uproot.open(path) as file:
        return file[tree].arrays()


def test_pieces_add_up_in_a_ttree(tmp_path):
    path = tmp_path / "a.root"
    with TreeWriter(path, tree="Scores", title="of a test") as writer:
        writer.extend({"x": FLAT, "j": JAGGED})
        writer.extend({"x": FLAT[:0], "j": JAGGED[:0]})
        writer.extend({"x": FLAT[1:], "j": JAGGED[1:]})
    with uproot.open(path) as file:
        assert file.classnames() == {"Scores;1": "TTree"}
        assert file["Scores"].title == "of a test"
    events = read(path, "Scores")
    assert events.x.tolist() == [1.5, 2.5, 3.5, 2.5, 3.5]
    assert events.j.tolist() == [[1, 2], [], [3], [], [3]]
    assert events.nj.tolist() == [2, 0, 1, 0, 1]


def test_records_share_one_counter(tmp_path):
    path = tmp_path / "a.root"
    with TreeWriter(path, counter_name=lambda name: f"how_many_{name}") as writer:
        writer.extend({"jet": ak.zip({"pt": JAGGED, "score": 0.5 * JAGGED})})
    events = read(path)
    assert events.fields == ["how_many_jet", "jet_pt", "jet_score"]
    assert events.jet_score.tolist() == [[0.5, 1.0], [], [1.5]]


def test_an_empty_tree_keeps_its_branches(tmp_path):
    with TreeWriter(tmp_path / "a.root") as writer:
        writer.extend({"x": FLAT[:0], "selected": np.zeros(0, dtype=bool)})
    events = read(tmp_path / "a.root")
    assert len(events) == 0
    assert events.fields == ["x", "selected"]


@pytest.mark.parametrize("dtype", ["bool", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"])
def test_types_survive(tmp_path, dtype):
    values = np.array([0, 1, 1], dtype=dtype)
    with TreeWriter(tmp_path / "a.root") as writer:
        writer.extend({"flat": values, "awkward": ak.Array(values), "jagged": ak.unflatten(values, [2, 0, 1])})
    events = read(tmp_path / "a.root")
    assert events.flat.type.content.primitive == events.awkward.type.content.primitive == values.dtype.name
    assert events.flat.tolist() == events.awkward.tolist() == values.tolist()
    assert events.jagged.tolist() == [values[:2].tolist(), [], values[2:].tolist()]


def test_the_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "a.root"
    with TreeWriter(path) as writer:
        writer.extend({"x": FLAT})
        assert not path.exists()
    assert [file.name for file in tmp_path.iterdir()] == ["a.root"]


def test_an_error_inside_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.root"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), TreeWriter(path) as writer:
        writer.extend({"x": FLAT[: 1 // 0]})
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.root"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"x": FLAT, "y": FLAT[1:]}, "different numbers of rows"),
        ({"x": np.array(["a", "b"])}, "cannot hold"),
        ({"x": ak.Array([[[1.0]], [[2.0]]])}, "cannot hold"),
        ({"x": ak.Array([1.0, None])}, "missing values .*fill them"),
        ({"x": ak.Array([[1.0], None])}, "missing values .*fill them"),
    ],
)
def test_columns_that_a_tree_cannot_hold(tmp_path, columns, message):
    with pytest.raises(ShapeError, match=message), TreeWriter(tmp_path / "a.root") as writer:
        writer.extend(columns)
    assert list(tmp_path.iterdir()) == []


def test_later_pieces_must_have_the_first_ones_columns(tmp_path):
    with TreeWriter(tmp_path / "a.root") as writer:
        writer.extend({"x": FLAT})
        with pytest.raises(ShapeError, match=r"has columns \['x'\], found \['y'\]"):
            writer.extend({"y": FLAT})
    assert read(tmp_path / "a.root").x.tolist() == FLAT.tolist()


def test_a_writer_without_columns_or_outside_of_with(tmp_path):
    with pytest.raises(ShapeError, match="given no branches"), TreeWriter(tmp_path / "a.root"):
        pass
    with pytest.raises(ShapeError, match="use it in a `with`"):
        TreeWriter(tmp_path / "a.root").extend({"x": FLAT})
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    noise = np.random.default_rng(1).random(10_000)
    try:
        with (
            pytest.raises(OutputError, match=r"a\.root: cannot be written .*free some space"),
            TreeWriter(tmp_path / "a.root") as writer,
        ):
            writer.extend({"x": noise})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_a_parent_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"), TreeWriter(tmp_path / "file" / "a.root"):
        pass
