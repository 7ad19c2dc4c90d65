"""Models as ONNX files: the same scores event by event, where they go, what they say, and what is refused."""

from __future__ import annotations

import importlib
import json
import shutil
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
from click.testing import CliRunner

from hepml import workflow
from hepml.cli.main import commands
from hepml.errors import OutputError, RunError
from hepml.inference import load_run, onnx_check
from hepml.inference.onnx_check import largest_difference
from hepml.representations import rebuild

export_module = importlib.import_module("hepml.workflow.export")


@pytest.fixture(scope="module")
def both(jets, tmp_path_factory):
    """Return a run of two seeds of a network on images."""
    folder = tmp_path_factory.mktemp("runs") / "cnn"
    options = {"filters": [4], "first_kernel": 3, "dense": [8], "compress": "log"}
    model = {"estimator": "cnn", "inputs": ["image"], "options": options, "seeds": [1, 2]}
    workflow.train(jets.loaded({"models.cnn": model, "training.epochs": 1}), jets.dataset, folder, model="cnn")
    return folder


def _session(path):
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def test_a_table(jets, tmp_path):
    run = jets.run("dense")
    [found] = workflow.export(run, tmp_path / "dense.onnx", dataset=jets.dataset)
    assert [path.name for path in tmp_path.iterdir()] == ["dense.onnx"]
    assert found.n_events > 1100
    assert found.largest_difference < 1e-5
    session = _session(found.path)
    assert [(value.name, value.shape) for value in session.get_inputs()] == [("substructure", ["n", 16])]
    assert [(value.name, value.shape) for value in session.get_outputs()] == [("score", ["n", 1])]
    rows = np.random.default_rng(1).normal(30, 20, (3, 16)).astype(np.float32)
    wanted = load_run(run).models["seed1"].predict({"substructure": rows})["score"]
    np.testing.assert_allclose(session.run(["score"], {"substructure": rows})[0], wanted, atol=1e-6)


def test_one_file_per_member_that_tells_what_it_is(jets, both, tmp_path):
    found = workflow.export(both, tmp_path / "cnn.onnx")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cnn_seed1.onnx", "cnn_seed2.onnx"]
    info = load_run(both).info
    about = {prop.key: prop.value for prop in onnx.load(found[1].path).metadata_props}
    assert (about["run"], about["member"], about["signal"]) == ("cnn", "seed2", "w")
    assert json.loads(about["classes"]) == ["w", "qcd"]
    assert json.loads(about["features"]) == {"image": list(info.arrays["image"].features)}
    spec = json.loads(about["representations"])["image"]
    assert rebuild(type(info.representations["image"])(**spec)).spec == info.representations["image"]


def test_a_file_of_another_member_is_seen(both, tmp_path):
    found = workflow.export(both, tmp_path / "cnn.onnx")
    run = load_run(both)
    images = {"image": np.random.default_rng(2).random((50, *run.info.arrays["image"].shape)).astype(np.float32)}
    with pytest.raises(RunError, match=r"the ONNX graph differs from the model in \d+ of 50 events, first in row 0"):
        largest_difference(tmp_path / "cnn_seed1.onnx", run.models["seed2"], images, task=run.info.task)
    assert largest_difference(tmp_path / "cnn_seed2.onnx", run.models["seed2"], images, task=run.info.task) < 1e-5
    assert found


def test_trees(jets, flat, tmp_path):
    """Of one member, of two seeds, and of three folds."""
    for run, project, n_files in (
        (jets.run("pixels"), jets, 1),
        (jets.run("trees"), jets, 2),
        (flat.run("trees", split__folds=3), flat, 3),
    ):
        found = workflow.export(run, tmp_path / f"{n_files}.onnx", dataset=project.dataset)
        assert len({model.path for model in found}) == n_files
        for model in found:
            assert model.n_events > 1300
            assert model.largest_difference < 1e-6
            values = _session(model.path).run(None, _zeros(model.path))[0]
            assert 0 < values[0, 0] < 1


def _zeros(path):
    return {value.name: np.zeros((1, *value.shape[1:]), np.float32) for value in _session(path).get_inputs()}


def test_numbers(numbers, tmp_path):
    for model in ("trees", "line"):
        run = shutil.copytree(numbers.run(model), tmp_path / model)
        [found] = workflow.export(run, dataset=numbers.dataset)
        assert found.path == str(run / "onnx" / "seed1.onnx")
        assert found.n_events > 1200
        assert found.largest_difference < 1e-5


def test_only_what_was_verified_is_there(jets, tmp_path, monkeypatch):
    run = shutil.copytree(jets.run("dense"), tmp_path / "run")
    monkeypatch.setattr(onnx_check, "TOLERANCE", 0.0)
    with pytest.raises(RunError, match=r"seed1\.onnx: the ONNX graph differs from the model in \d+ of 1000 events"):
        workflow.export(run)
    assert not list((run / "onnx").iterdir())


def test_what_is_refused(jets, tmp_path):
    with pytest.raises(OutputError, match=r"ends in \.onnx"):
        workflow.export(jets.run("dense"), tmp_path / "dense.pb")
    loaded = load_run(jets.run("trees"))
    other = replace(loaded, models=dict.fromkeys(loaded.models, None))
    said = r"is of 'bdt', which cannot be written as ONNX: .* or export a run of attention, autoencoder, bdt, cnn"
    with pytest.raises(RunError, match=said):
        export_module._exportable(other)
    assert not list(tmp_path.iterdir())


def test_command(jets, tmp_path):
    result = CliRunner().invoke(commands, ["export", str(jets.run("dense")), "-o", str(tmp_path / "dense.onnx")])
    assert result.exit_code == 0, result.output
    assert "seed1, 1000 events compared, largest difference" in " ".join(result.output.split())
    assert (tmp_path / "dense.onnx").exists()
    run = shutil.copytree(jets.run("trees"), tmp_path / "run")
    result = CliRunner().invoke(commands, ["export", str(run), "--dataset", str(jets.dataset)])
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (run / "onnx").iterdir()) == ["seed1.onnx", "seed2.onnx"]
