"""The processors that users copy: jets of the built-in sample, and of CMS PFNano."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot
from coffea.nanoevents import BaseSchema, NanoEventsFactory

from hepml.io.shards import read_rows
from hepml.processing import load_processor_file, process_dataset

PROCESSORS = Path(__file__).resolve().parents[2] / "processors"
TOY, PFNANO = PROCESSORS / "jet_images.py", PROCESSORS / "pfnano_jet_images.py"
CONSTITUENTS = PROCESSORS / "jet_constituents.py"


def events_of(path):
    return NanoEventsFactory.from_root({str(path): "Events"}, schemaclass=BaseSchema, metadata={}).events()


def test_the_model_of_a_users_file_is_short():
    assert len(TOY.read_text().splitlines()) < 60


def test_toy_jets(make_recipe, toy_files, tmp_path):
    manifest = process_dataset(make_recipe(toy_files, processor=TOY), tmp_path / "d")
    assert manifest.rows == 500
    assert set(manifest.representations) == {"image", "substructure"}
    assert set(manifest.spectators) == {"jet_pt_gev", "jet_eta", "jet_mass_gev"}
    with uproot.open(tmp_path / "d" / "histograms.root") as file:
        assert {"w/jet_pt;1", "w/jet_mass;1", "qcd/jet_pt;1"} <= set(file.keys())
    shard = manifest.shards[0]
    rows = read_rows(tmp_path / "d" / shard.path, columns=["substructure.mass", "spectator.jet_mass_gev"])
    np.testing.assert_allclose(rows["substructure.mass"], rows["spectator.jet_mass_gev"], rtol=1e-3)


def test_constituents_are_those_of_the_jet(toy_files):
    """The hardest first, as many as are kept; what is beyond is counted."""
    loaded = load_processor_file(CONSTITUENTS)
    events = events_of(toy_files["w"])
    found = loaded.examples(events, loaded.options({"constituents": {"length": 3}}))
    sequence, columns = found.inputs["constituents"]
    dense = sequence.decode(sequence.encode(columns))
    n = ak.to_numpy(ak.num(events.part_pt))
    np.testing.assert_array_equal(dense["mask"].sum(axis=1), np.minimum(n, 3))
    np.testing.assert_array_equal(found.spectators["n_constituents_truncated"], np.maximum(n - 3, 0))
    hardest = ak.to_numpy(ak.max(events.part_pt, axis=1))
    names = [feature.name for feature in sequence.options.features]
    np.testing.assert_allclose(np.exp(dense[""][:, 0, names.index("pt")]), hardest, rtol=1e-5)
    plain = loaded.examples(events, loaded.options({"constituents": {"length": 3}, "rotate": False}))
    np.testing.assert_allclose(plain.inputs["constituents"][1].delta_r[0], columns.delta_r[0], rtol=1e-6)


def test_toy_windows(toy_files):
    module = load_processor_file(TOY)
    events = events_of(toy_files["w"])
    mass = ak.to_numpy(events.jet_mass)
    pt = ak.to_numpy(events.jet_pt)
    options = module.options({"pt_window_gev": [260, 290], "mass_window_gev": [65, 95]})
    found = module.examples(events, options)
    expected = np.flatnonzero((pt >= 260) & (pt < 290) & (mass >= 65) & (mass < 95))
    assert found.object_index.event.tolist() == expected.tolist()
    assert 0 < found.n < 300
    assert [step.name for step in found.cutflow.steps] == ["all", "jet pt window", "jet mass window"]
    assert found.cutflow.steps[-1].n == found.n


@pytest.mark.parametrize(("collection", "n_jets", "tolerance"), [("FatJet", 24, 3e-3), ("Jet", 64, 2e-2)])
def test_pfnano_particles_are_those_of_the_jet(real_data, collection, n_jets, tolerance):
    """Their vector sum is the jet before its energy was corrected."""
    path = real_data("pfnano.root")
    module = load_processor_file(PFNANO)
    events = events_of(path)
    found = module.examples(events, module.options({"collection": collection, "abs_eta_max": 10.0}))
    assert found.n == n_jets
    particles = found.inputs["image"][1]
    px, py = ak.sum(particles.pt * np.cos(particles.phi), axis=1), ak.sum(particles.pt * np.sin(particles.phi), axis=1)
    uncorrected = ak.flatten(events[f"{collection}_pt"] * (1 - events[f"{collection}_rawFactor"]))
    central = np.abs(ak.to_numpy(ak.flatten(events[f"{collection}_eta"]))) < 2.4
    ratio = np.hypot(px, py) / uncorrected
    assert np.abs(ak.to_numpy(ratio)[central] - 1).max() < tolerance
    assert found.object_index.counts.sum() == n_jets
    assert found.object_index.object.max() == ak.max(ak.num(events[f"{collection}_pt"])) - 1


def test_pfnano_dataset(make_recipe, real_data, tmp_path):
    """All jets of an event share its bucket, and cutting the file elsewhere changes nothing."""
    files = {"qcd": real_data("pfnano.root")}
    made = [
        process_dataset(
            make_recipe(files, processor=PFNANO, chunk_size=size, options={"collection": "Jet"}), tmp_path / f"{size}"
        )
        for size in (3, 100)
    ]
    assert made[0].digest == made[1].digest
    assert made[0].inputs[0].cutflow.steps[0].n == 10
    shard = made[1].shards[0]
    rows = read_rows(tmp_path / "100" / shard.path, columns=["key.event", "bucket"])
    pairs = set(zip(rows["key.event"].tolist(), rows["bucket"].tolist(), strict=True))
    assert len(pairs) == len(set(rows["key.event"].tolist())) == 10
    assert len(rows) == made[1].rows > 40


def test_pfnano_window(real_data):
    module = load_processor_file(PFNANO)
    events = events_of(real_data("pfnano.root"))
    found = module.examples(events, module.options({"pt_window_gev": [200, 1200]}))
    pt = ak.to_numpy(ak.flatten(events.FatJet_pt))
    assert 0 < found.n < 24
    assert found.n == np.count_nonzero((pt >= 200) & (pt < 1200))
    assert found.inputs["image"][0].options.half_width == 0.8
