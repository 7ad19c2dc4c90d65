"""Heat maps of models whose slopes are known: linear ones, a product, and a root."""

from __future__ import annotations

import math

import numpy as np
import pytest
from estimator_problems import VIEWS, examples, new, plan, problem, regression, task

from hepml.contracts import ArraySpec, FittedModel
from hepml.errors import RecipeError, RunError, ShapeError
from hepml.explain import (
    explained_model,
    explained_names,
    explained_network,
    explained_values,
    input_gradients,
    integrated_gradients,
    mean_heat_map,
    occlusion,
)
from hepml.networks.keras_import import import_keras

ARRAYS = {name: ArraySpec((4, 3, 2), role="image") for name in ("x", "y")}
WEIGHTS = np.random.default_rng(1).normal(size=(2, 4, 3, 2)).astype(np.float32)


def linear(n_classes=2):
    """Return logits w·(x, y) + 0.5, with two classes of one score, else the class times that."""
    keras = import_keras()
    inputs = {name: keras.Input(spec.shape, name=name) for name, spec in ARRAYS.items()}
    flat = keras.layers.Concatenate()([keras.layers.Flatten()(view) for view in inputs.values()])
    size = 1 if n_classes == 2 else n_classes
    logits = keras.layers.Dense(size, name="score_logits")(flat)
    output = keras.layers.Activation("sigmoid" if size == 1 else "softmax", name="score")(logits)
    model = keras.Model(inputs, {"score": output})
    kernel = WEIGHTS.reshape(-1, 1) * (np.ones(1) if size == 1 else np.arange(size))
    model.get_layer("score_logits").set_weights([kernel, np.full(size, 0.5)])
    return model


def events(n=3):
    rng = np.random.default_rng(2)
    shape = (n, 4, 3, 2)
    return {name: (rng.random(shape) * (rng.random(shape) < 0.5)).astype(np.float32) for name in ARRAYS}


def added(inputs):
    """Return what each pixel adds to the logit of the linear model."""
    return {name: (inputs[name] * w).sum(axis=-1) for name, w in zip(ARRAYS, WEIGHTS, strict=True)}


def test_slopes_of_a_linear_network_are_its_weights():
    """Of two classes with one score, those of the other class are the negative ones."""
    explained = explained_network(linear(), task())
    assert explained.names == ("a", "b")
    signal, other, _ = input_gradients(explained, events(), ARRAYS, np.array([0, 1, 0]))
    for name, w in zip(ARRAYS, WEIGHTS, strict=True):
        np.testing.assert_allclose(signal.views[name], w.sum(axis=-1), rtol=1e-5)
        np.testing.assert_allclose(other.views[name], -w.sum(axis=-1), rtol=1e-5)
    assert (signal.method, signal.of, other.of) == ("input_gradients", "a", "b")
    assert signal.value_empty == pytest.approx(0.5)
    assert other.value_empty == pytest.approx(-0.5)


@pytest.mark.parametrize("method", [integrated_gradients, occlusion])
def test_what_a_pixel_adds_to_a_sum(method):
    """In an additive model both methods show each pixel's own part, and all parts together are the logit."""
    options = {"steps": 1} if method is integrated_gradients else {"patch": 1}
    inputs = events()
    maps = method(explained_network(linear(), task()), inputs, ARRAYS, np.zeros(3, np.int64), **options)
    for i, heat_map in enumerate(maps):
        for name, part in added(inputs).items():
            np.testing.assert_allclose(heat_map.views[name], part[i], atol=2e-6)
        expected = sum(float(part[i].sum()) for part in added(inputs).values())
        assert heat_map.total == pytest.approx(expected, abs=1e-5)
        assert heat_map.value - heat_map.value_empty == pytest.approx(expected, abs=1e-5)
        assert heat_map.residual == pytest.approx(0, abs=1e-5)


def test_a_softmax_is_explained_by_what_its_probability_follows_from():
    """With z = (0, s, 2s) + 0.5 the logit of the last class is 2s − ln(1 + eˢ), of slope 2 − p(s) in s."""
    inputs = events()
    s = sum(part.sum(axis=(1, 2)) for part in added(inputs).values())
    explained = explained_network(linear(3), task(3))
    np.testing.assert_allclose(explained.values(inputs)[:, 2], 2 * s - np.log1p(np.exp(s)), atol=1e-5)
    maps = input_gradients(explained, inputs, ARRAYS, np.full(3, 2))
    for i, heat_map in enumerate(maps):
        slope = 2 - 1 / (1 + math.exp(-s[i]))
        np.testing.assert_allclose(heat_map.views["x"], slope * WEIGHTS[0].sum(axis=-1), rtol=1e-4)


