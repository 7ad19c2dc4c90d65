from __future__ import annotations

import shutil

import pytest
import tiny_runs

from hepml import workflow
from hepml.errors import DatasetError


def test_the_processor_file_is_kept_byte_for_byte(flat, tmp_path):
    text = tiny_runs.FLAT.read_text().replace("\n", "\r\n")
    (tmp_path / "mine.py").write_bytes(text.encode())
    recipe = flat.loaded().model_dump(mode="json") | {"processor": {"file": str(tmp_path / "mine.py")}}
    project = tiny_runs.write_project(tmp_path, **recipe)
    assert (project.dataset / "processor.py").read_bytes() == text.encode()


def test_a_finished_dataset_is_returned_at_once(flat):
    before = {path: path.stat().st_mtime_ns for path in (flat.dataset / "shards").rglob("*")}
    manifest = workflow.process(flat.recipe, flat.dataset)
    assert manifest.digest == workflow.status(flat.dataset).digest
    assert {path: path.stat().st_mtime_ns for path in (flat.dataset / "shards").rglob("*")} == before


def test_another_processor_does_not_touch_the_copy(flat, tmp_path):
    copy = (flat.dataset / "processor.py").read_bytes()
    (tmp_path / "other.py").write_text(tiny_runs.FLAT.read_text() + "\n# changed\n")
    with pytest.raises(DatasetError, match="another processor file"):
        workflow.process(flat.loaded({"processor.file": str(tmp_path / "other.py")}), flat.dataset)
    assert (flat.dataset / "processor.py").read_bytes() == copy


def test_status_verifies_checksums(flat, tmp_path):
    folder = shutil.copytree(flat.dataset, tmp_path / "dataset")
    assert workflow.status(folder, verify=True).rows == 1200
    shard = next((folder / "shards").rglob("*.parquet"))
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    assert workflow.status(folder).rows == 1200
    with pytest.raises(DatasetError, match="checksum"):
        workflow.status(folder, verify=True)
    with pytest.raises(DatasetError, match="there is no dataset here"):
        workflow.status(tmp_path)
