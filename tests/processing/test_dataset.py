"""Making a dataset: the same content however it is cut and whoever makes it."""

from __future__ import annotations

import json
import os
import shutil

import awkward as ak
import numpy as np
import pytest
import uproot
from toy_jets import write_toy_jets

from hepml.errors import DatasetError, OutputError, ProcessorError, RecipeError
from hepml.io.folder import exclusive
from hepml.io.manifest import read_manifest, read_moments
from hepml.io.shards import read_rows, verify_shard
from hepml.processing import Workforce, process_dataset
from hepml.processing.buckets import key_buckets
from hepml.processing.digest import add_digests, content_digest, digest_text
from hepml.representations import rebuild


@pytest.fixture(scope="module")
def recipe(make_recipe, toy_files):
    return make_recipe(toy_files)


@pytest.fixture(scope="module")
def dataset(recipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset") / "d"
    return folder, process_dataset(recipe, folder)


def read_all(folder, manifest, columns):
    return ak.concatenate([read_rows(folder / shard.path, columns=columns) for shard in manifest.shards])


def test_manifest_accounts_for_everything(dataset):
    folder, manifest = dataset
    assert manifest.digest == read_manifest(folder).digest
    assert [(f.input, f.n_planned, f.n_processed, f.n_skipped) for f in manifest.files] == [
        ("w", 300, 300, 0),
        ("qcd", 200, 200, 0),
    ]
    assert manifest.rows == 500
    assert manifest.n_skipped == 0
    assert manifest.classes == ("w", "qcd")
    assert manifest.spectators == {"jet_pt_gev": "float32", "n_particles": "int64"}
    assert manifest.keys == {"run": "int64", "lumi": "int64", "event": "int64"}
    assert [shard.path for shard in manifest.shards] == sorted(shard.path for shard in manifest.shards)
    assert len(manifest.shards) == 5
    for shard in manifest.shards:
        verify_shard(folder, shard)


def test_counts_and_cut_flow_are_those_of_the_file(dataset, toy_files):
    _, manifest = dataset
    weight = uproot.open(toy_files["w"])["Events"]["generator_weight"].array(library="np")
    summary = manifest.inputs[0]
    assert summary.cutflow.steps[0].sum_w == summary.cutflow.steps[1].sum_w == weight.sum()
    assert weight.sum() < 300
    assert summary.counts.n.sum(axis=1).tolist() == [300, 0, 0]
    assert summary.counts.sum_w.sum() == weight.sum()
    assert summary.counts.sum_w2.sum() == 300
    assert summary.dropped == {}


def test_rows_are_those_of_the_file(dataset, toy_files):
    """Read back, every column is what the file says, and the bucket is the hash of the key."""
    folder, manifest = dataset
    columns = ["key.run", "key.lumi", "key.event", "spectator.jet_pt_gev", "label", "weight", "bucket", "jet.mass"]
    rows = read_all(folder, manifest, columns)
    tree = uproot.open(toy_files["w"])["Events"].arrays(["event", "jet_pt", "jet_mass", "generator_weight"])
    w = rows[rows["label"] == 0]
    w = w[ak.argsort(w["key.event"])]
    assert w["key.event"].tolist() == tree.event.tolist()
    assert w["spectator.jet_pt_gev"].tolist() == tree.jet_pt.tolist()
    assert w["jet.mass"].tolist() == tree.jet_mass.tolist()
    assert w["weight"].tolist() == tree.generator_weight.tolist()
    key = [ak.to_numpy(rows[f"key.{name}"]) for name in ("run", "lumi", "event")]
    assert rows["bucket"].tolist() == key_buckets(key).tolist()


def test_digest_can_be_taken_from_the_shards(dataset):
    """It says what lies on disk, so a reader can check it."""
    folder, manifest = dataset
    digests = []
    for shard in manifest.shards:
        first = read_rows(folder / shard.path, columns=["label"])
        names = [f"image.{name}" for name in ("pixel", "pt", "outside_pt_fraction")] + ["jet.pt", "jet.mass"]
        names += ["label", "weight", *(f"spectator.{n}" for n in manifest.spectators)]
        names += [f"key.{n}" for n in manifest.keys]
        rows = read_rows(folder / shard.path, columns=names)
        digests.append(content_digest({name: rows[name] for name in names}, n_rows=len(first)))
    assert digest_text(add_digests(*digests)) == manifest.digest


def test_moments_are_those_of_the_rows(dataset):
    folder, manifest = dataset
    rows = read_all(folder, manifest, ["jet.pt", "jet.mass", "bucket", "label"])
    w = rows[rows["label"] == 0]
    moments = read_moments(folder / "moments" / "w.npz")
    assert set(moments) == {"jet", "image"}
    assert moments["image"].total.shape == (100, 5, 5, 1)
    for bucket in (int(w["bucket"][0]), 99):
        mine = w["jet.pt"][w["bucket"] == bucket]
        np.testing.assert_allclose(moments["jet"].total[bucket, 0], ak.sum(ak.values_astype(mine, float)), rtol=1e-12)
        assert moments["jet"].count[bucket, 0] == len(mine)


def test_representations_are_rebuilt_from_the_manifest(dataset):
    _, manifest = dataset
    assert rebuild(manifest.representations["image"]).arrays[""].shape == (5, 5, 1)
    assert rebuild(manifest.representations["jet"]).arrays[""].features == ("pt [GeV]", "mass [GeV]")


def test_histograms_of_the_inputs(dataset, toy_files):
    folder, _ = dataset
    weight = uproot.open(toy_files["w"])["Events"]["generator_weight"].array(library="np")
    with uproot.open(folder / "histograms.root") as file:
        assert file["w/jet_pt"].values(flow=True).sum() == weight.sum()
        assert file["qcd/jet_pt"].values(flow=True).sum() == 200


@pytest.mark.parametrize(
    ("chunk_size", "executor", "workers"),
    [(7, "iterative", 1), (1000, "iterative", 1), (100, "futures", 1), (70, "futures", 2)],
)
def test_same_content_however_it_is_made(dataset, make_recipe, toy_files, tmp_path, chunk_size, executor, workers):
    _, expected = dataset
    made = process_dataset(
        make_recipe(toy_files, chunk_size=chunk_size), tmp_path / "d", workforce=Workforce(executor, workers)
    )
    assert made.digest == expected.digest
    assert made.hash == expected.hash
    for mine, theirs in zip(made.inputs, expected.inputs, strict=True):
        assert mine.counts.n.tolist() == theirs.counts.n.tolist()
        np.testing.assert_allclose(mine.counts.sum_w, theirs.counts.sum_w, rtol=1e-12)
    for name in ("w", "qcd"):
        one, other = (read_moments(path / "moments" / f"{name}.npz")["image"] for path in (tmp_path / "d", dataset[0]))
        np.testing.assert_allclose(one.total, other.total, rtol=1e-10)
        np.testing.assert_allclose(one.total_squares, other.total_squares, rtol=1e-10)


def test_complete_dataset_is_returned_at_once(dataset, recipe):
    folder, manifest = dataset
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
    progress = []
    again = process_dataset(recipe, folder, on_progress=lambda n, note: progress.append((n, note)))
    assert again.digest == manifest.digest
    assert progress == []
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == before


def test_progress_counts_chunks(recipe, tmp_path):
    progress = []
    process_dataset(recipe, tmp_path / "d", on_progress=lambda n, note: progress.append((n, note)))
    assert progress == [(0, "0 of 5 chunks")] + [(1, f"{i} of 5 chunks") for i in range(1, 6)]


def test_resume_makes_only_what_is_missing(dataset, recipe, tmp_path):
    process_dataset(recipe, tmp_path / "d")
    folder = tmp_path / "d"
    (folder / "manifest.json").unlink()
    shards = sorted(folder.rglob("*.parquet"))
    shards[1].unlink()  # lost
    shards[2].write_bytes(shards[2].read_bytes()[:-10])  # cut short
    shards[3].with_suffix(".json").write_text("{")  # side-car half written
    kept = {path: path.stat().st_mtime_ns for path in (shards[0], shards[4])}
    progress = []
    made = process_dataset(recipe, folder, on_progress=lambda n, note: progress.append(n))
    assert made.digest == dataset[1].digest
    assert progress == [2, 1, 1, 1]
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


@pytest.mark.parametrize("lost", ["shards/qcd/*.parquet", "shards/w/*.npz", "moments/w.npz", "histograms.root"])
def test_what_a_complete_dataset_has_lost_is_made_again(dataset, recipe, tmp_path, lost):
    """That is what readers tell the user to do."""
    folder = shutil.copytree(dataset[0], tmp_path / "d")
    gone = next(folder.glob(lost))
    gone.unlink()
    if "npz" in lost and "shards" in lost:
        (folder / "manifest.json").unlink()
    assert process_dataset(recipe, folder).digest == dataset[1].digest
    assert gone.exists()


def test_rntuple_makes_the_same_dataset(dataset, make_recipe, toy_files, tmp_path):
    for path in toy_files.values():
        with uproot.open(path) as file, uproot.recreate(tmp_path / path.name) as copy:
            arrays = file["Events"].arrays()
            copy["Events"] = {field: arrays[field] for field in arrays.fields if field != "npart"}
    files = {name: tmp_path / path.name for name, path in toy_files.items()}
    assert process_dataset(make_recipe(files), tmp_path / "d").digest == dataset[1].digest


def test_other_chunks_leave_no_strangers(recipe, make_recipe, toy_files, tmp_path):
    """Cut anew, an unfinished dataset keeps no shard of the old cut."""
    first = process_dataset(recipe, tmp_path / "d")
    (tmp_path / "d" / "manifest.json").unlink()
    made = process_dataset(make_recipe(toy_files, chunk_size=1000), tmp_path / "d")
    assert made.digest == first.digest
    assert len(list((tmp_path / "d").rglob("*.parquet"))) == len(made.shards) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"options": {"pixels": 7}},
        {"event_key": ["run", "event"]},
        {"classes": ["qcd", "w"]},
    ],
    ids=["options", "event key", "classes"],
)
def test_folder_made_by_something_else_is_refused(dataset, make_recipe, toy_files, change):
    folder, manifest = dataset
    with pytest.raises(DatasetError, match=r"another processor file, recipe or version .*: choose another folder"):
        process_dataset(make_recipe(toy_files, **change), folder)
    assert read_manifest(folder).digest == manifest.digest


