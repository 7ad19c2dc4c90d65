"""What a run generates is an ntuple of the layout that it was trained on, and the same whatever the batch."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from hepml import workflow
from hepml.errors import OutputError, RecipeError, RunError
from hepml.recipe import Recipe

SHOWERS = Path(__file__).resolve().parents[2] / "processors" / "showers.py"
LAYERS = [[3, 96], [12, 12], [12, 6]]
TRUTH_OF_SAMPLES = {"theta", "phi", "impact_x_cm", "impact_y_cm", "leakage_energy"}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return the folder of a sample, a dataset and a run, and the recipe."""
    folder = tmp_path_factory.mktemp("generate")
    made = workflow.sample("showers", folder / "s", events=400, options={"energy_gev": (1, 3)})
    options = {"shower": {"layers": LAYERS}, "particles": {11: "electron", 22: "photon"}}
    key = {"key": {"run": "run", "lumi": "lumi", "event": "event"}}
    recipe = Recipe.model_validate(
        {
            "processor": {"file": str(SHOWERS), "options": options | key},
            "inputs": {f.process: {"files": [str(f.path)], "label": f.process} for f in made.files},
            "process": {"retries": 0},
            "task": {"kind": "generation"},
            "models": {
                "fast": {"estimator": "shower_parametrisation", "inputs": ["shower", "condition"], "seeds": [1, 2]}
            },
        }
    )
    workflow.process(recipe, folder / "d")
    workflow.train(recipe, folder / "d", folder / "run")
    return folder, recipe


def branches(path):
    with uproot.open(path) as file:
        return {name: branch.interpretation for name, branch in file["Events"].items()}


def entries(path):
    with uproot.open(path) as file:
        return file["Events"].arrays()


def test_the_layout_is_that_of_the_sample(project):
    folder, _ = project
    made = workflow.generate(folder / "run", folder / "layout.root", events=30)
    assert made.n_events == 30
    found, wanted = branches(made.path), branches(folder / "s" / "photon.root")
    unknown = {name for name in wanted if "electron" in name} | TRUTH_OF_SAMPLES  # the inside of a full simulation
    assert {name: str(each) for name, each in found.items()} == {
        name: str(each) for name, each in wanted.items() if name not in unknown
    }
    events = entries(made.path)
    assert events.event.tolist() == list(range(1, 31))
    assert set(events.run.tolist()) == {1001}
    assert set(events.particle.tolist()) == {11, 22}


def test_the_same_processor_makes_the_same_dataset_of_it_on_every_executor(project):
    folder, recipe = project
    made = workflow.generate(folder / "run", folder / "read.root", events=250, energies=(1.5, 2.5), spectrum="log")
    spec = next(iter(recipe.inputs.values())).model_copy(update={"files": [str(made.path)]})
    read = recipe.model_copy(update={"inputs": {"fast": spec}})
    read = read.model_copy(update={"process": read.process.model_copy(update={"chunk_size": 100})})
    one = workflow.process(read, folder / "one")
    two = workflow.process(read, folder / "two", executor="futures", workers=2)
    assert one.digest == two.digest
    assert (one.rows, one.n_skipped) == (250, 0)


def test_events_depend_on_the_seed_and_not_on_the_batch(project):
    folder, _ = project
    how = {"events": 1300, "energy": 2.0, "particle": "photon"}
    large = entries(workflow.generate(folder / "run", folder / "a.root", **how).path)
    small = entries(workflow.generate(folder / "run", folder / "b.root", **how, batch=170).path)
    other = entries(workflow.generate(folder / "run", folder / "c.root", **how, seed=2).path)
    member = entries(workflow.generate(folder / "run", folder / "m.root", **how, member="seed2").path)
    assert ak.all(large.cell_energy == small.cell_energy)
    assert large.lumi.tolist() == small.lumi.tolist() == [1] * 1000 + [2] * 300
    assert set(large.particle.tolist()) == {22}
    assert np.allclose(large.energy, 2.0)
    assert ak.sum(large.cell_energy) != ak.sum(other.cell_energy)
    assert len(member) == 1300


