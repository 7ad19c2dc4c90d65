"""The processor of pixel maps: the layout of the built-in sample, real DUNE events, and input that is bad."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from coffea.nanoevents import BaseSchema, NanoEventsFactory

from hepml.datasets import open_dataset
from hepml.errors import HepmlError, InputError, ProcessorError, ShapeError
from hepml.io.root_writer import TreeWriter
from hepml.io.shards import read_rows
from hepml.processing import load_processor_file, process_dataset
from hepml.recipe import Recipe
from hepml.representations import rebuild

PIXELMAPS = Path(__file__).resolve().parents[2] / "processors" / "pixelmaps.py"
CLASSES = {0: "nc", 1: "numu", 2: "nue", 3: "nutau"}
KEY = {"run": "run", "lumi": "lumi", "event": "event"}
SMALL = {"views": ["x", "y"], "shape": [10, 8], "unit": "PE"}
DUNE = {"views": ["u", "v", "z"], "shape": [500, 500], "axes": ["wire", "tick"], "unit": "ADC"}


def events(n: int = 40, **changes: Any) -> dict[str, Any]:
    """Return columns of the built-in sample's layout: 1 to 20 hits per event."""
    rng = np.random.default_rng(8)
    counts = rng.integers(1, 21, size=n)
    total = counts.sum()
    hits = {
        "view": rng.integers(0, 2, total).astype(np.int8),
        "plane": rng.integers(0, 10, total).astype(np.int16),
        "cell": rng.integers(0, 8, total).astype(np.int16),
        "pe": rng.exponential(30, total).astype(np.float32),
        "time_ns": rng.random(total).astype(np.float32),
    }
    flat = {"run": np.ones(n, np.int32), "lumi": np.ones(n, np.uint32), "event": np.arange(n)}
    flat |= {"flavour": (np.arange(n) % 4).astype(np.int32), "nu_energy": rng.uniform(1, 10, n).astype(np.float32)}
    return {**flat, "hit": ak.unflatten(ak.zip(hits), counts), **changes}


def with_hits(columns: dict[str, Any], event: int, **values: Any) -> dict[str, Any]:
    """Return the columns with other hits in one event: branch → list."""
    hits = columns["hit"]
    changed = {
        name: ak.concatenate([hits[name][:event], [values.get(name, hits[name][event])], hits[name][event + 1 :]])
        for name in hits.fields
    }
    return {**columns, "hit": ak.zip({name: ak.values_astype(v, hits[name].layout.content.data.dtype)
                                      for name, v in changed.items()})}  # fmt: skip


@pytest.fixture
def make(tmp_path):
    """Return a function: columns and options of the processor → the manifest, and the rows by event."""

    number = count()

    def process(columns: dict[str, Any], *, process: dict[str, Any] | None = None, **options: Any) -> Any:
        with TreeWriter(tmp_path / "nu.root") as writer:
            writer.extend(columns)
        given = {"pixelmap": SMALL, "flavours": CLASSES, "key": KEY, "spectators": {"nu_energy_gev": "nu_energy"}}
        recipe = recipe_of(tmp_path / "nu.root", {**given, **options}, **(process or {}))
        folder = tmp_path / f"dataset_{next(number)}"
        manifest = process_dataset(recipe, folder)
        rows = read_rows(folder / manifest.shards[0].path, columns=column_names(manifest))
        return manifest, rows[ak.argsort(rows["key.event"])]

    return process


def column_names(manifest: Any) -> list[str]:
    return ["label", *(f"spectator.{name}" for name in manifest.spectators), *(f"key.{name}" for name in manifest.keys)]


def recipe_of(path: Path, options: dict[str, Any], *, chunk_size: int = 1000, **process: Any) -> Recipe:
    return Recipe.model_validate(
        {
            "processor": {"file": str(PIXELMAPS), "options": options},
            "process": {"chunk_size": chunk_size, "retries": 0, **process},
            "inputs": {"nu": {"files": [str(path)]}},
            "classes": list(CLASSES.values()),
        }
    )


def steps(manifest: Any) -> list[tuple[str, int]]:
    return [(step.name, step.n) for step in manifest.inputs[0].cutflow.steps]


def test_the_file_is_short():
    assert len(PIXELMAPS.read_text().splitlines()) < 200


def test_events_of_the_samples_layout(make):
    columns = events()
    manifest, rows = make(columns)
    assert manifest.rows == 40
    assert steps(manifest) == [("all", 40), ("known flavour", 40), ("at least 1 hits", 40)]
    assert rows["label"].tolist() == columns["flavour"].tolist()
    np.testing.assert_array_equal(rows["spectator.nu_energy_gev"], columns["nu_energy"])
    np.testing.assert_array_equal(rows["spectator.n_hits"], ak.num(columns["hit"]))
    assert not ak.any(rows["spectator.n_hits_outside"])


