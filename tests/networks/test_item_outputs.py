"""Outputs per item: what they know of, what they are compared with, and their losses by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from hepml.contracts import ArraySpec, Batch, ModelSpec, OutputSpec, TaskSpec
from hepml.errors import DatasetError, RecipeError
from hepml.networks.heads import LOSSES, set_target_scaling
from hepml.networks.keras_import import import_keras
from hepml.networks.lstm import LSTM, LstmOptions
from hepml.networks.network_model import build_model
from hepml.networks.pfn import PFN, PfnOptions
from hepml.networks.targets import targets_of
from hepml.tasks import TaskContext, build_task

keras = import_keras()
LENGTH = 7
ARRAYS = {
    "hits": ArraySpec((LENGTH, 2), role="sequence", features=("phi", "z"), moments_shape=(2,)),
    "hits_mask": ArraySpec((LENGTH,), dtype="bool", role="mask"),
}


def task(**options: Any) -> Any:
    return build_task("next_item", {"target": "hits", **options}, TaskContext((), ("hits",), ARRAYS))


def network(options: LstmOptions, **of_task: Any) -> Any:
    return build_model(ModelSpec("lstm", options, task(**of_task), ARRAYS, seed=3), LSTM)


def batch(n_items: list[int], *, seed: int = 1) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    mask = np.arange(LENGTH) < np.array(n_items)[:, None]
    return {"hits": rng.normal(size=(len(n_items), LENGTH, 2)).astype(np.float32), "hits_mask": mask}


def predicted(model: Any, inputs: dict[str, np.ndarray]) -> np.ndarray:
    return np.asarray(model(inputs, training=False)["next_item"])


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple"])
def test_an_output_knows_of_no_later_item(cell):
    model, inputs = network(LstmOptions(units=6, cell=cell, layers=2)), batch([7, 7, 5])
    found = predicted(model, inputs)
    assert found.shape == (3, LENGTH, 5)
    for item in range(1, LENGTH):
        changed = {"hits": inputs["hits"].copy(), "hits_mask": inputs["hits_mask"].copy()}
        changed["hits"][:, item:] += 3
        changed["hits_mask"][2, item:] = False
        other = predicted(model, changed)
        np.testing.assert_array_equal(other[:, :item], found[:, :item])
        assert np.abs(other[:2, item] - found[:2, item]).max() > 1e-4


def test_read_from_both_ends_it_knows_of_all():
    model, inputs = network(LstmOptions(units=6, bidirectional=True), ahead=0), batch([7])
    found = predicted(model, inputs)
    inputs["hits"][:, -1] += 3
    assert np.abs(predicted(model, inputs) - found)[0].max(axis=1).min() > 1e-6


@pytest.mark.parametrize("both", [False, True])
def test_padding_never_changes_an_output(both):
    options = LstmOptions(units=6, layers=2, bidirectional=both)
    model, inputs = network(options, ahead=0), batch([0, 3, 7, 5])
    found, mask = predicted(model, inputs), inputs["hits_mask"]
    for rubbish in (1e6, np.nan):
        inputs["hits"][~mask] = rubbish
        np.testing.assert_array_equal(predicted(model, inputs)[mask], found[mask])


def test_a_backbone_of_sets_has_none():
    with pytest.raises(RecipeError, match="one output per example and the task has one per item"):
        build_model(ModelSpec("pfn", PfnOptions(), task(), ARRAYS, seed=1), PFN)


def compared(inputs: dict[str, np.ndarray], n: int = 1, **options: Any) -> np.ndarray:
    examples = Batch(inputs, np.zeros(n, np.int32), np.ones(n), {}, np.arange(n))
    scaling = {"next_item": (np.array([1.0]), np.array([2.0]))} if options.pop("scaled", False) else {}
    return targets_of(task(**options), examples, scaling)["next_item"]


def test_targets_are_items_ahead():
    items = np.arange(14.0, dtype=np.float32).reshape(1, 7, 2)
    inputs = {"hits": items, "hits_mask": np.array([[True] * 5 + [False] * 2])}
    nan = np.nan
    np.testing.assert_array_equal(compared(inputs, features=["z"])[0, :, 0], [3, 5, 7, 9, nan, nan, nan])
    np.testing.assert_array_equal(compared(inputs, features=["z"], ahead=0)[0, :, 0], [1, 3, 5, 7, 9, nan, nan])
    np.testing.assert_array_equal(compared(inputs, ahead=2)[0, :3], [[4, 5], [6, 7], [8, 9]])
    scaled = compared(inputs, features=["z"], scaled=True)
    np.testing.assert_array_equal(scaled[0, :, 0], [1, 2, 3, 4, nan, nan, nan])


def test_an_array_without_items_is_a_target_as_it_is():
    image = np.arange(12.0).reshape(2, 2, 3, 1)
    output = OutputSpec("image", 1, "linear", "mse", "input:event/view0", leading=(2, 3))
    examples = Batch({"event_view0": image}, np.zeros(2, np.int32), np.ones(2), {}, np.arange(2))
    np.testing.assert_array_equal(targets_of(TaskSpec("reconstruction", (output,)), examples)["image"], image)


def test_a_missing_target_is_named():
    with pytest.raises(DatasetError, match="the target 'hits' is no array of the batch"):
        compared({"hit": np.zeros((1, 7, 2))})


def test_likelihood_of_a_normal_distribution():
    """Against scipy, whatever the free numbers are; an item with a missing feature does not count."""
    rng = np.random.default_rng(4)
    [output] = task().outputs
    logits = rng.normal(0, 1.5, (3, LENGTH, 5)).astype(np.float32)
    target = rng.normal(size=(3, LENGTH, 2)).astype(np.float32)
    wanted = np.empty((3, LENGTH))
    for place in np.ndindex(3, LENGTH):
        mean_a, mean_b, log_a, lower, log_b = logits[place].astype(np.float64)
        factor = np.array([[np.exp(log_a), 0], [lower, np.exp(log_b)]])
        wanted[place] = -multivariate_normal.logpdf(target[place], [mean_a, mean_b], factor @ factor.T)
    target[0, 2:, 0] = np.nan
    target[1] = np.nan
    found = np.asarray(LOSSES["gaussian_likelihood"](output, target, logits))
    np.testing.assert_allclose(found, [wanted[0, :2].mean(), 0, wanted[2].mean()], rtol=1e-4)


def test_covariance_in_the_units_of_the_target():
    """Positive definite also for extreme numbers; constants scale means and covariances."""
    model = network(LstmOptions(units=4))
    head = model.get_layer("next_item_logits")
    head.kernel.assign(np.zeros_like(head.kernel))
    head.bias.assign([0.5, -0.5, np.log(2), 3, 0])
    set_target_scaling(model, {"next_item": (np.array([10.0, 20.0]), np.array([1.0, 10.0]))})
    found = predicted(model, batch([7]))[0, 0]
    np.testing.assert_allclose(found, [10.5, 15, 4, 60, 1000], rtol=1e-6)  # L = [[2, 0], [3, 1]]
    head.bias.assign([0, 0, -12, 5, -3])
    phi, both, z = predicted(model, batch([7]))[0, 0, 2:].astype(np.float64)
    assert phi > 0
    assert phi * z > both**2 * (1 - 1e-6)


def test_crossentropy_by_hand():
    [output] = task(kind="pixels", places=3, feature="z").outputs
    logits = np.log(np.array([[[0.5, 0.25, 0.25], [0.2, 0.2, 0.6], [1, 1, 1]]] * 2, np.float32))
    target = np.array([[[1], [2], [np.nan]], [[np.nan], [7], [-1]]], np.float32)
    found = np.asarray(LOSSES["sparse_categorical_crossentropy"](output, target, logits))
    np.testing.assert_allclose(found, [-(np.log(0.25) + np.log(0.6)) / 2, 0], rtol=1e-6)
