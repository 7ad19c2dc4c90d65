"""Graphs of networks with missing values, categories and images, against the networks, on odd inputs."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from hepml.contracts import ArraySpec, Normalisation
from hepml.errors import RunError
from hepml.estimators import build_estimator
from hepml.inference.onnx_check import largest_difference
from hepml.inference.synthetic_inputs import synthetic_inputs
from hepml.networks.backbone import standardise_name
from hepml.networks.onnx_graph import network_as_onnx
from hepml.tasks import TaskContext, build_task

TABLE = ArraySpec(
    (3,),
    role="table",
    features=("mass [GeV]", "pt [GeV]", "charge"),
    moments_shape=(3,),
    categories=(0, 0, 3),
    may_miss=(True, False, True),
)
IMAGE = ArraySpec((9, 9, 2), role="image", features=("pt", "n"), moments_shape=(9, 9, 2))
TRACKS = {
    "tracks": ArraySpec((9, 3), role="sequence", moments_shape=(3,), may_miss=(True, False, True)),
    "tracks_mask": ArraySpec((9,), dtype="bool", role="mask"),
}
CONSTANTS = {
    "table": Normalisation(np.array([80, 300, 0], np.float32), np.array([20, 50, 1], np.float32)),
    "other": Normalisation(np.array([9, 0.1, 0], np.float32), np.array([1, 0.05, 1], np.float32)),
    "tracks": Normalisation(np.array([9, 0.1, 0], np.float32), np.array([1, 0.05, 1], np.float32)),
    "image": Normalisation(np.zeros((9, 9, 2), np.float32), np.full((9, 9, 2), 3, np.float32)),
}
CLASSES = build_task("classification", {}, TaskContext(("a", "b", "c")))
ENERGY = build_task("regression", {"target": "energy_gev"}, TaskContext(()))
CNN = {"filters": [4], "first_kernel": 3, "dense": [8]}


def _network(estimator, options, task, arrays):
    network = build_estimator(estimator, options, task=task, arrays=arrays, seed=1)
    for name in arrays.keys() & CONSTANTS.keys():
        network.model.get_layer(standardise_name(name)).set_constants(CONSTANTS[name])
    return network


@pytest.mark.parametrize(
    ("estimator", "options", "task", "arrays"),
    [
        ("dnn", {"width": 16, "compress": "root"}, CLASSES, {"table": TABLE}),
        ("dnn", {"width": 16, "compress": "none"}, ENERGY, {"table": TABLE}),
        ("dnn", {"width": 16, "activation": "gelu"}, CLASSES, {"table": TABLE}),
        ("cnn", CNN, CLASSES, {"image": IMAGE}),
        ("dnn", {"width": 16, "compress": "log", "one_hot_up_to": 2}, CLASSES, {"table": TABLE, "other": TABLE}),
        ("lstm", {"units": 6}, CLASSES, TRACKS),
        ("lstm", {"units": 4, "cell": "gru", "layers": 2, "bidirectional": True, "pooling": "max"}, CLASSES, TRACKS),
        ("lstm", {"units": 4, "cell": "simple", "bidirectional": True, "pooling": "mean"}, ENERGY, TRACKS),
        ("pfn", {"items": [8], "pooling": "mean"}, CLASSES, TRACKS),
        ("attention", {"width": 8, "blocks": 1}, CLASSES, TRACKS),
    ],
)
def test_the_same_for_every_event(estimator, options, task, arrays, tmp_path):
    network, path = _network(estimator, options, task, arrays), tmp_path / "network.onnx"
    onnx.save(network_as_onnx(network.model), str(path))
    inputs = synthetic_inputs(arrays, CONSTANTS, n=200, seed=3)
    values = network.predict(inputs)[task.outputs[0].name]
    assert np.isfinite(values).all()
    assert len(np.unique(values[:, 0])) > 150  # the inputs tell the events apart
    assert largest_difference(path, network, inputs, task=task) < 1e-5
    kernel = network.model.trainable_variables[-2]
    kernel.assign(kernel.numpy() * 1.001)
    with pytest.raises(RunError, match=r"network\.onnx: the ONNX graph differs from the model in \d+ of 200 events"):
        largest_difference(path, _same_weights(network), inputs, task=task)


def _same_weights(network):
    """Return the network with its changed weights, compiled again."""
    return type(network)(network.spec, network.model)


def test_synthetic_inputs_are_odd():
    inputs = synthetic_inputs({"table": TABLE, "image": IMAGE}, CONSTANTS, n=1000, seed=1)
    table, image = inputs["table"], inputs["image"]
    assert table.dtype == image.dtype == np.float32
    assert not image[0].any()
    assert not table[0, :2].any()
    assert np.isnan(table[1]).tolist() == [True, False, True]
    assert not np.isnan(table[:, 1]).any()
    assert np.isnan(table[:, 0]).mean() == pytest.approx(0.2, abs=0.05)
    assert set(table[3:, 2][~np.isnan(table[3:, 2])]) == {0, 1, 2, 3}  # 3 is none of the categories
    assert np.nanmean(table[3:, 1]) == pytest.approx(300, abs=10)
    assert np.nanstd(table[3:, 1]) == pytest.approx(100, abs=10)
    assert (image == 0).mean() == pytest.approx(0.9, abs=0.02)
    sequences = synthetic_inputs(TRACKS, CONSTANTS, n=1000, seed=1)
    assert set(sequences["tracks_mask"].sum(axis=1)) == set(range(10))
    assert np.isnan(sequences["tracks"][3:]).mean(axis=(0, 1)) == pytest.approx([0.2, 0, 0.2], abs=0.02)
    np.testing.assert_array_equal(
        synthetic_inputs({"image": IMAGE}, CONSTANTS, n=5, seed=1)["image"],
        synthetic_inputs({"image": IMAGE}, CONSTANTS, n=5, seed=1)["image"],
    )