def test_classes_may_be_in_any_order(make):
    columns = events()
    _, rows = make(columns, flavours={3: "nue", 1: "nc", 2: "nutau", 0: "numu"})
    index = [list(CLASSES.values()).index({3: "nue", 1: "nc", 2: "nutau", 0: "numu"}[f]) for f in columns["flavour"]]
    assert rows["label"].tolist() == index


def test_a_file_without_truth_is_data(make, tmp_path):
    columns = events()
    del columns["flavour"], columns["nu_energy"]
    with pytest.raises(InputError, match="class 'nc' has no example"):
        make(columns)
    module = load_processor_file(PIXELMAPS)
    read = NanoEventsFactory.from_root({str(tmp_path / "nu.root"): "Events"}, schemaclass=BaseSchema, metadata={})
    options = {"pixelmap": SMALL, "flavours": CLASSES, "spectators": {"nu_energy_gev": "nu_energy"}}
    found = module.examples(read.events(), module.options(options))
    assert found.n == 40
    assert found.label is None
    assert set(found.spectators) == {"n_hits", "n_hits_outside", "n_hits_bad_charge", "n_views_hit"}


def test_where_some_truth_is_there_all_of_it_must_be(make):
    columns = events()
    del columns["nu_energy"]
    with pytest.raises(InputError, match="there is no branch 'nu_energy'"):
        make(columns)


def test_an_unknown_flavour_is_named_or_dropped_and_counted(make):
    columns = events()
    columns["flavour"][[3, 7]] = 14
    with pytest.raises(
        ProcessorError, match=r"'flavour' is 14 in 2 events, which is none of the flavours \[0, 1, 2, 3\]"
    ):
        make(columns)
    manifest, rows = make(columns, unknown="drop")
    assert steps(manifest) == [("all", 40), ("known flavour", 38), ("at least 1 hits", 38)]
    assert rows["key.event"].tolist() == [i for i in range(40) if i not in (3, 7)]
    np.testing.assert_array_equal(rows["spectator.n_hits"], ak.num(columns["hit"])[rows["key.event"]])


def test_an_event_without_hits_is_counted_or_an_empty_map(make):
    columns = with_hits(events(), 5, **{name: [] for name in ("view", "plane", "cell", "pe", "time_ns")})
    manifest, _ = make(columns)
    assert steps(manifest)[-1] == ("at least 1 hits", 39)
    manifest, rows = make(columns, least_hits=0)
    assert manifest.rows == 40
    assert rows["spectator.n_views_hit"][5] == 0


def test_hits_outside_and_views_without_hits_are_counted(make):
    columns = with_hits(
        events(), 2, view=[0, 0, 5], plane=[1, 10, 1], cell=[1, 0, 1], pe=[1.0, 1.0, 1.0], time_ns=[0.0, 0.0, 0.0]
    )
    _, rows = make(columns)
    counts = [rows[f"spectator.{name}"][2] for name in ("n_hits", "n_hits_outside", "n_views_hit")]
    assert counts == [1, 2, 1]


def test_a_charge_that_is_nan_stops_or_drops_its_event(make):
    columns = with_hits(events(), 2, view=[0], plane=[1], cell=[1], pe=[np.nan], time_ns=[0.0])
    with pytest.raises(InputError, match=r"1 examples have NaN or inf in 'pixelmap.charge', the first in entry 2"):
        make(columns, least_hits=0)
    manifest, rows = make(columns, least_hits=0, process={"nonfinite": "drop"})
    assert manifest.inputs[0].dropped == {"pixelmap.charge": 1}
    assert 2 not in rows["key.event"].tolist()


def test_a_negative_charge_is_refused_or_left_out_and_counted(make):
    columns = with_hits(events(), 2, view=[0, 1], plane=[1, 1], cell=[1, 1], pe=[-3.0, 2.0], time_ns=[0.0, 0.0])
    with pytest.raises(ShapeError, match="'pixelmap': column 'charge' holds 1 negative values, the first is -3"):
        make(columns)
    _, rows = make(columns, pixelmap={**SMALL, "negative": "leave_out"})
    assert rows["spectator.n_hits_bad_charge"][2] == 1
    assert rows["spectator.n_hits"][2] == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"hits": {"plane": "hit_wire"}}, "there is no branch 'hit_wire'"),
        ({"spectators": {"q2_gev2": "qq"}}, "there is no branch 'qq'"),
        ({"pixelmap": {**SMALL, "pol": [2, 2]}}, "pixelmap.pol.*did you mean 'pool'"),
    ],
)
def test_mistakes_in_options_are_named(make, options, words):
    with pytest.raises(HepmlError, match=words):
        make(events(), **options)


