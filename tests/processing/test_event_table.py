"""The processor for flat ntuples, on real files of different experiments and on bad input."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from hepml.errors import InputError, ProcessorError, RecipeError, ShapeError
from hepml.processing import check_recipe, process_dataset
from hepml.recipe import load_recipe

PROJECT = Path(__file__).resolve().parents[2]
PROCESSOR = PROJECT / "processors" / "event_table.py"
HIGGS = PROJECT / "examples" / "higgs" / "recipe.yaml"


def rows_of(folder, manifest):
    """Return all rows of a dataset."""
    return ak.concatenate([ak.from_parquet(folder / shard.path) for shard in manifest.shards])


@pytest.fixture
def flat(tmp_path):
    """Return a file of six events: two numbers, one of them with NaN and −999, a code, a label and a weight."""
    path = tmp_path / "flat.root"
    columns = {
        "pt": np.array([20.0, 30, 40, 50, 60, 70]),
        "mass": np.array([1.0, -999, 3, np.nan, 5, 6]),
        "pdg": np.array([11, -13, 11, 15, -13, 11]),
        "truth": np.array([1, 0, 0, 1, 1, 0]),
        "w": np.array([1.0, -1, 2, 1, 0.5, 1]),
        "number": np.arange(6, dtype=np.int64),
    }
    with uproot.recreate(path) as file:
        file.mktree("Events", {name: values.dtype for name, values in columns.items()}).extend(columns)
    return path


@pytest.fixture
def flat_recipe(make_recipe, flat):
    """Return a function: options of the processor → recipe for the six events."""

    def make(**options):
        inputs = {"a": {"label": None}} if "label" in options else {}
        key = {"event_key": ["event"]} if "key" in options else {}
        return make_recipe({"a": flat}, processor=PROCESSOR, options=options, inputs=inputs, classes=["a", "b"], **key)

    return make


def test_the_model_of_a_users_file_is_short():
    assert len(PROCESSOR.read_text().splitlines()) < 90


def test_columns_labels_weights_and_keys(flat_recipe, tmp_path):
    recipe = flat_recipe(
        columns=["pt", {"name": "lepton", "branch": "pdg", "categories": [11, -13, 15]}],
        spectators=[{"name": "mass_gev", "branch": "mass", "missing": -999}],
        windows={"pt": [25, 70]},
        label="truth",
        classes={1: "a", 0: "b"},
        weight="w",
        key={"event": "number"},
    )
    manifest = process_dataset(recipe, tmp_path / "d")
    rows = rows_of(tmp_path / "d", manifest)
    rows = rows[ak.argsort(rows["key.event"])]
    assert rows["key.event"].tolist() == [1, 2, 3, 4]
    assert rows["table.pt"].tolist() == [30, 40, 50, 60]
    assert rows["table.lepton"].tolist() == [1, 0, 2, 1]
    assert rows["label"].tolist() == [1, 1, 0, 0]
    assert rows["weight"].tolist() == [-1, 2, 1, 0.5]
    np.testing.assert_array_equal(rows["spectator.mass_gev"], [np.nan, 3, np.nan, 5])
    assert [(step.name, step.n, step.sum_w) for step in manifest.inputs[0].cutflow.steps] == [
        ("all", 6, 4.5),
        ("pt window", 4, 2.5),
    ]


def test_without_a_label_a_weight_and_a_key(flat_recipe, tmp_path):
    manifest = process_dataset(flat_recipe(columns=["pt"]).model_copy(update={"classes": None}), tmp_path / "d")
    rows = rows_of(tmp_path / "d", manifest)
    assert (rows["label"].tolist(), rows["weight"].tolist()) == ([0] * 6, [1] * 6)


def test_a_label_may_be_the_index_of_a_class(flat_recipe, tmp_path):
    manifest = process_dataset(flat_recipe(columns=["pt"], label="truth", key={"event": "number"}), tmp_path / "d")
    rows = rows_of(tmp_path / "d", manifest)
    assert rows["label"][ak.argsort(rows["key.event"])].tolist() == [1, 0, 0, 1, 1, 0]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"columns": ["ptt"]}, InputError, "there is no branch 'ptt': did you mean 'pt'"),
        ({"columns": ["mass"]}, InputError, "1 examples have NaN or inf in 'table.mass', the first in entry 3"),
        ({"columns": ["pt"], "spectators": ["mass"]}, InputError, "NaN or inf in 'spectator.mass'"),
        (
            {"columns": ["pt", {"name": "pdg", "categories": [11, 13, 15]}]},
            ShapeError,
            r"input 'table': column 'pdg' holds -13, which is none of its categories \[11, 13, 15\]: add it",
        ),
        (
            {"columns": ["pt"], "label": "pdg", "classes": {11: "a", 13: "b"}},
            ShapeError,
            "column 'label' holds -13, which is none of its categories",
        ),
        ({"columns": ["pt"], "label": "pdg", "classes": {11: "a"}}, RecipeError, "at least 2 items"),
        ({"columns": ["pt"], "label": "mass", "classes": {1: "a", 2: "b"}}, ShapeError, "column 'label' holds"),
        ({"columns": ["pt"], "label": "pt"}, ProcessorError, "Examples.label holds 20"),
        ({"columns": ["pt"], "label": "number"}, ProcessorError, "Examples.label holds 2, and the classes"),
        ({"columns": ["pt"], "weight": "weight"}, InputError, "there is no branch 'weight'"),
        ({"columns": [{"name": "pt", "units": "GeV"}]}, RecipeError, "units': did you mean 'unit'"),
        ({"columns": []}, RecipeError, "processor.options.columns"),
        ({"columns": ["pt", "pt"]}, ProcessorError, "listed twice"),
        ({"columns": ["pt"], "spectators": ["pdg", "pdg"]}, ProcessorError, "listed twice"),
        ({"columns": ["pt"], "key": {"event": "mass"}}, ProcessorError, "integers"),
    ],
)
def test_bad_input_is_one_clear_line(flat_recipe, tmp_path, options, error, words):
    with pytest.raises(error, match=words) as caught:
        process_dataset(flat_recipe(**options), tmp_path / "d")
    assert "\n" not in str(caught.value)


def test_a_list_is_no_column(make_recipe, toy_files, tmp_path):
    recipe = make_recipe(toy_files, processor=PROCESSOR, options={"columns": ["jet_pt", "part_pt"]})
    with pytest.raises(ShapeError, match="column 'part_pt' must hold one number per row"):
        process_dataset(recipe, tmp_path / "d")


def test_atlas_higgs(real_data, tmp_path):
    """The example's recipe: what is −999 in the file is missing, classes and keys are those of the file."""
    path = real_data("atlas_higgs.root")
    recipe = load_recipe(HIGGS, inputs={"higgs": [str(path)]})
    manifest = process_dataset(recipe, tmp_path / "d")
    rows = rows_of(tmp_path / "d", manifest)
    rows = rows[ak.argsort(rows["key.event"])]
    with uproot.open(path) as file:
        events = file["Events"].arrays()
    events = events[ak.argsort(events.EventId)]
    assert manifest.rows == len(events) == 9998
    assert [int(ak.sum(rows.label == index)) for index in range(2)] == [4999, 4999]
    np.testing.assert_array_equal(rows.label, 1 - events.label)
    np.testing.assert_array_equal(rows.weight, events.Weight)
    stored = [name for name in rows.fields if name.startswith(("table.DER", "table.PRI"))]
    assert len(stored) == 30
    for name in stored:
        given = ak.to_numpy(events[name.removeprefix("table.")]).astype(np.float32)
        np.testing.assert_array_equal(rows[name], np.where(given == -999, np.nan, given))
    angle = ak.to_numpy(rows["table.abs_dphi_tau_lep"])
    assert 0 <= angle.min() < 0.1 < 3.1 < angle.max() <= np.float32(np.pi)
    np.testing.assert_array_equal(np.isnan(rows["spectator.mass_mmc_gev"]), events.DER_mass_MMC == -999)


