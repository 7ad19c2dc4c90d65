"""Shards: what is written comes back; what is damaged is named."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pyarrow.parquet as pq
import pytest

from hepml.contracts import ShardInfo
from hepml.errors import DatasetError, OutputError, ShapeError
from hepml.io.shards import (
    ROW_GROUP_ROWS,
    checksum_file,
    column_names,
    read_rows,
    row_group_rows,
    verify_shard,
    write_shard,
)


@pytest.fixture
def columns():
    lists = ak.Array([[1, 2], [], [3]])
    return {
        "image.pixel": ak.values_astype(lists, np.uint16),
        "image.pt": ak.values_astype(lists, np.float32),
        "label": np.array([0, 1, -1], np.int16),
        "weight": np.array([1.0, -2.5, 0.0]),
        "bucket": np.array([0, 50, 99], np.uint8),
    }


@pytest.fixture
def shard(tmp_path, columns):
    path = tmp_path / "a.parquet"
    written = write_shard(path, columns)
    return ShardInfo("a.parquet", "qcd", written.rows, written.size, written.checksum)


def test_columns_come_back_with_their_types_and_full_names(tmp_path, columns, shard):
    rows = read_rows(tmp_path / "a.parquet", columns=list(columns))
    assert rows.fields == list(columns)
    assert rows["image.pixel"].to_list() == [[1, 2], [], [3]]
    assert str(rows["image.pixel"].type) == "3 * var * uint16"
    assert str(rows["image.pt"].type) == "3 * var * float32"
    for name in ("label", "weight", "bucket"):
        values = np.asarray(rows[name])
        assert values.dtype == columns[name].dtype
        np.testing.assert_array_equal(values, columns[name])


def test_order_of_the_request_is_kept(tmp_path, shard):
    assert read_rows(tmp_path / "a.parquet", columns=["weight", "label"]).fields == ["weight", "label"]


def test_one_name_may_begin_with_another(tmp_path):
    """A dot in a column name is no nesting: asking for ``a.b`` must not bring ``a.b.c``."""
    write_shard(tmp_path / "a.parquet", {"a.b": np.zeros(2), "a.b.c": np.ones(2), "a": np.full(2, 2.0)})
    rows = read_rows(tmp_path / "a.parquet", columns=["a.b"])
    assert rows.fields == ["a.b"]
    assert rows["a.b"].to_list() == [0.0, 0.0]
    assert read_rows(tmp_path / "a.parquet", columns=["a"])["a"].to_list() == [2.0, 2.0]


def test_a_selected_array_is_written_as_it_looks(tmp_path):
    """An index or a reversed view keeps its own buffers; what is stored is what one sees."""
    lists = ak.Array([[1.0], [2.0, 3.0], [], [4.0]])
    flat = np.arange(8, dtype=np.float32)[::-2]
    write_shard(tmp_path / "a.parquet", {"x.list": lists[::-1], "x.flat": flat})
    rows = read_rows(tmp_path / "a.parquet", columns=["x.list", "x.flat"])
    assert rows["x.list"].to_list() == [[4.0], [], [2.0, 3.0], [1.0]]
    assert rows["x.flat"].to_list() == [7.0, 5.0, 3.0, 1.0]


def test_row_groups_hold_4096_rows(tmp_path):
    n = 2 * ROW_GROUP_ROWS + 5
    lists = ak.unflatten(np.arange(2 * n), 2)
    write_shard(tmp_path / "a.parquet", {"x.list": lists, "row": np.arange(n)})
    assert row_group_rows(tmp_path / "a.parquet") == [4096, 4096, 5]
    rows = read_rows(tmp_path / "a.parquet", columns=["x.list", "row"], row_group=1)
    assert np.asarray(rows["row"]).tolist() == list(range(4096, 8192))
    assert rows["x.list"][0].to_list() == [8192, 8193]


def test_row_groups_of_large_rows_are_smaller(tmp_path):
    """Rows of 8 kB: 512 of them are 4 MiB; never fewer than 256."""
    write_shard(tmp_path / "a.parquet", {"x.list": np.zeros((1500, 1022))})
    assert row_group_rows(tmp_path / "a.parquet") == [512, 512, 476]
    write_shard(tmp_path / "a.parquet", {"x.list": np.zeros((300, 10_000))})
    assert row_group_rows(tmp_path / "a.parquet") == [256, 44]


def test_no_rows_are_rows_too(tmp_path):
    written = write_shard(tmp_path / "a.parquet", {"x.list": ak.Array([[1.0]])[:0], "label": np.zeros(0, np.int16)})
    assert written.rows == 0
    assert len(read_rows(tmp_path / "a.parquet", columns=["x.list", "label"])) == 0
    assert sum(row_group_rows(tmp_path / "a.parquet")) == 0


def test_arrays_are_views_of_what_arrow_read(tmp_path, shard):
    """Reading copies nothing: the arrays do not own their memory."""
    rows = read_rows(tmp_path / "a.parquet", columns=["image.pt", "weight"])
    assert not rows.layout.content("weight").data.flags.owndata
    assert not rows.layout.content("image.pt").content.data.flags.owndata


def test_same_columns_make_the_same_file(tmp_path, columns, shard):
    assert write_shard(tmp_path / "b.parquet", columns).checksum == shard.checksum
    assert checksum_file(tmp_path / "b.parquet") == shard.checksum


def test_nothing_temporary_is_left(tmp_path, shard):
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def test_column_names(tmp_path, columns, shard):
    assert column_names(tmp_path / "a.parquet") == list(columns)


def test_lengths_must_agree(tmp_path):
    with pytest.raises(ShapeError, match=r"equal length.*'a': 2, 'b': 3"):
        write_shard(tmp_path / "a.parquet", {"a": np.zeros(2), "b": np.zeros(3)})


@pytest.mark.parametrize("values", [ak.Array([[[1.0]], []]), ak.Array(["one", "two"]), ak.Array([1.0, None])])
def test_other_types_are_refused(tmp_path, values):
    with pytest.raises(ShapeError, match="column 'x' has type"):
        write_shard(tmp_path / "a.parquet", {"x": values})


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file/a\.parquet"):
        write_shard(tmp_path / "file" / "a.parquet", {"x": np.zeros(1)})


def test_unknown_column_is_named_with_the_nearest(tmp_path, shard):
    with pytest.raises(DatasetError, match=r"a\.parquet: the shard has no column 'lable': did you mean 'label'\?"):
        read_rows(tmp_path / "a.parquet", columns=["lable"])


def test_unknown_row_group(tmp_path, shard):
    with pytest.raises(DatasetError, match="row group 1 was asked for, the shard has 1"):
        read_rows(tmp_path / "a.parquet", columns=["label"], row_group=1)


def test_missing_shard(tmp_path):
    for read in (row_group_rows, column_names, lambda path: read_rows(path, columns=["label"])):
        with pytest.raises(DatasetError, match=r"b\.parquet: the shard is missing: run `hepml process` again"):
            read(tmp_path / "b.parquet")


@pytest.mark.parametrize("keep", [0, 3, 0.5, 0.99])
def test_truncated_shard(tmp_path, shard, keep):
    path = tmp_path / "a.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[: keep if isinstance(keep, int) else int(keep * len(whole))])
    with pytest.raises(DatasetError, match=r"a\.parquet: the shard is damaged .*: delete it and run `hepml process`"):
        read_rows(path, columns=["label"])
    with pytest.raises(DatasetError, match=r"damaged, it has \d+ bytes and not \d+"):
        verify_shard(tmp_path, shard)


def test_scrambled_pages(tmp_path):
    """A footer that is whole does not make up for pages that are not."""
    path = tmp_path / "a.parquet"
    write_shard(path, {"x": np.random.default_rng(1).random(5000)})
    content = bytearray(path.read_bytes())
    content[4:400] = bytes([255]) * 396
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"a\.parquet: the shard is damaged"):
        read_rows(path, columns=["x"])


def test_verify_finds_one_flipped_bit(tmp_path, shard):
    verify_shard(tmp_path, shard)
    path = tmp_path / "a.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"a\.parquet: the shard is damaged, its checksum is [0-9a-f]{32} and not"):
        verify_shard(tmp_path, shard)


def test_verify_finds_what_is_missing(tmp_path, shard):
    (tmp_path / "a.parquet").unlink()
    with pytest.raises(DatasetError, match="the shard is missing"):
        verify_shard(tmp_path, shard)


def test_other_programs_read_it(tmp_path, columns, shard):
    """It is plain parquet: pyarrow alone gives the same lists."""
    assert pq.read_table(tmp_path / "a.parquet")["image.pixel"].to_pylist() == [[1, 2], [], [3]]


def test_a_turned_bit_is_found_when_the_page_is_read(tmp_path):
    """Uncompressed bytes of a number: nothing but a checksum can tell."""
    path = tmp_path / "shard.parquet"
    values = np.random.default_rng(1).random(1000)
    write_shard(path, {"weight": values})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"shard\.parquet: the shard is damaged"):
        read_rows(path, columns=["weight"])