def test_conditions_are_taken_from_a_file_or_a_dataset(project):
    folder, _ = project
    like = entries(folder / "s" / "electron.root")
    of_file = workflow.generate(folder / "run", folder / "l.root", like=folder / "s" / "electron.root")
    found = entries(of_file.path)
    assert found.energy.tolist() == like.energy.tolist()
    assert set(found.particle.tolist()) == {11}
    again = workflow.generate(folder / "run", folder / "d.root", like=folder / "d", events=500)
    energies = entries(again.path).energy.tolist()
    assert energies[400:] == energies[:100]
    with pytest.raises(RecipeError, match="energy too"):
        workflow.generate(folder / "run", folder / "x.root", like=folder / "d", energy=2.0)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"energy": 50.0}, "energy_gev from 50 to 50 is outside of the training of fast, 1.0.* to [23]"),
        ({"energies": (3.0, 1.0)}, "0 < LOW ≤ HIGH"),
        ({"particle": "pion"}, "--particle pion"),
        ({"conditions": {"theta": 1.0}}, "no such condition"),
        ({"events": 0}, "events is 0"),
        ({"batch": 0}, "batch is 0"),
    ],
)
def test_what_cannot_be_generated_is_said(project, how, says):
    folder, _ = project
    with pytest.raises(RecipeError, match=says):
        workflow.generate(folder / "run", folder / "never.root", **{"events": 5, **how})
    assert not (folder / "never.root").exists()


def test_energies_outside_of_the_training_can_be_allowed(project):
    folder, _ = project
    made = workflow.generate(folder / "run", folder / "out.root", events=5, energy=4.0, outside=True)
    assert entries(made.path).energy.tolist() == [4.0] * 5


def test_a_run_must_generate_and_the_file_be_writable(project, tmp_path):
    folder, recipe = project
    with pytest.raises(RunError, match="no member 'seed7'"):
        workflow.generate(folder / "run", folder / "never.root", events=5, member="seed7")
    with pytest.raises(OutputError, match="cannot be written"):
        workflow.generate(folder / "run", folder / "s" / "photon.root" / "x.root", events=5)
    table = recipe.models["fast"].model_copy(update={"estimator": "bdt", "inputs": ["shapes"]})
    judge = recipe.model_copy(update={"models": {"bdt": table}, "task": type(recipe.task)(kind="classification")})
    workflow.train(judge, folder / "d", tmp_path / "bdt")
    with pytest.raises(RunError, match="learnt a classification task and generates nothing"):
        workflow.generate(tmp_path / "bdt", folder / "never.root", events=5)


def test_a_layout_of_arrays_is_written_as_it_was_read(tmp_path):
    """Energies in keV, in arrays: the layout of showers from elsewhere."""
    rng = np.random.default_rng(1)
    energy = rng.uniform(1e6, 2e6, size=300)
    cells = rng.gamma(0.5, 1, size=(300, 2, 3, 4))
    cells *= (0.8 * energy / cells.sum(axis=(1, 2, 3)))[:, None, None, None]
    with uproot.recreate(tmp_path / "arrays.root") as file:
        file.mktree("Events", {"shower": np.dtype(("f4", (2, 3, 4))), "en_in": "f4", "evt": "i8"})
        file["Events"].extend({"shower": cells.astype("f4"), "en_in": energy.astype("f4"), "evt": np.arange(300)})
    layout = {"shower": {"grid": [2, 3, 4]}, "dense": "shower", "energy": "en_in", "gev": 1e-6, "particle": None}
    recipe = Recipe.model_validate(
        {
            "processor": {"file": str(SHOWERS), "options": layout | {"key": {"event": "evt"}}},
            "event_key": ["event"],
            "inputs": {"full": {"files": [str(tmp_path / "arrays.root")]}},
            "task": {"kind": "generation"},
            "models": {"fast": {"estimator": "shower_resampling", "inputs": ["shower", "condition"]}},
        }
    )
    workflow.process(recipe, tmp_path / "d")
    workflow.train(recipe, tmp_path / "d", tmp_path / "run")
    made = workflow.generate(tmp_path / "run", tmp_path / "made.root", events=50)
    found = entries(made.path)
    assert np.asarray(found.shower).shape == (50, 2, 3, 4)
    sums = np.asarray(found.shower).sum(axis=(1, 2, 3))
    assert np.allclose(sums / found.en_in, 0.8, atol=1e-4)
    spec = recipe.inputs["full"].model_copy(update={"files": [str(made.path)]})
    assert workflow.process(recipe.model_copy(update={"inputs": {"fast": spec}}), tmp_path / "again").rows == 50
