"""The manifest: strict JSON that comes back as it was."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from hepml.contracts import (
    BucketCounts,
    CutFlow,
    InputFile,
    InputSummary,
    Manifest,
    RepresentationSpec,
    ShardInfo,
)
from hepml.errors import DatasetError
from hepml.io.manifest import read_manifest, write_manifest


@pytest.fixture
def manifest():
    rng = np.random.default_rng(1)
    counts = BucketCounts(rng.integers(0, 9, (3, 100)), rng.normal(size=(3, 100)), rng.random((3, 100)))
    flow = CutFlow.start(np.array([1.0, 2.0])).then("pT > 250 GeV", np.array([2.0]))
    return Manifest(
        hash="ab",
        digest="cd",
        hepml_version="1.2.3",
        classes=("w", "qcd"),
        representations={"image": RepresentationSpec("jet_image", {"pixels": 37, "channels": ["pt"]})},
        spectators={"jet_pt_gev": "float32"},
        keys={"run": "int64"},
        inputs=(
            InputSummary("w", "w", 1.5, 2.0, flow, counts, {"image.pt": 3}),
            InputSummary("µ", None, None, 1.0, None, counts, {}),
        ),
        files=(InputFile("w", "w.root", "Events", "uuid", 10, 8, 2, ("bad basket",)),),
        shards=(ShardInfo("shards/w/a.parquet", "w", 8, 1000, "ff"),),
        recipe={"inputs": {"w": {"files": ["w.root"]}}, "seed": 1},
    )


def _plain(value):
    return json.loads(json.dumps(dataclasses.asdict(value), default=lambda array: array.tolist()))


def test_comes_back_as_it_was(tmp_path, manifest):
    write_manifest(tmp_path, manifest)
    back = read_manifest(tmp_path)
    assert _plain(back) == _plain(manifest)
    assert back.inputs[0].counts.n.dtype == np.int64
    assert back.inputs[0].cutflow == manifest.inputs[0].cutflow
    assert isinstance(back.shards, tuple)
    assert isinstance(back.files[0].reasons, tuple)


def test_numbers_keep_all_their_bits(tmp_path, manifest):
    write_manifest(tmp_path, manifest)
    np.testing.assert_array_equal(read_manifest(tmp_path).inputs[0].counts.sum_w, manifest.inputs[0].counts.sum_w)


def test_nan_is_refused(tmp_path, manifest):
    manifest.inputs[0].counts.sum_w[0, 0] = np.nan
    with pytest.raises(DatasetError, match="not finite"):
        write_manifest(tmp_path, manifest)
    assert not (tmp_path / "manifest.json").exists()


def test_no_dataset(tmp_path):
    with pytest.raises(DatasetError, match=r"there is no dataset here \(no manifest.json\): give the folder"):
        read_manifest(tmp_path)
    with pytest.raises(DatasetError, match="there is no dataset here"):
        read_manifest(tmp_path / "nothing")
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="there is no dataset here"):
        read_manifest(tmp_path / "file")


def test_unfinished_dataset(tmp_path):
    (tmp_path / "shards" / "w").mkdir(parents=True)
    (tmp_path / "shards" / "w" / "a.parquet").write_text("")
    with pytest.raises(DatasetError, match=r"the dataset is not finished, it has shards but no manifest\.json: run"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"format": 0}', '{"format": 2}'])
def test_other_content(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(DatasetError, match=r"manifest\.json: (the manifest cannot be read|dataset format)"):
        read_manifest(tmp_path)


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "manifest.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetError, match="the manifest cannot be read"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.pop("shards"),
        lambda values: values["shards"][0].pop("rows"),
        lambda values: values["inputs"][0]["counts"]["n"].pop(),
        lambda values: values.update(classes=None),
        lambda values: values.update(spectators={"x": "no_type"}),
    ],
)
def test_damaged_manifest(tmp_path, manifest, change):
    write_manifest(tmp_path, manifest)
    values = json.loads((tmp_path / "manifest.json").read_text())
    change(values)
    (tmp_path / "manifest.json").write_text(json.dumps(values))
    with pytest.raises(DatasetError, match=r"manifest\.json: the manifest is damaged .* run `hepml process` again"):
        read_manifest(tmp_path)
