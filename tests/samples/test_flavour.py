"""The flavour sample, with the real generator on few events."""

import json

import awkward as ak
import numpy as np
import pytest
import uproot

from hepml.errors import RecipeError
from hepml.samples.blocks import Block
from hepml.samples.flavour import sample_flavour
from hepml.samples.flavour_block import jet_flavour, make_flavour_block
from hepml.samples.flavour_options import FlavourSampleOptions
from hepml.samples.heavy_hadrons import FROM_B, FROM_B_TO_C, PRIMARY
from hepml.samples.jet_clustering import Jets

OPTIONS = FlavourSampleOptions(pt_bins=3)
CODES = {"b": 5, "c": 4, "light": 0}


@pytest.fixture(scope="module")
def jets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flavour") / "sample"
    summary = sample_flavour(folder, events=270, seed=3, options=OPTIONS)
    assert [file.process for file in summary.files] == list(CODES)
    assert json.loads((folder / "sample.json").read_text())["sample"] == "flavour"
    found = {}
    for flavour in CODES:
        with uproot.open(folder / f"{flavour}.root") as file:
            found[flavour] = file["Events"].arrays()
    return found


@pytest.mark.parametrize("flavour", CODES)
def test_each_bin_of_log_pt_has_as_many_jets(jets, flavour):
    of_flavour = jets[flavour]
    assert set(of_flavour.flavour.tolist()) == {CODES[flavour]}
    edges = np.geomspace(20, 200, 4)
    assert np.histogram(of_flavour.jet_pt, edges)[0].tolist() == [30, 30, 30]
    assert ak.all(abs(of_flavour.jet_eta) < 2.1)


@pytest.mark.parametrize("flavour", CODES)
def test_tracks_are_inside_the_limits_and_the_jet(jets, flavour):
    track = {name: jets[flavour][f"track_{name}"] for name in ("pt", "eta", "phi", "d0", "z0", "charge")}
    assert ak.all(track["pt"] >= 0.5)
    assert ak.all(track["pt"][:, 1:] <= track["pt"][:, :-1])
    assert ak.all(abs(track["d0"]) < 3.5)
    assert ak.all(abs(track["z0"]) / np.cosh(track["eta"]) < 5.0001)
    assert set(ak.flatten(track["charge"]).tolist()) == {-1, 1}
    delta_phi = np.mod(track["phi"] - jets[flavour].jet_phi + np.pi, 2 * np.pi) - np.pi
    # φ is that of the closest approach: particles of decays were a little elsewhere.
    assert ak.mean(np.hypot(track["eta"] - jets[flavour].jet_eta, delta_phi) < 0.4) > 0.98


def test_prompt_tracks_have_the_errors_that_are_said_and_those_of_b_hadrons_come_from_the_jet(jets):
    light, b = jets["light"], jets["b"]
    for name in ("d0", "z0"):
        pull = ak.flatten((light[f"track_{name}"] / light[f"track_{name}_error"])[light.track_origin == PRIMARY])
        assert 0.9 < np.std(pull[abs(pull) < 3]) < 1.1
    heavy = (b.track_origin == FROM_B) | (b.track_origin == FROM_B_TO_C)
    lifetime = b.track_d0 / b.track_d0_error * np.sign(np.sin(b.jet_phi - b.track_phi))
    assert np.mean(ak.flatten(lifetime[heavy]) > 3) > 0.35
    assert np.mean(ak.flatten(lifetime[heavy]) < -3) < 0.15
    assert ak.mean(ak.sum(heavy, axis=1)) > 2.5
    assert np.mean(b.hadron_lxy) > 2


def test_jets_of_an_event_share_its_number(jets):
    keys = list(zip(jets["b"].lumi.tolist(), jets["b"].event.tolist(), strict=True))
    assert 45 <= len(set(keys)) < len(keys)
    assert {flavour: set(jets[flavour].run.tolist()) for flavour in CODES} == {"b": {6}, "c": {5}, "light": {1}}


def test_a_block_depends_on_its_seed_alone():
    blocks = [
        make_flavour_block(Block("c", 5, 0, 1, 12, 4), options=FlavourSampleOptions(pt_bins=2)).columns
        for _ in range(2)
    ]
    for name in ("jet_pt", "event"):
        np.testing.assert_array_equal(blocks[0][name], blocks[1][name])
    assert ak.array_equal(blocks[0]["track"], blocks[1]["track"])


def test_two_hadrons_of_a_kind_or_one_too_soft_are_no_clear_flavour():
    one = np.zeros(6, np.float32)
    jets = Jets(one + 50, one, one + 3.1, one, ak.Array([[]] * 6))
    near, far = {"eta": 0.1, "phi": -3.13, "lxy_mm": 2.0}, {"eta": 0.35, "phi": 3.1, "lxy_mm": 2.0}
    b, c, soft = ({"pt": 20.0, "quark": 5}, {"pt": 9.0, "quark": 4}, {"pt": 4.0, "quark": 5})
    hadrons = ak.Array([[b | near, c | near], [b | near, b | near], [c | near], [soft | near], [c | far], []])
    # The last has lists of records too.
    code, pt, lxy = jet_flavour(jets, hadrons, FlavourSampleOptions())
    assert code.tolist() == [5, -1, 4, -1, -1, 0]
    assert pt.tolist() == [20, 0, 9, 0, 0, 0]
    assert lxy.tolist() == [2, 0, 2, 0, 0, 0]


def test_windows_that_make_no_sense_are_refused():
    for wrong in (
        {"pt_gev": (5, 50)},
        {"flavours": ["b", "b"]},
        {"d0_resolution_um": (0, 1)},
        {"pt_gev": (6000, 9000)},
    ):
        with pytest.raises(ValueError, match=r"15 GeV|lists one twice|above 0|more than 13 TeV"):
            FlavourSampleOptions(**wrong)
    with pytest.raises(RecipeError, match="events is 2"):
        sample_flavour("nowhere", events=2)