def test_logits_from_probabilities_are_those_of_the_network():
    """Trees and ONNX graphs give probabilities alone; what is 1 after rounding is 16."""
    for n_classes in (2, 3):
        model, learnt = linear(n_classes), task(n_classes)
        outputs = {"score": np.asarray(model(events())["score"])}
        expected = explained_network(model, learnt).values(events())
        np.testing.assert_allclose(explained_values(learnt, outputs), expected, atol=1e-4)
    assert explained_values(task(), {"score": np.array([[1.0]])})[0, 0] == pytest.approx(15.94, abs=0.01)


def test_squares_that_overlap_share_what_they_cover():
    """One pixel of weight 1 in a row of 3, squares of 2 from every pixel: 1/2 and, at the end, 1 for one pixel."""
    arrays = {"x": ArraySpec((1, 3, 1), role="image")}

    class Sum(FittedModel):
        def predict(self, inputs):
            return {"energy_gev": inputs["x"].reshape(len(inputs["x"]), -1).sum(axis=1, keepdims=True)}

    explained = explained_model(Sum(), regression())
    assert explained.names == ("energy_gev",)
    inputs = {"x": np.array([0.0, 0.0, 1.0], np.float32).reshape(1, 1, 3, 1)}
    [heat_map] = occlusion(explained, inputs, arrays, np.zeros(1, np.int64), patch=2, stride=1)
    np.testing.assert_allclose(heat_map.views["x"], [[0.0, 0.5 / 2, (0.5 + 1.0) / 2]])
    with pytest.raises(RunError, match="has no slopes: use occlusion"):
        input_gradients(explained, inputs, arrays, np.zeros(1, np.int64))
    for patch, stride in ((2, 3), (0, 0)):
        with pytest.raises(RecipeError, match="do not cover a view: give 1 ≤ stride ≤ patch"):
            occlusion(explained, inputs, arrays, np.zeros(1, np.int64), patch=patch, stride=stride)


@pytest.mark.parametrize(("name", "options"), [("cvn", {}), ("cnn", {"compress": "root"})])
def test_integrated_gradients_are_complete(name, options, tmp_path):
    """All pixels together are the logit less that of empty maps, also through roots, normalisation and pooling."""
    network, asked = new(name, options=options), problem(name)
    network.fit(asked.train, asked.validation, plan(tmp_path))
    explained = explained_model(network, network.spec.task)
    inputs, _ = examples(name, 6, seed=5)
    maps = integrated_gradients(explained, inputs, network.spec.arrays, np.zeros(6, np.int64), steps=128)
    for heat_map in maps:
        assert abs(heat_map.residual) < 0.02 * max(abs(heat_map.value - heat_map.value_empty), 1.0)
    rough = integrated_gradients(explained, inputs, network.spec.arrays, np.zeros(6, np.int64), steps=2)
    assert sum(abs(m.residual) for m in rough) > 3 * sum(abs(m.residual) for m in maps)


def test_a_regression_is_explained_in_its_unit():
    network = new("resnet", learns=regression())
    assert explained_names(network.spec.task) == ("energy_gev",)
    inputs, _ = examples("resnet", 2, seed=5)
    [first, _] = occlusion(explained_model(network, network.spec.task), inputs, VIEWS, np.zeros(2, np.int64))
    assert first.value == pytest.approx(float(network.predict(inputs)["energy_gev"][0, 0]), rel=1e-5)


def test_events_are_cut_into_pieces_without_a_trace():
    """300 events, more than are given to a network at once, are as each of them alone."""
    explained, inputs, which = explained_network(linear(3), task(3)), events(300), np.arange(300) % 3
    for method in (input_gradients, integrated_gradients, occlusion):
        options = {"steps": 2} if method is integrated_gradients else {}
        many = method(explained, inputs, ARRAYS, which, **options)
        alone = method(explained, {name: array[299:] for name, array in inputs.items()}, ARRAYS, which[299:], **options)
        np.testing.assert_allclose(many[299].views["y"], alone[0].views["y"], atol=1e-5)
        assert many[299].of == alone[0].of == "c"
        assert method(explained, events(0), ARRAYS, which[:0], **options) == []


def test_a_mean_of_maps():
    explained = explained_network(linear(), task())
    signal, other, again = input_gradients(explained, events(), ARRAYS, np.array([0, 1, 0]))
    mean = mean_heat_map([signal, again])
    np.testing.assert_allclose(mean.views["x"], (signal.views["x"] + again.views["x"]) / 2)
    assert mean.value == pytest.approx((signal.value + again.value) / 2)
    with pytest.raises(ShapeError, match=r"found .*gradients of a.*gradients of b"):
        mean_heat_map([signal, other])


def test_inputs_that_do_not_fit():
    explained = explained_network(linear(), task())
    with pytest.raises(ShapeError, match="a heat map needs images among arrays of shapes"):
        occlusion(explained, {"x": events()["x"]}, ARRAYS, np.zeros(3, np.int64))
    with pytest.raises(RecipeError, match="one step or more, found 0"):
        integrated_gradients(explained, events(), ARRAYS, np.zeros(3, np.int64), steps=0)
