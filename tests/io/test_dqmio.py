"""DQMIO as parquet: bins in their places, and clear words about what does not fit."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hepml.contracts import MonitoredHistogram
from hepml.errors import InputError
from hepml.io.dqmio import SCHEMA, TH2F, DqmioWriter, read_dqmio

COUNTS = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
MAP = MonitoredHistogram(7, 3, "Muon", "Wires/Occupancy", COUNTS, ((3, 0.0, 3.0), (2, -1.0, 1.0)), 21.0)
LINE = MonitoredHistogram(7, 3, "Muon", "Times", np.array([1.0, 0.0]), ((2, 0.0, 50.0),), 1.0)


def write(path, **change):
    """Write a map whose bins are 0, 1, … in the order of ROOT, with some columns changed."""
    row = dict.fromkeys(SCHEMA.names, 0) | {"hname": "A/b", "metype": TH2F, "Xbins": 3, "Ybins": 2}
    row |= {"histo": list(range(20)), **change}
    pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), path)
    return path


def test_what_is_written_is_read(tmp_path):
    with DqmioWriter(tmp_path / "a.parquet") as writer:
        writer.extend([MAP, LINE])
        writer.extend([MAP])
    found = list(read_dqmio([tmp_path / "a.parquet"]))
    assert len(found) == 3
    for one, wanted in zip(found, (MAP, LINE, MAP), strict=True):
        np.testing.assert_array_equal(one.counts, wanted.counts)
        assert (one.run, one.lumi, one.path, one.axes, one.entries) == (
            wanted.run,
            wanted.lumi,
            wanted.path,
            wanted.axes,
            wanted.entries,
        )


def test_a_writer_that_fails_leaves_nothing(tmp_path):
    def interrupted():
        yield MAP
        raise KeyError

    with pytest.raises(KeyError), DqmioWriter(tmp_path / "a.parquet") as writer:
        writer.extend(interrupted())
    assert list(tmp_path.iterdir()) == []


def test_bins_come_x_first_with_or_without_overflow(tmp_path):
    (with_flow,) = read_dqmio([write(tmp_path / "a.parquet")])
    assert with_flow.counts.tolist() == [[6, 7, 8], [11, 12, 13]]  # rows of 5, the first and last cut off
    (without,) = read_dqmio([write(tmp_path / "b.parquet", histo=list(range(6)))])
    assert without.counts.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_more_rows_than_are_read_at_a_time(tmp_path):
    with DqmioWriter(tmp_path / "a.parquet") as writer:
        writer.extend([LINE, MAP] * 100)
    found = list(read_dqmio([tmp_path / "a.parquet"], names=["Muon/Wires/Occupancy"]))
    assert len(found) == 100
    assert all(np.array_equal(one.counts, COUNTS) for one in found)


def test_bad_input_is_named(tmp_path):
    with pytest.raises(InputError, match=r"A/b: has 7 bins, and axes of 2 × 3 make 6, or 20"):
        list(read_dqmio([write(tmp_path / "a.parquet", histo=[1] * 7)]))
    with pytest.raises(InputError, match="holds no histogram 'A/c': did you mean 'A/b'"):
        list(read_dqmio([write(tmp_path / "a.parquet")], names=["A/c"]))
    pq.write_table(pa.table({"hname": ["x"], "fromrunn": [1]}), tmp_path / "b.parquet")
    with pytest.raises(InputError, match="lacks the column 'fromrun'"):
        list(read_dqmio([tmp_path / "b.parquet"]))
    (tmp_path / "c.parquet").write_bytes(b"PAR1 and no more")
    for name in ("c.parquet", "absent.parquet"):
        with pytest.raises(InputError, match="cannot be read as parquet"):
            list(read_dqmio([tmp_path / name]))
