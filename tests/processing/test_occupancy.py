"""processors/occupancy.py: maps as they are, and hits or objects of events that are counted by lumisection."""

from __future__ import annotations

import json
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from hepml.datasets import open_dataset
from hepml.errors import HepmlError, InputError
from hepml.io.root_writer import TreeWriter
from hepml.processing import process_dataset

PROCESSOR = Path(__file__).resolve().parents[2] / "processors" / "occupancy.py"
SPLIT = {"split": {"column": "run", "parts": {"train": [[1, 4]], "test": [[5, 99]]}}, "event_key": ["run", "lumi"]}
HITS = {
    "rows": {"branch": "hit_y", "bins": 2, "low": 0.0, "high": 2.0},
    "columns": {"branch": "hit_x", "bins": 3, "low": 0.0, "high": 3.0},
    "occupancy": {"shape": [2, 3]},
}


@pytest.fixture
def make(make_recipe):
    def recipe(files, options, **changes):
        return make_recipe(
            {"data": files}, processor=PROCESSOR, options=options, inputs={"data": {"label": None}}, **SPLIT, **changes
        )

    return recipe


def maps_of(folder, name):
    """Return the dense maps of a dataset by run and lumisection."""
    data = open_dataset(folder)
    rows = np.arange(data.manifest.rows)
    keys, batch = data.keys(rows), data.read(rows, inputs=[name])
    places = zip(keys["run"].tolist(), keys["lumi"].tolist(), strict=True)
    counts, exposure = batch.inputs[f"{name}_counts"][..., 0], batch.inputs[f"{name}_exposure"][:, 0]
    return {place: (counts[i], float(exposure[i])) for i, place in enumerate(places)}


def write_maps(path, **changes):
    counts = np.arange(24, dtype=np.int32).reshape(4, 2, 3)
    columns = {
        "run": np.array([1, 1, 5, 5], np.int32),
        "lumi": np.array([1, 2, 1, 2], np.uint32),
        "luminosity": np.array([1.0, 0.5, 1.0, 0.5], np.float32),
        "counts": counts,
    }
    with TreeWriter(path) as tree:
        tree.extend(columns | changes)
    return counts


def test_maps_are_taken_as_they_are(make, tmp_path):
    counts = write_maps(tmp_path / "maps.root")
    (tmp_path / "dead.json").write_text(json.dumps({"muon": [[1, 0]]}))
    maps = {"muon": {"branch": "counts", "occupancy": {"shape": [2, 3]}}}
    options = {"maps": maps, "exposure": "luminosity", "known_dead": str(tmp_path / "dead.json")}
    process_dataset(make([tmp_path / "maps.root"], options), tmp_path / "d")
    found = maps_of(tmp_path / "d", "muon")
    assert set(found) == {(1, 1), (1, 2), (5, 1), (5, 2)}
    expected = counts[2].astype(float)
    expected[1, 0] = np.nan
    np.testing.assert_array_equal(found[5, 1][0], expected)
    assert found[1, 2][1] == 0.5


def test_nan_and_another_binning_are_named(make, tmp_path):
    bad = np.full((4, 2, 3), 1.0, np.float32)
    bad[2, 0, 0] = np.nan
    write_maps(tmp_path / "maps.root", counts=bad)
    maps = {"muon": {"branch": "counts", "occupancy": {"shape": [2, 3]}}}
    with pytest.raises(InputError, match=r"1 examples have NaN or inf in 'muon\.counts', the first in entry 2"):
        process_dataset(make([tmp_path / "maps.root"], {"maps": maps}), tmp_path / "d")
    maps["muon"]["occupancy"] = {"shape": [2, 2]}
    write_maps(tmp_path / "other.root")
    with pytest.raises(HepmlError, match="2 × 3 bins cannot be summed to 2 × 2"):
        process_dataset(make([tmp_path / "other.root"], {"maps": maps}), tmp_path / "e")


def hits(n=400):
    """Return events of two runs whose lumisections are interleaved; event i has i mod 4 hits, some outside."""
    event, n_hits = np.arange(n), np.arange(n) % 4
    rng = np.random.default_rng(1)
    return {
        "run": 1 + 4 * (event % 2),
        "lumi": 1 + (event // 30) % 5,
        "hit_x": ak.unflatten(rng.uniform(-0.5, 3.5, n_hits.sum()), n_hits),
        "hit_y": ak.unflatten(rng.uniform(-0.2, 2.2, n_hits.sum()), n_hits),
    }


def test_a_lumisection_cut_by_chunks_and_files_keeps_all_its_hits(make, tmp_path):
    events = hits()
    files = []
    for index, rows in enumerate((slice(0, 77), slice(77, 200), slice(200, 400))):
        files.append(tmp_path / f"{index}.root")
        with TreeWriter(files[-1]) as tree:
            tree.extend({name: values[rows] for name, values in events.items()})
    process_dataset(make(files, {"maps": {"muon": HITS}}, chunk_size=23), tmp_path / "d")
    found = maps_of(tmp_path / "d", "muon")
    assert set(found) == {(run, lumi) for run in (1, 5) for lumi in range(1, 6)}
    for (run, lumi), (counts, exposure) in found.items():
        own = (events["run"] == run) & (events["lumi"] == lumi)
        x, y = (np.asarray(ak.flatten(events[name][own])) for name in ("hit_x", "hit_y"))
        np.testing.assert_array_equal(counts, np.histogram2d(y, x, bins=(2, 3), range=((0, 2), (0, 3)))[0])
        assert np.isnan(exposure)


def test_jets_of_a_real_ntuple(make, tmp_path, real_data):
    path = real_data("nano_dy.root")
    axes = {
        "rows": {"branch": "Jet_eta", "bins": 4, "low": -4.0, "high": 4.0},
        "columns": {"branch": "Jet_phi", "bins": 8, "low": -3.1416, "high": 3.1416},
        "occupancy": {"shape": [4, 8], "axes": ["η", "φ"]},
    }
    recipe = make([path], {"maps": {"jets": axes}, "lumi": "luminosityBlock"}, chunk_size=7)
    process_dataset(recipe, tmp_path / "d")
    with uproot.open({path: "Events"}) as tree:
        eta = ak.flatten(tree["Jet_eta"].array())
        places = set(zip(tree["run"].array().tolist(), tree["luminosityBlock"].array().tolist(), strict=True))
    found = maps_of(tmp_path / "d", "jets")
    assert set(found) == places
    assert sum(counts.sum() for counts, _ in found.values()) == ak.sum(abs(eta) < 4.0)
