from __future__ import annotations

import json

import pytest

from hepml import workflow
from hepml.errors import RecipeError

FEW = {"models": {"trees": {"estimator": "bdt", "inputs": ["table"], "options": {"max_iter": 5}}}}


def _state(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_from_files_to_a_report_and_again(flat, tmp_path):
    manifest, content = workflow.run(flat.loaded(FEW), tmp_path)
    assert manifest.rows == 1200
    assert [run.name for run in content.runs] == ["trees"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["dataset", "report", "runs"]
    before = _state(tmp_path / "runs") | _state(tmp_path / "dataset" / "shards")
    metrics = (tmp_path / "report" / "metrics.json").read_bytes()
    again, _ = workflow.run(flat.loaded(FEW), tmp_path)
    assert again.digest == manifest.digest
    assert _state(tmp_path / "runs") | _state(tmp_path / "dataset" / "shards") == before
    assert (tmp_path / "report" / "metrics.json").read_bytes() == metrics


def test_another_evaluation_needs_no_training(flat, tmp_path):
    workflow.run(flat.loaded(FEW), tmp_path)
    model = (tmp_path / "runs" / "trees" / "members" / "seed1" / "trees.skops").stat().st_mtime_ns
    workflow.run(flat.loaded(FEW | {"evaluation.signal_efficiencies": [0.7]}), tmp_path)
    names = {row["name"] for row in json.loads((tmp_path / "report" / "metrics.json").read_text())["metrics"]}
    assert "rejection_at_0.7" in names
    assert (tmp_path / "runs" / "trees" / "members" / "seed1" / "trees.skops").stat().st_mtime_ns == model


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"models": {}}, "the recipe has no models: add some under `models`"),
        ({"models.trees.options.max_itr": 3}, r"'models.trees.options.max_itr': did you mean 'max_iter'"),
        ({"models.trees.estimator": "bdtt"}, r"models.trees: there is no estimator 'bdtt': did you mean 'bdt'"),
        ({"models.trees.training.epoch": 3}, r"'models.trees.training.epoch': did you mean 'epochs'"),
        ({"task.kind": "regresion"}, "task.kind is 'regresion'"),
        ({"task.options.signal": "sgnal"}, r"task.options.signal is 'sgnal'.*did you mean 'signal'"),
    ],
)
def test_models_are_checked_before_anything_is_made(flat, tmp_path, settings, message):
    with pytest.raises(RecipeError, match=message):
        workflow.run(flat.loaded(settings), tmp_path / "out")
    assert not (tmp_path / "out").exists()