def test_folder_made_by_another_file_is_refused(dataset, make_recipe, toy_files, edited):
    path = edited("0, 500", "0, 600")
    with pytest.raises(DatasetError, match=r"another processor file"):
        process_dataset(make_recipe(toy_files, processor=path), dataset[0])


def test_complete_dataset_of_other_files_is_refused(dataset, make_recipe, toy_files, tmp_path):
    """Neither another file nor another scale is mixed into what is complete."""
    folder, manifest = dataset
    more = write_toy_jets(tmp_path / "more.root", 10, seed=9, first_event=9000)
    others = (
        make_recipe(toy_files | {"w": [toy_files["w"], more]}),
        make_recipe(toy_files, inputs={"w": {"weight": 2.0}}),
    )
    for other in others:
        with pytest.raises(DatasetError, match=r"holds a dataset of other files or cross-sections"):
            process_dataset(other, folder)
    assert read_manifest(folder).digest == manifest.digest


def test_moving_the_files_changes_nothing(dataset, make_recipe, toy_files, tmp_path):
    moved = {}
    for name, path in toy_files.items():
        moved[name] = tmp_path / f"{name}_moved.root"
        os.link(path, moved[name])
    assert process_dataset(make_recipe(moved), dataset[0]).digest == dataset[1].digest


