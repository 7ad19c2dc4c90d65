"""The golden JSON holds good lumisections only, and coffea's LumiMask reads it."""

import json
import pickle

import numpy as np
import pytest
from coffea.lumi_tools import LumiMask
from monitoring_rows import a_flag

from hepml.errors import InputError
from hepml.monitoring.golden import GoldenMask, golden_lumisections, golden_ranges, golden_text

BOTH = ("calorimeter", "muon")


def pair(lumi, muon, calorimeter, run=33):
    return [a_flag(lumi, muon, run=run), a_flag(lumi, calorimeter, run=run, histogram="calorimeter")]


FLAGS = [
    *pair(1, "good", "good"),
    *pair(2, "good", "bad"),
    *pair(3, "masked", "good"),
    *pair(4, "not enough statistics", "good"),
    *pair(5, "good", "good"),
    a_flag(6, "good"),  # the calorimeter's is absent
    *pair(0, "good", "good"),  # a whole run is no lumisection
    *pair(2**31, "good", "good", run=2**31),
]


def test_every_histogram_must_be_good():
    assert golden_lumisections(FLAGS, histograms=BOTH) == {33: [1, 5], 2**31: [2**31]}
    assert golden_lumisections(FLAGS, histograms=BOTH, masked_too=True)[33] == [1, 3, 5]


def test_lumi_mask_keeps_exactly_the_good_ones(tmp_path):
    file = tmp_path / "golden.json"
    file.write_text(golden_text(golden_ranges(golden_lumisections(FLAGS, histograms=BOTH))))
    runs, lumis = np.array([33] * 7 + [2**31, 5]), np.array([0, 1, 2, 3, 4, 5, 6, 2**31, 1])
    wanted = [False, True, False, False, False, True, False, True, False]
    assert LumiMask(str(file))(runs.astype(np.uint32), lumis.astype(np.uint32)).tolist() == wanted
    mask = pickle.loads(pickle.dumps(GoldenMask(tmp_path)))
    file.unlink()  # on another machine it may not be there
    assert mask({"run": runs, "luminosityBlock": lumis}).tolist() == wanted


def test_nothing_good_is_an_empty_mask(tmp_path):
    (tmp_path / "golden.json").write_text(golden_text({}))
    assert json.loads((tmp_path / "golden.json").read_text()) == {}
    assert GoldenMask(tmp_path)({"run": np.array([1]), "lumi": np.array([1])}).tolist() == [False]


@pytest.mark.parametrize(
    "text", ["[]", '{"a": [[1, 2]]}', '{"1": [[2, 1]]}', '{"1": [[0, 1]]}', '{"1": [3]}', "{", "\xff"]
)
def test_another_file_is_refused(tmp_path, text):
    (tmp_path / "golden.json").write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match="golden JSON"):
        GoldenMask(tmp_path)


def test_events_need_run_and_lumisection(tmp_path):
    (tmp_path / "golden.json").write_text("{}")
    with pytest.raises(InputError, match="events have no run with luminosityBlock or lumi, but event, run"):
        GoldenMask(tmp_path)({"run": np.array([1]), "event": np.array([1])})
