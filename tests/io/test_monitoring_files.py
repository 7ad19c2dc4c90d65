"""Histograms of harvested monitoring files."""

from __future__ import annotations

import hist
import numpy as np
import pytest

from hepml.contracts import WHOLE_RUN
from hepml.errors import InputError
from hepml.io.histograms import write_histograms
from hepml.io.monitoring_files import read_harvested, read_monitoring


@pytest.fixture
def harvested(tmp_path):
    filled = hist.Hist.new.Reg(3, 0, 3, name="x").Reg(2, 0, 1, name="y").Double()
    filled[...] = np.arange(6.0).reshape(3, 2)
    entries = hist.Hist.new.Reg(4, 0, 4, name="lumi").Double().fill([0.5, 1.5, 1.5])
    folder = "DQMData/Run 7/Muon/Run summary"
    write_histograms(tmp_path / "dqm.root", {f"{folder}/Maps/Occupancy": filled, f"{folder}/Entries": entries})
    return tmp_path / "dqm.root"


def test_maps_have_rows_along_y(harvested):
    found = {histogram.path: histogram for histogram in read_harvested(harvested)}
    assert set(found) == {"Muon/Maps/Occupancy", "Muon/Entries"}
    occupancy = found["Muon/Maps/Occupancy"]
    assert (occupancy.run, occupancy.lumi, occupancy.subsystem) == (7, WHOLE_RUN, "Muon")
    np.testing.assert_array_equal(occupancy.counts, [[0, 2, 4], [1, 3, 5]])
    assert occupancy.axes == ((3, 0.0, 3.0), (2, 0.0, 1.0))
    np.testing.assert_array_equal(found["Muon/Entries"].counts, [1, 2, 0, 0])


def test_an_absent_histogram_is_named(harvested):
    [one] = read_monitoring([harvested], names=["Muon/Entries"])
    assert one.path == "Muon/Entries"
    with pytest.raises(InputError, match=r"no histogram 'Muon/Entry'.*'Muon/Entries'"):
        list(read_monitoring([harvested], names=["Muon/Entry"]))


def test_a_damaged_or_other_file_is_named(tmp_path, harvested):
    broken = tmp_path / "broken.root"
    broken.write_bytes(harvested.read_bytes()[:600])
    with pytest.raises(InputError, match=r"broken\.root"):
        list(read_harvested(broken))
    with pytest.raises(InputError, match=r"absent\.root: there is no such file"):
        list(read_harvested(tmp_path / "absent.root"))


def test_real_histograms_outside_the_usual_folders(real_data):
    path = real_data("uproot-issue-880.root")
    with pytest.raises(InputError, match="say of which run"):
        list(read_harvested(path))
    found = list(read_harvested(path, run=5))
    assert {histogram.run for histogram in found} == {5}
    assert sum(histogram.counts.ndim == 2 for histogram in found) == 98