def test_zmumu(make_recipe, real_data, tmp_path):
    """A flat ntuple with text among its branches, and charges as categories; no labels, so for regression."""
    recipe = make_recipe(
        {"z": real_data("uproot-Zmumu.root")},
        processor=PROCESSOR,
        chunk_size=1000,
        options={
            "columns": [
                "pt1",
                "eta1",
                "phi1",
                "pt2",
                "eta2",
                "phi2",
                {"name": "charge", "branch": "Q1", "categories": [-1, 1]},
            ],
            "spectators": [{"name": "mass_gev", "branch": "M"}],
            "key": {"run": "Run", "event": "Event"},
        },
        event_key=["run", "event"],
        inputs={"z": {"tree": "events", "label": None}},
    )
    manifest = process_dataset(recipe, tmp_path / "d")
    rows = rows_of(tmp_path / "d", manifest)
    assert manifest.rows == 2304
    mass = np.sqrt(
        2
        * rows["table.pt1"]
        * rows["table.pt2"]
        * (np.cosh(rows["table.eta1"] - rows["table.eta2"]) - np.cos(rows["table.phi1"] - rows["table.phi2"]))
    )
    close = np.abs(mass / rows["spectator.mass_gev"] - 1) < 0.02
    assert np.mean(close) > 0.95
    assert set(rows["table.charge"].tolist()) == {0, 1}


def test_nanoaod(make_recipe, real_data):
    """Branches with one number per event, among the 1,600 of NanoAOD."""
    recipe = make_recipe(
        {"dimuon": real_data("nano_dimuon.root")},
        processor=PROCESSOR,
        options={
            "columns": [
                {"name": "MET_pt", "unit": "GeV"},
                {"name": "n_jets", "branch": "nJet", "kind": "integer"},
                {"name": "HLT_IsoMu24", "categories": 2},
            ],
            "key": {"run": "run", "lumi": "luminosityBlock", "event": "event"},
        },
    )
    report = check_recipe(recipe)
    assert report.arrays == {"table": (3,)}
    assert [(found.n_rows, found.n_checked) for found in report.inputs] == [(40, 40)]
    assert set(report.inputs[0].branches) >= {"MET_pt", "nJet", "HLT_IsoMu24"}
    assert len(report.inputs[0].branches) < 10
