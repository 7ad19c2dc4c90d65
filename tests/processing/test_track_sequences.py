"""The processors of track sequences against a loop over jets and tracks: a plain layout, CMS PFNano and TreeMaker."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from coffea.nanoevents import BaseSchema, NanoEventsFactory

from hepml.datasets import open_dataset
from hepml.errors import RecipeError
from hepml.io.root_writer import TreeWriter
from hepml.io.shards import read_rows
from hepml.processing import load_processor_file, process_dataset

PROCESSORS = Path(__file__).resolve().parents[2] / "processors"
PLAIN, PFNANO, TREEMAKER = (
    PROCESSORS / name for name in ("track_sequences.py", "pfnano_track_sequences.py", "treemaker_track_sequences.py")
)
FEATURES = ("d0_significance", "z0_significance", "pt_fraction", "delta_r")
LENGTH = 8
UNLABELLED = {"jets": {"label": None}}


@pytest.mark.parametrize("path", [PLAIN, PFNANO, TREEMAKER])
def test_the_files_are_short(path):
    assert len(path.read_text().splitlines()) < 200


def delta_phi(a: float, b: float) -> float:
    difference = a - b
    while difference >= math.pi:
        difference -= 2 * math.pi
    while difference < -math.pi:
        difference += 2 * math.pi
    return difference


def significance(value: float, error: float, turned: float) -> float:
    if not error > 0:
        return math.nan
    return (-value if turned < 0 else value) / error


def features(jet: dict[str, float], tracks: list[dict[str, float]]) -> list[list[float]]:
    """Return the features of the first tracks of a jet by falling size of the d0 significance."""
    found = []
    for track in tracks:
        d_eta, d_phi = track["eta"] - jet["eta"], delta_phi(track["phi"], jet["phi"])
        d0 = significance(track["d0"], track["d0_error"], math.sin(-d_phi))
        z0 = significance(track["z0"], track["z0_error"], -d_eta)
        found.append([d0, z0, track["pt"] / jet["pt"], math.hypot(d_eta, d_phi)])
    found.sort(key=lambda values: math.inf if math.isnan(values[0]) else -np.float32(abs(values[0])))
    return found[:LENGTH]


def check(folder: Path, manifest: Any, expected: dict[tuple[int, float], tuple[list[list[float]], int, str]]) -> None:
    """Compare every row of a dataset with what the loop has found of its jet: tracks, how many there were, class."""
    columns = ["key.event", "spectator.jet_pt_gev", "spectator.n_tracks", "spectator.n_tracks_truncated", "label"]
    rows = read_rows(folder / manifest.shards[0].path, columns=columns + [f"tracks.{name}" for name in FEATURES])
    assert len(rows) == manifest.rows == len(expected)
    for row in rows:
        key = (row["key.event"], round(float(row["spectator.jet_pt_gev"]), 3))
        tracks, n, name = expected.pop(key)
        assert manifest.classes[row["label"]] == name
        assert (row["spectator.n_tracks"], row["spectator.n_tracks_truncated"]) == (len(tracks), n - len(tracks))
        stored = [ak.to_list(row[f"tracks.{name}"]) for name in FEATURES]
        np.testing.assert_allclose(np.reshape(stored, (4, -1)).T, np.reshape(tracks, (-1, 4)), rtol=2e-5, atol=1e-7)


def pfnano_jets(path: Path, name: str) -> Iterator[tuple[int, dict[str, float], int, list[dict[str, float]]]]:
    """Yield event, jet, flavour and charged candidates, by the index table."""
    with uproot.open(path) as file:
        events = ak.to_list(file["Events"].arrays(filter_name=["event", "PFCands_*", f"{name}_*", f"{name}PFCands_*"]))
    track = {"pt": "pt", "eta": "eta", "phi": "phi", "d0": "d0", "z0": "dz", "d0_error": "d0Err", "z0_error": "dzErr"}
    for event in events:
        for j, flavour in enumerate(event[f"{name}_hadronFlavour"]):
            mine = [
                {key: event[f"PFCands_{branch}"][candidate] for key, branch in track.items()}
                for jet, candidate in zip(
                    event[f"{name}PFCands_jetIdx"], event[f"{name}PFCands_pFCandsIdx"], strict=True
                )
                if jet == j and event["PFCands_charge"][candidate] != 0
            ]
            yield event["event"], {key: event[f"{name}_{key}"][j] for key in ("pt", "eta", "phi")}, flavour, mine


@pytest.mark.parametrize(("name", "n_jets"), [("Jet", 42), ("FatJet", 24)])
def test_pfnano_is_what_a_loop_finds(make_recipe, real_data, tmp_path, name, n_jets):
    path = real_data("pfnano.root")
    flavours = {0: "light", 4: "c"}
    options = {"collection": name, "tracks": {"length": LENGTH}, "flavours": flavours}
    recipe = make_recipe(
        {"jets": path}, processor=PFNANO, options=options, classes=list(flavours.values()), inputs=UNLABELLED
    )
    manifest = process_dataset(recipe, tmp_path / "d")
    jets = [each for each in pfnano_jets(path, name) if each[1]["pt"] >= 20 and abs(each[1]["eta"]) < 2.5]
    expected = {
        (event, round(jet["pt"], 3)): (features(jet, tracks), len(tracks), flavours[flavour])
        for event, jet, flavour, tracks in jets
    }
    assert sum(track["d0"] == -1 == track["d0_error"] for *_, tracks in jets for track in tracks) > 30  # the sentinels
    check(tmp_path / "d", manifest, expected)
    assert manifest.rows == n_jets


def treemaker_jets(path: Path) -> Iterator[tuple[int, dict[str, float], int, list[dict[str, float]]]]:
    """Yield event, jet, flavour and the tracks that are nearest to it."""
    place = {"Jets": ("Pt", "Eta", "Phi"), "Tracks": ("X", "Y", "Z")}
    branches = [f"{name}/{name}.fCoordinates.f{axis}" for name, axes in place.items() for axis in axes]
    impact = {"d0": "dxyPV0", "z0": "dzPV0", "d0_error": "dxyErrorPV0", "z0_error": "dzErrorPV0"}
    others = ["EvtNum", "Jets_hadronFlavor", *(f"Tracks_{branch}" for branch in impact.values())]
    with uproot.open(path) as file:
        events = ak.to_list(file["PreSelection"].arrays([*branches, *others]))
    for event in events:
        pt_eta_phi = zip(*(event[branch] for branch in branches[:3]), strict=True)
        jets = [dict(zip(("pt", "eta", "phi"), jet, strict=True)) for jet in pt_eta_phi]
        mine: list[list[dict[str, float]]] = [[] for _ in jets]
        for i, (x, y, z) in enumerate(zip(*(event[b] for b in branches[3:]), strict=True)):
            track = {"pt": math.hypot(x, y), "eta": math.asinh(z / math.hypot(x, y)), "phi": math.atan2(y, x)}
            distance = [math.hypot(track["eta"] - j["eta"], delta_phi(track["phi"], j["phi"])) for j in jets]
            if distance and min(distance) < 0.4:
                measured = {name: event[f"Tracks_{branch}"][i] for name, branch in impact.items()}
                mine[int(np.argmin(distance))].append(track | measured)
        for jet, flavour, tracks in zip(jets, event["Jets_hadronFlavor"], mine, strict=True):
            yield event["EvtNum"], jet, flavour, tracks


def test_treemaker_is_what_a_loop_finds(make_recipe, real_data, tmp_path):
    path = real_data("treemaker.root")
    flavours = {0: "light", 4: "c", 5: "b"}
    found = list(treemaker_jets(path))
    across = [jet for _, jet, _, tracks in found if any(abs(track["phi"] - jet["phi"]) > 6 for track in tracks)]
    assert across  # φ = ±π lies inside some jets
    everything = {"first_vertex_only": False, "pt_window_gev": [0, 1e4], "abs_eta_max": 9}
    digests = set()
    for size in (100, 3):
        recipe = make_recipe(
            {"jets": path},
            processor=TREEMAKER,
            options={"tracks": {"length": LENGTH}, "flavours": flavours, **everything},
            classes=list(flavours.values()),
            chunk_size=size,
            inputs={"jets": {"tree": "PreSelection", "label": None}},
        )
        manifest = process_dataset(recipe, tmp_path / f"{size}")
        digests.add(manifest.digest)
        if size == 100:
            expected = {
                (event, round(jet["pt"], 3)): (features(jet, tracks), len(tracks), flavours[flavour])
                for event, jet, flavour, tracks in found
            }
            check(tmp_path / "100", manifest, expected)
    assert len(digests) == 1


def plain_jets(n: int) -> dict[str, Any]:
    """Return jets of two flavours, every tenth of a third, with 0 to 9 tracks; some have no error."""
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 10, n)
    total = counts.sum()
    jets = {"jet_pt": rng.uniform(20, 200, n), "jet_eta": rng.uniform(-2, 2, n), "jet_phi": rng.uniform(-3.14, 3.14, n)}
    jets |= {"event": np.arange(n), "flavour": np.where(np.arange(n) % 10 == 0, 15, 5 * (np.arange(n) % 2))}
    row = np.repeat(np.arange(n), counts)
    error = np.where(rng.random(total) < 0.1, -1.0, 0.02)
    tracks = {
        "pt": rng.exponential(5, total) + 0.5,
        "eta": jets["jet_eta"][row] + rng.normal(0, 0.1, total),
        "phi": np.mod(jets["jet_phi"][row] + rng.normal(0, 0.1, total) + np.pi, 2 * np.pi) - np.pi,
        "d0": rng.normal(0, 0.05, total),
        "z0": rng.normal(0, 0.1, total),
        "d0_error": error,
        "z0_error": np.full(total, 0.05),
        "n_hits": rng.integers(5, 12, total),
    }
    return jets | {"track": ak.zip({name: ak.unflatten(values, counts) for name, values in tracks.items()})}


@pytest.fixture
def plain(tmp_path) -> tuple[Path, dict[str, Any]]:
    columns = plain_jets(60)
    with TreeWriter(tmp_path / "jets.root") as writer:
        writer.extend(columns)
    return tmp_path / "jets.root", columns


OPTIONS = {"tracks": {"length": LENGTH}, "flavours": {0: "light", 5: "b"}, "key": {"event": "event"}}


def test_the_plain_layout_is_what_a_loop_finds(make_recipe, plain, tmp_path):
    path, columns = plain
    recipe = make_recipe(
        {"jets": path},
        processor=PLAIN,
        options=OPTIONS,
        classes=["light", "b"],
        event_key=["event"],
        chunk_size=25,
        inputs=UNLABELLED,
    )
    made = process_dataset(recipe, tmp_path / "d")
    recipe = recipe.model_copy(update={"process": recipe.process.model_copy(update={"chunk_size": 100})})
    manifest = process_dataset(recipe, tmp_path / "whole")
    assert manifest.digest == made.digest
    expected = {}
    for i, tracks in enumerate(ak.to_list(columns["track"])):
        jet = {name: columns[f"jet_{name}"][i] for name in ("pt", "eta", "phi")}
        if columns["flavour"][i] != 15:
            name = {0: "light", 5: "b"}[columns["flavour"][i]]
            expected[i, round(jet["pt"], 3)] = features(jet, tracks), len(tracks), name
    check(tmp_path / "whole", manifest, expected)
    assert manifest.rows == 54
    assert [step.name for step in manifest.inputs[0].cutflow.steps] == ["all", "known flavour"]
    found = open_dataset(tmp_path / "whole").source(
        "train", inputs=["tracks"], training=False, weights=recipe.weights, split=recipe.split, seed=1
    )
    assert {name: spec.shape for name, spec in found.arrays.items()} == {
        "tracks": (LENGTH, 4),
        "tracks_mask": (LENGTH,),
    }


def test_other_features_and_no_truth(plain):
    path, columns = plain
    module = load_processor_file(PLAIN)
    events = NanoEventsFactory.from_root({str(path): "Events"}, schemaclass=BaseSchema, metadata={}).events()
    tracks = {"features": ["n_hits", {"name": "d0", "unit": "mm", "missing": "nan"}], "order": "pt", "length": 3}
    options = module.options({"tracks": tracks, "more": {"n_hits": "track_n_hits"}, "signs": "given", "flavour": None})
    found = module.examples(events, options)
    assert (found.n, found.label) == (60, None)
    representation, items = found.inputs["tracks"]
    dense = representation.decode(representation.encode(items))[""]
    jet = int(np.argmax(ak.num(columns["track"].pt)))
    first = columns["track"][jet][int(np.argmax(columns["track"].pt[jet]))]
    d0 = first["d0"] if first["d0_error"] > 0 else np.nan
    np.testing.assert_allclose(dense[jet, 0], [first["n_hits"], d0], rtol=1e-6)


def test_options_of_the_sequence_that_do_not_fit_are_named():
    with pytest.raises(RecipeError, match=r"tracks\.lenght.*did you mean 'length'"):
        load_processor_file(PLAIN).options({"tracks": {"lenght": 3}})


def test_treemaker_selects_jets_and_tracks(real_data):
    module = load_processor_file(TREEMAKER)
    path = str(real_data("treemaker.root"))
    events = NanoEventsFactory.from_root({path: "PreSelection"}, schemaclass=module.schema, metadata={}).events()
    found = module.examples(events, module.options({"tracks": {"length": 60}, "track_pt_min_gev": 1.0}))
    chosen = (events.Jets.pt >= 20) & (abs(events.Jets.eta) < 2.5)
    assert found.n == ak.sum(chosen)
    assert found.object_index.counts.tolist() == ak.num(events.Jets.pt).tolist()
    pt = found.inputs["tracks"][1].pt
    assert ak.min(pt) >= 1
    fewer = module.examples(events, module.options({"tracks": {"length": 60}, "first_vertex_only": False}))
    assert ak.sum(fewer.spectators["n_tracks"]) > ak.count(pt)


def test_a_summary_is_a_second_input(plain):
    path, columns = plain
    module = load_processor_file(PLAIN)
    options = module.options({**OPTIONS, "summary": True})
    found = module.examples(
        NanoEventsFactory.from_root({str(path): "Events"}, schemaclass=BaseSchema).events(), options
    )
    table, summary = found.inputs["summary"]
    assert {column.name for column in table.options.columns} == set(summary.fields)
    chosen = columns["flavour"] != 15
    assert summary.n_tracks.tolist() == ak.num(columns["track"])[chosen].tolist()
    np.testing.assert_allclose(summary.jet_pt, np.asarray(columns["jet_pt"])[chosen], rtol=1e-6)
