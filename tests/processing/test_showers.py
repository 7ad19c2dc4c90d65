"""The processor of showers: the built-in sample, and real GEANT4 showers."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot
from coffea.nanoevents import BaseSchema, NanoEventsFactory

from hepml.datasets import open_dataset
from hepml.errors import ShapeError
from hepml.io.root_writer import TreeWriter
from hepml.io.shards import read_rows
from hepml.processing import load_processor_file, process_dataset
from hepml.recipe import Recipe
from hepml.representations import rebuild
from hepml.samples import build_sample

SHOWERS = Path(__file__).resolve().parents[2] / "processors" / "showers.py"
LAYERS = ((3, 96), (12, 12), (12, 6))
BUILT_IN = {"shower": {"layers": LAYERS}, "particles": {11: "electron", 22: "photon"}}
GEANT4 = {
    "shower": {"grid": [12, 12, 12]},
    "dense": "shower",
    "energy": "en_in",
    "gev": 1e-6,
    "particle": "primary",
    "particles": {-1: "electron", 0: "photon", 1: "positron"},
    "label": "particle",
    "key": {"event": "evt"},
}


def test_the_file_is_short():
    assert len(SHOWERS.read_text().splitlines()) < 230


def examples_of(path, **options):
    module = load_processor_file(SHOWERS)
    events = NanoEventsFactory.from_root({str(path): "Events"}, schemaclass=BaseSchema, metadata={}).events()
    return module.examples(events, module.options(options))


def write(folder, **changes):
    """Two showers: 3 and 1 GeV in two cells of 10 GeV; one cell."""
    columns = {
        "cell": ak.zip(
            {"layer": [[0, 1], [2]], "row": [[2, 0], [1]], "column": [[95, 11], [5]], "energy": [[3.0, 1], [2.0]]}
        ),
        "energy": np.array([10.0, 4.0]),
        "particle": np.array([11, 22]),
    }
    with TreeWriter(folder / "showers.root") as writer:
        writer.extend(columns | changes)
    return folder / "showers.root"


def test_showers_of_the_samples_layout(tmp_path):
    found = examples_of(write(tmp_path), **BUILT_IN, label="particle")
    assert found.n == 2
    assert found.label.tolist() == ["electron", "photon"]
    assert found.spectators["response"].tolist() == pytest.approx([0.4, 0.5])
    assert found.spectators["depth"].tolist() == [0.25, 2.0]
    assert found.spectators["particle"].tolist() == [11, 22]
    table, condition = found.inputs["condition"]
    assert table.decode(table.encode(condition))[""].tolist() == [[10, 0], [4, 1]]
    assert [(step.name, step.n) for step in found.cutflow.steps] == [("all", 2), ("at least 1 cells", 2)]


def test_showers_with_too_few_cells_are_left_out_and_others_have_their_own_values(tmp_path):
    found = examples_of(write(tmp_path), **BUILT_IN, least_cells=2)
    assert (found.n, found.object_index.event.tolist(), found.label) == (1, [0], None)
    assert found.spectators["energy_gev"].tolist() == [10.0]


def test_further_conditions_and_spectators(tmp_path):
    path = write(tmp_path, theta=np.array([0.1, 0.2]))
    found = examples_of(path, **BUILT_IN, condition={"theta_rad": "theta"}, spectators={"angle_rad": "theta"})
    assert list(found.inputs["condition"][0].columns) == ["energy_gev", "particle", "theta_rad"]
    assert found.spectators["theta_rad"].tolist() == found.spectators["angle_rad"].tolist() == [0.1, 0.2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shower": {"layers": [[3, 96]]}}, "2 of 3 cells lie outside the layers"),
        ({"particles": {11: "electron"}}, "holds 22, none of"),
        ({"particles": {}, "label": "particle"}, "needs the branch particle"),
        ({"dense": "energy"}, "must hold arrays layers × rows × columns"),
        ({"energy": "cell_energy"}, "one number per shower"),
    ],
)
def test_options_that_do_not_fit_the_file(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        examples_of(write(tmp_path), **{**BUILT_IN, **options})


def test_bad_energies_are_refused(tmp_path):
    cells = ak.zip({"layer": [[0], [0]], "row": [[0], [0]], "column": [[0], [0]], "energy": [[-1.0], [1.0]]})
    with pytest.raises(ShapeError, match="negative or not finite"):
        examples_of(write(tmp_path, cell=cells), **BUILT_IN)


def recipe_of(inputs, options, classes, **recipe):
    return Recipe.model_validate(
        {
            "processor": {"file": str(SHOWERS), "options": options},
            "process": {"chunk_size": 250, "retries": 0},
            "inputs": inputs,
            "classes": classes,
            **recipe,
        }
    )


def test_the_built_in_sample_becomes_a_dataset(tmp_path):
    made = build_sample("showers", tmp_path / "s", events=40, options={"energy_gev": (1, 3)})
    inputs = {file.process: {"files": [str(file.path)], "label": file.process} for file in made.files}
    options = {**BUILT_IN, "key": {"run": "run", "lumi": "lumi", "event": "event"}}
    manifest = process_dataset(recipe_of(inputs, options, ["electron", "photon"]), tmp_path / "d")
    assert manifest.rows == 40
    shapes = {name: spec.shape for name, spec in open_dataset(tmp_path / "d").arrays(["shower", "condition"]).items()}
    layers = {f"shower_layer{i}": (*size, 1) for i, size in enumerate(LAYERS)}
    assert shapes == {**layers, "shower_energies": (5,), "condition": (2,)}


def test_real_showers_keep_their_energy(real_data, tmp_path):
    path = real_data("em_showers.root")
    recipe = recipe_of({"g4": {"files": [str(path)]}}, GEANT4, ["electron", "photon", "positron"], event_key=["event"])
    manifest = process_dataset(recipe, tmp_path / "d")
    assert manifest.rows == 700
    stored_as = ["cell", "energy", "true_energy", "n_outside", "outside_energy", "n_left_out", "scale"]
    columns = [*(f"shower.{name}" for name in stored_as), "key.event", "spectator.particle", "spectator.depth"]
    rows = ak.concatenate([read_rows(tmp_path / "d" / shard.path, columns=columns) for shard in manifest.shards])
    rows = rows[ak.argsort(rows["key.event"])]
    shower = rebuild(manifest.representations["shower"])
    dense = shower.decode(ak.zip({name: rows[f"shower.{name}"] for name in stored_as}, depth_limit=1))
    with uproot.open(path) as file:
        truth = file["Events"]["shower"].array(library="np") * 1e-6
    np.testing.assert_allclose(shower.in_gev(dense)["cells"][..., 0], truth, rtol=1e-6, atol=1e-12)
    # Photons first make a pair, 9/7 radiation lengths on: it is their code that is 0.
    depth = [ak.mean(rows["spectator.depth"][rows["spectator.particle"] == code]) for code in (-1, 0, 1)]
    assert depth[1] > max(depth[0], depth[2]) + 0.3