def dune_options(**pixelmap: Any) -> dict[str, Any]:
    return {
        "pixelmap": {**DUNE, **pixelmap},
        "hits": {"plane": "hit_wire", "cell": "hit_tick", "charge": "hit_adc"},
        "flavours": CLASSES,
        "spectators": {"nu_energy_gev": "nu_energy", "lep_energy_gev": "lep_energy", "n_proton": "n_proton"},
    }


def test_real_events_whatever_the_chunks(real_data, tmp_path):
    path = real_data("dune_cvn.root")
    options = dune_options(pool=[5, 5], charge="log", occupancy=True)
    made = {
        size: process_dataset(recipe_of(path, options, chunk_size=size), tmp_path / f"{size}") for size in (300, 1000)
    }
    assert made[300].digest == made[1000].digest
    assert made[1000].rows == 797
    counts = made[1000].inputs[0].counts
    assert counts.n.sum(axis=1).tolist() == [200, 200, 197, 200, 0]
    file_size = path.stat().st_size
    assert sum(shard.size for shard in made[1000].shards) < 0.8 * file_size


def test_real_events_as_they_are_take_less_than_three_times_the_file(real_data, tmp_path):
    path = real_data("dune_cvn.root")
    manifest = process_dataset(recipe_of(path, dune_options()), tmp_path / "d")
    assert sum(shard.size for shard in manifest.shards) < 2 * path.stat().st_size
    shard = manifest.shards[0]
    stored_as = [f"pixelmap.{name}" for name in ("gap", "charge", "n_outside", "outside_charge_fraction", "scale")]
    rows = read_rows(tmp_path / "d" / shard.path, columns=stored_as, row_group=0)[:30]
    stored = ak.zip({name.removeprefix("pixelmap."): rows[name] for name in stored_as}, depth_limit=1)
    dense = rebuild(manifest.representations["pixelmap"]).decode(stored)
    with uproot.open(path) as file:
        truth = file["Events"].arrays(["hit_view", "hit_adc"], entry_stop=30)
    for code, view in enumerate("uvz"):
        expected = ak.to_numpy(ak.sum(truth.hit_adc[truth.hit_view == code], axis=1))
        np.testing.assert_array_equal(dense[view].sum(axis=(1, 2, 3), dtype=np.float64), expected)


def test_a_batch_has_an_array_per_view(real_data, tmp_path):
    path = real_data("dune_cvn.root")
    recipe = recipe_of(path, dune_options(pool=[10, 10]))
    process_dataset(recipe, tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    shapes = {name: spec.shape for name, spec in dataset.arrays(["pixelmap"]).items()}
    assert shapes == {f"pixelmap_{view}": (50, 50, 1) for view in "uvz"}
    source = dataset.source(
        "validation", inputs=["pixelmap"], training=False, split=recipe.split, weights=recipe.weights, seed=1
    )
    batches = list(source.shuffled(0))
    assert sum(batch.n for batch in batches) == source.n_rows > 20
    for name, moments in source.moments.items():
        total = sum(batch.inputs[name].sum(dtype=np.float64) for batch in batches)
        assert moments.total.tolist() == [[pytest.approx(total)]]
        assert moments.count.tolist() == [[source.n_rows * 50 * 50]]


def test_coarse_maps_are_of_whole_views_also_beside_a_window(make, tmp_path):
    """All charge is in them, in 2 × 2 pixels of each view, whatever the window of the maps."""
    columns = events()
    window = {**SMALL, "window": [3, 3], "centre": "charge", "charge": "log"}
    manifest, _ = make(columns, pixelmap=window, coarse=[5, 4])
    dataset = open_dataset(tmp_path / "dataset_0")
    assert {name: spec.shape for name, spec in dataset.arrays(["coarse"]).items()} == {
        "coarse_x": (2, 2, 1),
        "coarse_y": (2, 2, 1),
    }
    rows = read_rows(dataset.folder / manifest.shards[0].path, columns=["coarse.charge", "key.event"])
    rows = rows[ak.argsort(rows["key.event"])]
    np.testing.assert_allclose(ak.sum(rows["coarse.charge"], axis=1), ak.sum(columns["hit"].pe, axis=1), rtol=1e-5)
