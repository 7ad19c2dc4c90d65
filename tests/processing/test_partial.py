"""Parts of examples: one lumisection spans chunks and files, and is one row of the dataset."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from hepml.errors import ProcessorError, ShapeError
from hepml.io.manifest import read_moments
from hepml.io.root_writer import TreeWriter
from hepml.io.shards import column_names, read_rows, verify_shard
from hepml.processing import Workforce, process_dataset
from hepml.processing.digest import content_digest, digest_text

PROCESSOR = Path(__file__).with_name("lumisections.py")
N_EVENTS, N_LUMIS = 1000, 10


def hits():
    """Return events in an order in which lumisections are interleaved; event i has i mod 4 hits at x = i/10 mm."""
    event = np.arange(N_EVENTS)
    lumi = 1 + (event // 50) % N_LUMIS  # each comes twice, 500 events apart
    x = ak.unflatten(np.repeat(event / 10, event % 4).astype(np.float32), event % 4)
    return {"run": np.full(N_EVENTS, 7), "lumi": lumi, "event": event, "hit_x": x}


def write(path, rows):
    with TreeWriter(path) as tree:
        tree.extend({name: values[rows] for name, values in hits().items()})
    return path


@pytest.fixture(scope="module")
def one_file(tmp_path_factory):
    return [write(tmp_path_factory.mktemp("one") / "hits.root", slice(None))]


@pytest.fixture(scope="module")
def three_files(tmp_path_factory):
    """Return the same events cut within lumisections."""
    folder = tmp_path_factory.mktemp("three")
    cuts = {"a": slice(0, 130), "b": slice(130, 777), "c": slice(777, None)}
    return [write(folder / f"{name}.root", rows) for name, rows in cuts.items()]


@pytest.fixture(scope="module")
def recipe(make_recipe):
    def make(files, **changes):
        inputs = {"inputs": {"data": {"label": None}}, "event_key": ["run", "lumi"]}
        return make_recipe({"data": files}, processor=PROCESSOR, **inputs, **changes)

    return make


@pytest.fixture(scope="module")
def dataset(recipe, one_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("partial") / "d"
    return folder, process_dataset(recipe(one_file, chunk_size=130), folder)


def read_all(folder, manifest):
    names = column_names(folder / manifest.shards[0].path)
    return ak.concatenate([read_rows(folder / shard.path, columns=names) for shard in manifest.shards])


def test_a_lumisection_is_one_row_with_all_its_hits(dataset):
    folder, manifest = dataset
    rows = read_all(folder, manifest)
    rows = rows[ak.argsort(rows["key.lumi"])]
    assert rows["key.lumi"].tolist() == list(range(1, 11))
    assert rows["spectator.n_events"].tolist() == [100] * 10
    assert rows["spectator.last_event"].tolist() == [549 + 50 * i for i in range(10)]
    np.testing.assert_allclose(rows["spectator.luminosity"], np.arange(1, 11) * 0.1)
    events = hits()
    number = [ak.num(events["hit_x"])[events["lumi"] == lumi] for lumi in range(1, 11)]
    assert rows["hits.n_hits"].tolist() == [ak.sum(of_lumi) for of_lumi in number]
    assert ak.sum(rows["hits.n_hits"]) == 1500
    # Lumisection 1 has events 0 to 49 and 500 to 549; of those with hits, 1 is the first and 549 the last.
    assert rows["hits.smallest_x"][0] == np.float32(0.1)
    assert rows["hits.largest_x"][0] == np.float32(54.9)


def test_accounting_is_of_entries_and_counts_are_of_examples(dataset):
    folder, manifest = dataset
    assert [(file.n_planned, file.n_processed) for file in manifest.files] == [(1000, 1000)]
    summary = manifest.inputs[0]
    assert summary.cutflow.steps[0].n == 1000
    assert summary.counts.n.sum() == summary.counts.sum_w.sum() == manifest.rows == 10
    moments = read_moments(folder / "moments" / "data.npz")["hits"]
    assert moments.count.sum(axis=0).tolist() == [10] * 4
    assert moments.total.sum(axis=0)[0] == 1500
    with uproot.open(folder / "histograms.root") as file:
        assert file["data/x"].values(flow=True).sum() == 1500


def test_shards_digest_and_buckets_are_of_whole_examples(dataset):
    folder, manifest = dataset
    for shard in manifest.shards:
        verify_shard(folder, shard)
        assert Path(shard.path).name.startswith("combined_")
        bucket = read_rows(folder / shard.path, columns=["bucket"])["bucket"]
        assert set(bucket.tolist()) == {int(Path(shard.path).stem.removeprefix("combined_"))}
    rows = read_all(folder, manifest)
    columns = {name: rows[name] for name in rows.fields if name != "bucket"}
    assert digest_text(content_digest(columns, n_rows=len(rows))) == manifest.digest


@pytest.mark.parametrize(
    ("chunk_size", "executor", "workers"), [(37, "iterative", 1), (5000, "iterative", 1), (200, "futures", 2)]
)
def test_same_shards_however_the_events_are_cut(dataset, recipe, three_files, tmp_path, chunk_size, executor, workers):
    """Not only is the content the same: every file is, byte for byte."""
    _, expected = dataset
    made = process_dataset(
        recipe(three_files, chunk_size=chunk_size), tmp_path / "d", workforce=Workforce(executor, workers)
    )
    assert made.digest == expected.digest
    assert made.shards == expected.shards


def test_a_lost_combined_shard_is_made_again_and_a_stale_one_removed(recipe, three_files, tmp_path):
    wanted = recipe(three_files)
    made = process_dataset(wanted, tmp_path / "d")
    (tmp_path / "d" / made.shards[0].path).unlink()
    stale = (tmp_path / "d" / made.shards[1].path).with_name("combined_100.parquet")
    stale.touch()
    again = process_dataset(wanted, tmp_path / "d")
    assert (again.digest, again.shards) == (made.digest, made.shards)
    verify_shard(tmp_path / "d", made.shards[0])
    assert not stale.exists()


@pytest.mark.parametrize(
    ("per_chunk", "message"),
    [
        (
            "luminosity",
            r"'data': the parts of the example of run 7, lumi \d+ differ in spectator luminosity \(.*\): mak",
        ),
        ("weight", r"parts of the example of run 7, lumi \d+ differ in weight \(.*\): make it the same in all$"),
    ],
)
def test_contradicting_parts_are_refused(recipe, one_file, tmp_path, per_chunk, message):
    with pytest.raises(ProcessorError, match=message):
        process_dataset(recipe(one_file, options={"per_chunk": per_chunk}), tmp_path / "d")


def test_contradicting_inputs_are_refused(recipe, one_file, tmp_path):
    with pytest.raises(ShapeError, match="'hits' of its examples: column 'field' differs between parts"):
        process_dataset(recipe(one_file, options={"per_chunk": "field"}), tmp_path / "d")


def test_sums_of_floats_are_refused(recipe, one_file, tmp_path):
    with pytest.raises(ProcessorError, match="partial sums spectator 'luminosity' of float64: give whole numbers"):
        process_dataset(recipe(one_file, options={"luminosity_rule": "sum"}), tmp_path / "d")


def test_parts_and_whole_examples_do_not_mix(recipe, one_file, tmp_path):
    with pytest.raises(ProcessorError, match=r"returned partial None for .* and n_events: sum, .*: return the same"):
        process_dataset(recipe(one_file, options={"whole_from_entry": 100}), tmp_path / "d")


def test_without_partial_every_part_is_a_row(recipe, one_file, tmp_path):
    made = process_dataset(recipe(one_file, chunk_size=130, options={"whole_from_entry": 0}), tmp_path / "d")
    assert made.rows > 20
