"""Histograms to ROOT and to JSON."""

from __future__ import annotations

import json

import hist
import pytest
import uproot

from hepml.errors import DatasetError, OutputError, ShapeError
from hepml.io.histograms import histograms_from_json, histograms_to_json, write_histograms


def weighted():
    return (
        hist.Hist.new.Reg(4, 0, 4, name="pt", label="pT [GeV]").Weight().fill([0.5, 1.5, 1.5, 9], weight=[1, 2, 3, 4])
    )


def counted():
    return hist.Hist.new.StrCat(["w", "qcd"], name="process").Int64().fill(["w", "qcd", "w"])


def test_root_keeps_values_variances_overflow_and_label(tmp_path):
    write_histograms(tmp_path / "h.root", {"w/pt": weighted(), "process": counted()})
    with uproot.open(tmp_path / "h.root") as file:
        pt = file["w/pt"]
        assert pt.values(flow=True).tolist() == [0, 1, 5, 0, 0, 4]
        assert pt.variances(flow=True).tolist() == [0, 1, 13, 0, 0, 16]
        assert pt.member("fXaxis").member("fTitle") == "pT [GeV]"
        assert file["process"].values().tolist() == [2, 1]


def test_root_of_nothing(tmp_path):
    write_histograms(tmp_path / "h.root", {})
    assert uproot.open(tmp_path / "h.root").keys() == []


def test_root_refuses_what_it_does_not_know(tmp_path):
    four = hist.Hist(*(hist.axis.Regular(2, 0, 1, name=name) for name in "abcd"))
    with pytest.raises(ShapeError, match=r"'four' has 4 axes and ROOT takes 3: project it"):
        write_histograms(tmp_path / "h.root", {"four": four})
    mean = hist.Hist.new.Reg(2, 0, 1).Mean()
    with pytest.raises(ShapeError, match=r"'mean' has storage Mean"):
        write_histograms(tmp_path / "h.root", {"mean": mean})
    assert list(tmp_path.iterdir()) == []


def test_root_where_it_cannot_be_written():
    with pytest.raises(OutputError, match=r"/proc/hepml/h.root: cannot be written"):
        write_histograms("/proc/hepml/h.root", {"pt": weighted()})


def test_json_round_trip():
    before = {"pt": weighted(), "process": counted()}
    text = json.dumps(histograms_to_json(before))
    after = histograms_from_json(json.loads(text))
    assert after == before
    assert (after["pt"] + before["pt"]).values().tolist() == [2, 10, 0, 0]
    assert after["pt"].axes[0].label == "pT [GeV]"


def test_json_damaged():
    with pytest.raises(DatasetError, match=r"a stored histogram is damaged"):
        histograms_from_json({"pt": {"axes": 1}})
