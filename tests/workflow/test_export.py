"""Networks as ONNX files: the same scores event by event, what the files say, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from click.testing import CliRunner

from hepml import workflow
from hepml.cli.main import commands
from hepml.errors import OutputError, RunError
from hepml.inference import load_run
from hepml.inference.onnx_check import largest_difference
from hepml.representations import rebuild


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


def test_what_is_refused(jets, tmp_path):
    with pytest.raises(RunError, match="the run is of 'bdt' and ONNX files are made of networks only"):
        workflow.export(jets.run("trees"), tmp_path / "trees.onnx")
    with pytest.raises(OutputError, match=r"ends in \.onnx"):
        workflow.export(jets.run("dense"), tmp_path / "dense.pb")
    assert not list(tmp_path.iterdir())


def test_command(jets, tmp_path):
    result = CliRunner().invoke(commands, ["export", str(jets.run("dense")), "-o", str(tmp_path / "dense.onnx")])
    assert result.exit_code == 0, result.output
    assert "seed1, 1000 events compared, largest difference" in " ".join(result.output.split())
    assert (tmp_path / "dense.onnx").exists()
