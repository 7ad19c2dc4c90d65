"""Opening a dataset, its weights in physics units, and requests it cannot serve."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_dataset import TinyInput, TinyShard, write_tiny

from hepml.datasets import as_arrays, open_dataset
from hepml.errors import DatasetError
from hepml.recipe import Reweight, Split, Weights

ALL = Split(parts={"train": 100})


def _source(folder, part="train", **changes):
    asked = {"inputs": ["table"], "training": True, "weights": Weights(), "split": ALL, "seed": 1}
    return open_dataset(folder).source(part, **(asked | changes))


@pytest.fixture
def folder(tmp_path):
    write_tiny(tmp_path, [TinyShard("a", 50), TinyShard("b", 30, label=1)], images=True)
    return tmp_path


def test_arrays_by_batch_name(folder):
    arrays = open_dataset(folder).arrays(["table", "image"])
    assert list(arrays) == ["table", "image"]
    assert arrays["image"].shape == (7, 7, 2)
    assert arrays["table"].features == ("number [1]", "pt [GeV]")


def test_parts_and_their_rows(tmp_path):
    write_tiny(tmp_path, [TinyShard("a", 6, bucket=[0, 59, 60, 69, 70, 99])])
    dataset = open_dataset(tmp_path)
    assert {part: dataset.n_rows(part, Split()) for part in dataset.parts(Split())} == {
        "train": 2,
        "validation": 2,
        "test": 2,
    }
    folds = Split(folds=10)
    assert [dataset.n_rows("test", folds, fold=fold) for fold in range(10)] == [3, 0, 0, 0, 0, 0, 0, 0, 0, 3]
    assert dataset.n_rows("test", folds) == 3


def test_duplicates_share_a_bucket_and_so_a_part(tmp_path):
    """Rows of one bucket are never torn apart, whichever shard they are in."""
    write_tiny(tmp_path, [TinyShard("a", 3, bucket=[7, 61, 7]), TinyShard("b", 2, label=1, bucket=[61, 7])])
    parts = {part: as_arrays(_source(tmp_path, part, training=False, split=Split())) for part in Split().parts}
    assert {part: batch.row.tolist() for part, batch in parts.items()} == {
        "train": [0, 2, 4],
        "validation": [1, 3],
        "test": [],
    }


def test_weights_of_evaluation_are_signed_and_in_events(tmp_path):
    """a: 2 pb × 100/pb over Σw = 50 before cuts is 4 per unit weight; b has its factor only."""
    inputs = {"a": TinyInput(cross_section=2.0, sum_w=50.0), "b": TinyInput(factor=0.5)}
    shards = [TinyShard("a", 3, weight=[1.0, -1.0, 2.0]), TinyShard("b", 2, label=1, weight=[1.0, 3.0])]
    write_tiny(tmp_path, shards, inputs=inputs)
    source = _source(tmp_path, training=False, weights=Weights(luminosity=100.0, negative="drop"))
    assert as_arrays(source).weight.tolist() == [4.0, -4.0, 8.0, 0.5, 1.5]
    with pytest.raises(DatasetError, match=r"input 'a' has a cross-section but weights\.luminosity is not set"):
        _source(tmp_path, training=False)


def test_weights_of_training_start_from_physics_weights(tmp_path):
    """a: 2 × 4 and b: 1 × 0.5; without balance the ratio stays 16."""
    inputs = {"a": TinyInput(cross_section=2.0, sum_w=50.0), "b": TinyInput(factor=0.5)}
    write_tiny(tmp_path, [TinyShard("a", 2, weight=2.0), TinyShard("b", 2, label=1)], inputs=inputs)
    weight = as_arrays(_source(tmp_path, weights=Weights(luminosity=100.0, balance="none"))).weight
    np.testing.assert_allclose(weight[0] / weight[2], 16.0)
    assert weight.mean() == pytest.approx(1.0)


@pytest.mark.parametrize("to", ["flat", "b"])
def test_reweighting_makes_the_spectator_flat_or_matched(tmp_path, to):
    rng = np.random.default_rng(1)
    falling, rising = 200 + 200 * rng.random(20_000) ** 2, 400 - 200 * rng.random(30_000) ** 3
    write_tiny(tmp_path, [TinyShard("a", 20_000, pt=falling), TinyShard("b", 30_000, label=1, pt=rising)])
    edges = [200, 220, 250, 300, 350, 400]
    weights = Weights(reweight=Reweight(columns={"jet_pt_gev": edges}, to=to))
    batch = as_arrays(_source(tmp_path, weights=weights, spectators=["jet_pt_gev"], pool_rows=8192))
    a, b = (
        np.histogram(batch.spectators["jet_pt_gev"][of], edges, weights=batch.weight[of])[0]
        for of in (batch.label == 0, batch.label == 1)
    )
    target = np.diff(edges) / 200 if to == "flat" else np.histogram(rising, edges)[0] / 30_000
    np.testing.assert_allclose(a / a.sum(), target, rtol=1e-9)
    np.testing.assert_allclose(b / b.sum(), target, rtol=1e-9)
    assert a.sum() == pytest.approx(b.sum())
    assert batch.weight.mean() == pytest.approx(1.0)


def test_validation_is_reweighted_by_the_training_part(tmp_path):
    """Training has 3 of 4 rows at 250 GeV, validation half: its high rows count 3 times its low ones."""
    pt, bucket = [250.0, 250.0, 250.0, 350.0, 250.0, 350.0], [0, 1, 2, 3, 60, 61]
    write_tiny(tmp_path, [TinyShard("a", 6, pt=pt, bucket=bucket)], classes=("a",))
    weights = Weights(reweight=Reweight(columns={"jet_pt_gev": [200, 300, 400]}))
    np.testing.assert_allclose(
        as_arrays(_source(tmp_path, "validation", split=Split(), weights=weights)).weight, [0.5, 1.5]
    )
    alone = Split(parts={"fit": 60, "watch": 40})
    np.testing.assert_allclose(as_arrays(_source(tmp_path, "watch", split=alone, weights=weights)).weight, [1.0, 1.0])


@pytest.mark.parametrize(
    ("part", "changes", "message"),
    [
        ("trian", {}, "the split has no part 'trian': did you mean 'train'"),
        ("train", {"inputs": ["imag"]}, "the dataset has no input 'imag': did you mean 'image'"),
        ("train", {"spectators": ["jet_pt"]}, "the dataset has no spectator 'jet_pt': did you mean 'jet_pt_gev'"),
        (
            "train",
            {"weights": Weights(reweight=Reweight(columns={"jet_mass_gev": [0, 1]}))},
            "the dataset has no spectator 'jet_mass_gev': did you mean 'jet_pt_gev'",
        ),
        ("train", {"split": Split(parts={"train": 100}, column="run")}, "its buckets were made by 'the hash of the"),
        ("train", {"split": Split(folds=3)}, "fold None of part 'train' was asked for"),
    ],
)
def test_what_it_cannot_serve(folder, part, changes, message):
    with pytest.raises(DatasetError, match=message):
        _source(folder, part, **changes)


def test_a_split_by_the_column_it_was_made_with(tmp_path):
    write_tiny(tmp_path, [TinyShard("a", 5)], classes=(), recipe={"split": {"column": "run"}})
    assert _source(tmp_path, split=Split(parts={"train": 100}, column="run"), training=False).n_rows == 5
    with pytest.raises(DatasetError, match="its buckets were made by 'run' and the split says column: None"):
        _source(tmp_path)


def test_a_part_without_events_cannot_be_trained_with(tmp_path):
    write_tiny(tmp_path, [TinyShard("a", 5, bucket=[0] * 5)])
    with pytest.raises(DatasetError, match="part 'validation' has no events to train with"):
        _source(tmp_path, "validation", split=Split())


def test_a_class_without_events_in_a_part(tmp_path):
    write_tiny(tmp_path, [TinyShard("a", 5, bucket=[0] * 5), TinyShard("b", 5, label=1, bucket=[99] * 5)])
    with pytest.raises(DatasetError, match="class 'b' has no events in part 'train'"):
        _source(tmp_path, split=Split())


@pytest.mark.parametrize("training", [True, False])
def test_all_weights_zero(tmp_path, training):
    write_tiny(tmp_path, [TinyShard("a", 5, weight=0.0), TinyShard("b", 5, label=1, weight=0.0)])
    with pytest.raises(DatasetError, match="all weights of part 'train' are zero"):
        _source(tmp_path, training=training)


def test_no_examples_at_all(tmp_path):
    write_tiny(tmp_path, [TinyShard("a", 0)])
    with pytest.raises(DatasetError, match="the dataset has no examples"):
        open_dataset(tmp_path)


def test_an_empty_shard_among_others(tmp_path):
    write_tiny(tmp_path, [TinyShard("a", 3), TinyShard("a", 0), TinyShard("b", 2, label=1)])
    assert as_arrays(_source(tmp_path)).row.tolist() == [0, 1, 2, 3, 4]


def test_damaged_shards(folder):
    dataset = open_dataset(folder)
    dataset.verify()
    path = folder / dataset.manifest.shards[0].path
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=rf"{path.name}: the shard is damaged, its checksum"):
        dataset.verify()
    path.write_bytes(content[:-1])
    with pytest.raises(DatasetError, match=rf"{path.name}: the shard is damaged"):
        open_dataset(folder)
    path.unlink()
    with pytest.raises(DatasetError, match=rf"{path.name}: the shard is missing"):
        open_dataset(folder)


def test_a_shard_of_other_rows(folder):
    dataset = open_dataset(folder)
    first, second = (folder / shard.path for shard in dataset.manifest.shards)
    first.write_bytes(second.read_bytes())
    with pytest.raises(DatasetError, match="the shard has 30 rows and the manifest says 50"):
        open_dataset(folder)


def test_missing_moments(folder):
    (folder / "moments" / "a.npz").unlink()
    with pytest.raises(DatasetError, match=r"a\.npz: the moments of the dataset are missing"):
        _source(folder)


def test_keys_of_rows(folder):
    """The key of a tiny dataset counts the rows of its shard."""
    keys = open_dataset(folder).keys(np.array([0, 49, 50, 79]))
    assert {name: values.tolist() for name, values in keys.items()} == {"event": [0, 49, 0, 29]}


def test_a_fraction_has_its_own_rows_moments_and_weights(tmp_path):
    """Of the training buckets 0 to 59 half is 0 to 29: b's two rows there count as much as a's one."""
    shards = [TinyShard("a", 3, bucket=[0, 40, 99], pt=[200, 300, 400])]
    shards += [TinyShard("b", 3, label=1, bucket=[29, 29, 30], pt=[250, 260, 270])]
    write_tiny(tmp_path, shards)
    dataset = open_dataset(tmp_path)
    half = dataset.source(
        "train", inputs=["table"], fraction=0.5, training=True, weights=Weights(), split=Split(), seed=1
    )
    batch = as_arrays(half)
    assert batch.row.tolist() == [0, 3, 4]
    assert half.n_rows == dataset.n_rows("train", Split(), fraction=0.5) == 3
    assert dataset.n_rows("train", Split()) == 5
    np.testing.assert_allclose(batch.weight, [1.5, 0.75, 0.75])
    np.testing.assert_allclose(half.moments["table"].mean()[0, 1], (200 + 250 + 260) / 3)


def test_buckets_of_rows(tmp_path):
    written = write_tiny(tmp_path, [TinyShard("a", 50), TinyShard("b", 30, label=1)])
    rows = np.array([0, 7, 49, 50, 79])
    np.testing.assert_array_equal(open_dataset(tmp_path).buckets(rows), written.bucket[rows])