def test_training_options_do_not_matter(dataset, make_recipe, toy_files):
    changed = make_recipe(toy_files, split={"parts": {"train": 50, "test": 50}}, seed=7, process={"retries": 0})
    assert process_dataset(changed, dataset[0]).hash == dataset[1].hash


def test_folder_that_holds_something_else(recipe, tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(OutputError, match=r"not a dataset \(thesis.tex\)"):
        process_dataset(recipe, tmp_path)


def test_two_processes_do_not_write_one_dataset(dataset, recipe):
    with (
        exclusive(dataset[0], kind="dataset"),
        pytest.raises(OutputError, match=r"another process is writing this dataset"),
    ):
        process_dataset(recipe, dataset[0])


def test_without_a_key_the_split_is_by_content(make_recipe, toy_files, tmp_path):
    """Events copied to another file stay on the same side of every split."""
    with uproot.open(toy_files["w"]) as file:
        names = ["jet_pt", "jet_mass", "part_pt", "part_eta", "part_phi", "generator_weight", "run", "lumi", "event"]
        arrays = file["Events"].arrays(names)[:50]
    with uproot.recreate(tmp_path / "copy.root") as file:
        file.mktree("Events", {n: arrays[n].type.content for n in names}).extend({n: arrays[n] for n in names})
    files = {"w": [toy_files["w"]], "copy": [tmp_path / "copy.root"]}
    recipe = make_recipe(files, options={"with_key": False})
    manifest = process_dataset(recipe, tmp_path / "d")
    assert manifest.keys == {}
    rows = read_all(tmp_path / "d", manifest, ["label", "bucket", "jet.pt"])
    original = dict(
        zip(rows["jet.pt"][rows["label"] == 0].tolist(), rows["bucket"][rows["label"] == 0].tolist(), strict=True)
    )
    copied = rows[rows["label"] == 1]
    assert [original[pt] for pt in copied["jet.pt"].tolist()] == copied["bucket"].tolist()
    assert len(copied) == 50


def test_split_column(make_recipe, toy_files, tmp_path):
    recipe = make_recipe(toy_files, split={"column": "event"})
    manifest = process_dataset(recipe, tmp_path / "d")
    rows = read_all(tmp_path / "d", manifest, ["key.event", "bucket"])
    assert rows["bucket"].tolist() == (rows["key.event"] % 100).tolist()


def test_label_of_the_processor_overrides_the_inputs(make_recipe, toy_files, tmp_path):
    recipe = make_recipe(
        toy_files, options={"label": "top"}, classes=["top"], inputs={"w": {"label": None}, "qcd": {"label": None}}
    )
    manifest = process_dataset(recipe, tmp_path / "d")
    assert manifest.inputs[0].counts.n.sum(axis=1).tolist() == [300, 0]


def test_no_labels_at_all(make_recipe, toy_files, tmp_path):
    recipe = make_recipe(toy_files, inputs={"w": {"label": None}, "qcd": {"label": None}})
    manifest = process_dataset(recipe, tmp_path / "d")
    assert manifest.classes == ()
    assert manifest.inputs[1].counts.n.tolist()[0] == manifest.inputs[1].counts.n.sum(axis=0).tolist()


def test_option_errors_come_before_anything_is_written(make_recipe, toy_files, tmp_path):
    with pytest.raises(RecipeError, match=r"processor.options.pixel"):
        process_dataset(make_recipe(toy_files, options={"pixel": 3}), tmp_path / "d")
    with pytest.raises(ProcessorError, match=r"no such processor file"):
        process_dataset(make_recipe(toy_files, processor=tmp_path / "no.py"), tmp_path / "d")
    assert not (tmp_path / "d").exists()


def test_made_by_is_plain_json(dataset):
    assert set(json.loads((dataset[0] / "made_by.json").read_text())) == {"made_by"}
