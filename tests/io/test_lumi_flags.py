"""Flags and scores are read as they were written."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from monitoring_rows import SHAPE, a_flag, a_score

from hepml.contracts import LumiMaps
from hepml.errors import InputError
from hepml.io.lumi_flags import SCHEMA, read_lumi_flags, write_lumi_flags
from hepml.io.lumi_scores import read_lumi_scores, write_lumi_scores


def plain(one):
    return {name: value.tolist() if name == "cells" else value for name, value in vars(one).items() if name != "maps"}


def test_flags(tmp_path):
    flags = [a_flag(1, "good"), a_flag(2, "bad", (2, 3), (0, 1)), a_flag(3, "not enough statistics", score=np.inf)]
    write_lumi_flags(tmp_path / "flags.parquet", flags)
    found = read_lumi_flags(tmp_path / "flags.parquet")
    assert [plain(one) for one in found] == [plain(one) for one in flags]
    assert pq.read_schema(tmp_path / "flags.parquet").names == SCHEMA.names


def test_no_flags(tmp_path):
    write_lumi_flags(tmp_path / "flags.parquet", [])
    assert read_lumi_flags(tmp_path / "flags.parquet") == []


def test_another_file_is_no_flags(tmp_path):
    pq.write_table(pa.table({"run": [1]}), tmp_path / "other.parquet")
    write_lumi_flags(tmp_path / "odd.parquet", [a_flag(1, "excellent")])
    for name in ("none.parquet", "other.parquet", "odd.parquet"):
        with pytest.raises(InputError, match="give a folder of `hepml flag`"):
            read_lumi_flags(tmp_path / name)


def test_scores_with_the_maps_that_are_asked_for(tmp_path):
    maps = LumiMaps(*(np.arange(SHAPE[0] * SHAPE[1], dtype=np.float32).reshape(SHAPE) + i for i in range(3)))
    maps.pull[0, 0] = np.nan
    rows = [a_score(lumi, lumi / 3, (1, 2), enough=lumi > 2) for lumi in range(1, 600)]
    rows[299] = type(rows[0])(**vars(rows[299]) | {"maps": maps, "has_maps": True})
    write_lumi_scores(tmp_path / "a.parquet", rows)
    found = list(read_lumi_scores(tmp_path / "a.parquet", maps_of=[rows[299].key, rows[0].key]))
    assert [plain(one) for one in found] == [plain(one) for one in rows]
    assert [one.lumi for one in found if one.maps is not None] == [300]
    for name in ("observed", "expected", "pull"):
        np.testing.assert_array_equal(getattr(found[299].maps, name), getattr(maps, name))
    assert all(one.maps is None for one in read_lumi_scores(tmp_path / "a.parquet"))


def test_damaged_scores_are_an_error(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="remove the file and flag again"):
        list(read_lumi_scores(tmp_path / "a.parquet"))
