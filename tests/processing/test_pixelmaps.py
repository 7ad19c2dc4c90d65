"""The processor of pixel maps: the layout of the built-in sample, and real DUNE events."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest
import uproot
from coffea.nanoevents import BaseSchema, NanoEventsFactory
from pixelmap_events import CLASSES, PIXELMAPS, SMALL, dune_options, events, maker, recipe_of, steps

from hepml.datasets import open_dataset
from hepml.errors import InputError, ProcessorError
from hepml.io.shards import read_rows
from hepml.processing import load_processor_file, process_dataset
from hepml.representations import rebuild


@pytest.fixture
def make(tmp_path):
    return maker(tmp_path)


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


def contents(rows: ak.Array, names: dict[str, str]) -> list[tuple[bytes, ...]]:
    """Return all that the lists of each row hold."""
    return [tuple(ak.to_numpy(row[column]).tobytes() for column in names.values()) for row in rows]


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


def test_real_events_with_the_same_hits_come_into_one_bucket(real_data, tmp_path):
    """No two of the 797 are equal; of 80, each there again in another place and with wider types, each pair is."""
    names = {"view": "hit_view", "plane": "hit_wire", "cell": "hit_tick", "charge": "hit_adc"}
    with uproot.open(real_data("dune_cvn.root")) as file:
        hits = file["Events"].arrays(list(names.values()))
        flavour = file["Events"]["flavour"].array(library="np")
    assert len(set(contents(hits, names))) == len(hits) == 797
    some = ak.values_astype(hits[::10], np.int32)
    pairs = {branch: ak.concatenate([some[branch], some[branch][::-1]]) for branch in names.values()}
    labels = np.concatenate([flavour[::10], flavour[::10][::-1]])
    with uproot.recreate(tmp_path / "twice.root") as file:
        file.mktree("Events", {**dict.fromkeys(pairs, "var * int32"), "flavour": labels.dtype}).extend(
            {**pairs, "flavour": labels}
        )
    options = {**dune_options(pool=[5, 5]), "spectators": {}}
    process_dataset(recipe_of(tmp_path / "twice.root", options, chunk_size=37), tmp_path / "d")
    maps = {name: f"pixelmap.{name}" for name in ("gap", "charge")}
    bucket_of, rows = {}, 0
    for shard in open_dataset(tmp_path / "d").manifest.shards:
        stored = read_rows(tmp_path / "d" / shard.path, columns=["pixelmap.gap", "pixelmap.charge", "bucket"])
        rows += len(stored)
        for content, bucket in zip(contents(stored, maps), stored.bucket, strict=True):
            bucket_of.setdefault(content, set()).add(int(bucket))
    assert rows - len(bucket_of) == 80
    assert all(len(buckets) == 1 for buckets in bucket_of.values())
    assert len(set.union(*bucket_of.values())) > 30


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


def test_summaries_of_hits_are_inputs_of_their_own(make, tmp_path):
    columns = events()
    manifest, _ = make(columns, summary=True)
    dataset = open_dataset(next(tmp_path.glob("dataset_*")))
    shapes = {name: spec.shape for name, spec in dataset.arrays(["summary", "charge"]).items()}
    assert shapes == {"summary": (46,), "charge": (1,)}
    stored = read_rows(
        dataset.folder / manifest.shards[0].path, columns=["charge.charge", "summary.x_n_hits", "key.event"]
    )
    stored = stored[ak.argsort(stored["key.event"])]
    hits = columns["hit"]
    np.testing.assert_allclose(stored["charge.charge"], ak.sum(hits.pe, axis=1), rtol=1e-5)
    assert stored["summary.x_n_hits"].tolist() == ak.sum(hits.view == 0, axis=1).tolist()


def test_what_only_some_classes_have_is_missing_in_the_others(make):
    columns = events()
    _, rows = make(columns, known_for={"nu_energy_gev": ["numu", "nue"]})
    known = np.isin(columns["flavour"], [1, 2])
    np.testing.assert_array_equal(rows["spectator.nu_energy_gev"], np.where(known, columns["nu_energy"], np.nan))
    with pytest.raises(ProcessorError, match="known_for needs the class of each event"):
        make(columns, flavour=None, known_for={"nu_energy_gev": ["numu"]})
