"""Trees and linear models as ONNX graphs: one by hand, fitted ones on every kind of value that tables hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
from estimator_problems import ENERGY_GEV, SMALL, plan, regression, task
from memory_source import MemorySource

from hepml.contracts import ArraySpec, Exportable, ModelSpec
from hepml.errors import RunError
from hepml.estimators import ESTIMATORS, build_estimator, estimator_class
from hepml.estimators.decision_trees import DecisionTree, TreeEnsemble, typical_inputs
from hepml.estimators.tree_onnx import trees_as_onnx
from hepml.options import Options

N_CODES, NEVER_SEEN = 6, 4
ARRAYS = {
    "table": ArraySpec(
        (4,),
        role="table",
        features=("a", "b", "lepton", "n"),
        moments_shape=(4,),
        categories=(0, 0, N_CODES, 0),
        may_miss=(True, False, True, False),
    ),
    "image": ArraySpec((2, 2, 1), role="image", features=("pt",), moments_shape=(2, 2, 1)),
}
CLASSIFIERS = [name for name in sorted(ESTIMATORS) if "classification" in estimator_class(name).tasks]
FLAT = [name for name in CLASSIFIERS if set(ARRAYS) <= estimator_class(name).roles]
TASKS = {"two": task(2), "three": task(3), "number": regression()}


def _run(graph, inputs):
    onnx.checker.check_model(graph, full_check=True)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {value.name: inputs[value.name] for value in session.get_inputs()})[0]


# A threshold and a set of codes, both with missing values on the left: x ≤ 2 → 1; x > 2: code 1 or 3 → 20, else 300.
BY_HAND = DecisionTree(
    left=np.array([1, -1, 3, -1, -1]),
    right=np.array([2, -1, 4, -1, -1]),
    feature=np.array([0, 0, 1, 0, 0]),
    threshold=np.array([2.0, 0, 0, 0, 0]),
    missing_left=np.array([True, False, True, False, False]),
    value=np.array([0, 1.0, 0, 20.0, 300.0]),
    codes_left={2: frozenset({1, 3})},
)
NAN, INF = np.nan, np.inf
ROWS = [
    (2.0, 0, 1), (np.nextafter(2, 3, dtype=np.float32), 0, 300), (3, 1, 20), (3, 3, 20), (3, 2, 300), (NAN, 2, 1),
    (3, NAN, 20), (INF, 5, 300), (-INF, 5, 1), (3, 6, 20), (3, -1, 20), (3, 1.5, 20), (3, -0.0, 300),
]  # fmt: skip
"""x, code, what the tree gives; 6, −1 and 1.5 are no codes of six, which is the same as missing."""


def _spec(arrays, activation="linear", size=1):
    [output] = regression().outputs
    learnt = replace(regression(), outputs=(replace(output, activation=activation, size=size),))
    return ModelSpec("bdt", Options(), learnt, arrays, seed=1)


def _table(categories):
    return {"table": ArraySpec((2,), role="table", features=("x", "c"), categories=categories)}


def test_a_tree_by_hand():
    rows = np.array(ROWS, np.float32)
    ensemble = TreeEnsemble([BY_HAND, BY_HAND], [0, 0], np.array([0.5]))
    found = _run(trees_as_onnx(ensemble, _spec(_table((0, 6)))), {"table": rows[:, :2]})
    np.testing.assert_array_equal(found[:, 0], 2 * rows[:, 2] + 0.5)


def test_each_tree_adds_to_its_output():
    stump = DecisionTree(*(np.array([v]) for v in (-1, -1, 0)), np.zeros(1), np.zeros(1, bool), np.array([np.log(2)]))
    no_split = TreeEnsemble([stump, stump, stump], [0, 2, 2], np.zeros(3))
    found = _run(trees_as_onnx(no_split, _spec(_table(()), "softmax", 3)), {"table": np.zeros((2, 2), np.float32)})
    np.testing.assert_allclose(found, [[2 / 7, 1 / 7, 4 / 7]] * 2, rtol=1e-6)


def test_a_split_without_codes_on_its_left():
    tree = replace(BY_HAND, codes_left={2: frozenset()}, missing_left=np.zeros(5, bool))
    found = _run(trees_as_onnx(TreeEnsemble([tree], [0], np.zeros(1)), _spec(_table((0, 6)))), {
        "table": np.array([(3, 0), (3, 5), (3, NAN), (NAN, 3)], np.float32)
    })  # fmt: skip
    assert found[:, 0].tolist() == [300] * 4


def test_inputs_are_made_around_the_thresholds():
    other = replace(BY_HAND, threshold=np.array([6.0, 0, 0, 0, 0]))
    found = typical_inputs(TreeEnsemble([BY_HAND, other], [0, 0], np.zeros(1)), _table((0, 6)))["table"]
    assert (found.offset.tolist(), found.scale.tolist()) == ([4, 0], [2, 1])


def test_an_activation_without_operator_is_refused():
    with pytest.raises(
        RunError, match=r"the activation 'relu', and ONNX graphs .* have sigmoid, softmax, linear: apply"
    ):
        trees_as_onnx(TreeEnsemble([BY_HAND], [0], np.zeros(1)), _spec(_table((0, 6)), "relu"))


def _inputs(n, *, seed):
    rng = np.random.default_rng(seed)
    table = np.column_stack([*rng.normal(100, 30, (2, n)), rng.integers(0, N_CODES, n), rng.poisson(20, n)])
    table[rng.random(n) < 0.15, 0] = np.nan
    table[rng.random(n) < 0.15, 2] = np.nan
    return {"table": table.astype(np.float32), "image": rng.exponential(size=(n, 2, 2, 1)).astype(np.float32)}


def _part(n, *, seed):
    inputs = _inputs(n, seed=seed)
    table = inputs["table"]
    table[table[:, 2] == NEVER_SEEN, 2] = 0
    energy = np.nan_to_num(table[:, 0]) + 100 * np.isin(table[:, 2], (1, 5)) + 20 * inputs["image"][:, 0, 1, 0]
    energy += np.random.default_rng(seed).normal(0, 20, n)
    label = np.digitize(energy, np.quantile(energy, [0.3, 0.6]))
    return inputs, label, energy


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """Return a function that fits an estimator to a task, once."""
    made = {}

    def get(name, kind):
        if (name, kind) not in made:
            sources = []
            for seed in (1, 2):
                inputs, label, energy = _part(1500, seed=seed)
                label = np.minimum(label, 1) if kind == "two" else label
                sources.append(MemorySource(ARRAYS, inputs, label, spectators={ENERGY_GEV: energy}))
            estimator = build_estimator(name, SMALL[name], task=TASKS[kind], arrays=ARRAYS, seed=1)
            estimator.fit(*sources, plan(tmp_path_factory.mktemp(f"{name}_{kind}")))
            made[name, kind] = estimator
        return made[name, kind]

    return get


every = pytest.mark.parametrize("name", FLAT)


@every
@pytest.mark.parametrize("kind", TASKS)
def test_the_same_for_every_event(name, kind, fitted):
    estimator, inputs = fitted(name, kind), _inputs(3000, seed=3)
    inputs["table"][:20, 2] = [-1, N_CODES, 2.5, 300, -0.0] * 4  # no codes, and one
    assert isinstance(estimator, Exportable)
    [(output, wanted)] = estimator.predict(inputs).items()
    graph = estimator.as_onnx()
    assert [value.name for value in graph.graph.output] == [output]
    found = _run(graph, inputs)
    assert (found.dtype, found.shape) == (np.float32, wanted.shape)
    assert len(np.unique(wanted[:, 0])) > 1000
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6 * max(1, np.median(np.abs(wanted))))


def test_codes_that_are_read_as_numbers(tmp_path):
    """More categories than bins are split by thresholds, and what is no code is missing all the same."""
    parts = [_part(1500, seed=seed) for seed in (1, 2)]
    sources = [MemorySource(ARRAYS, inputs, np.minimum(label, 1)) for inputs, label, _ in parts]
    options = {**SMALL["bdt"], "max_bins": N_CODES - 1}
    estimator = build_estimator("bdt", options, task=TASKS["two"], arrays=ARRAYS, seed=1)
    estimator.fit(*sources, plan(tmp_path))
    inputs = _inputs(1000, seed=3)
    inputs["table"][:15, 2] = [-1, N_CODES, 2.5] * 5
    np.testing.assert_allclose(_run(estimator.as_onnx(), inputs), estimator.predict(inputs)["score"], atol=1e-6)


@pytest.mark.parametrize("name", ["bdt", "xgboost"])
def test_values_at_a_threshold_go_the_same_way(name, fitted):
    """What decides is ≤ in float64 for one library and < in float32 for the other."""
    estimator, inputs = fitted(name, "two"), _inputs(4000, seed=4)
    [trees] = [node for node in estimator.as_onnx().graph.node if node.op_type == "TreeEnsembleRegressor"]
    about = {attribute.name: attribute for attribute in trees.attribute}
    values = onnx.numpy_helper.to_array(about["nodes_values_as_tensor"].t)
    at = values[(np.array(about["nodes_featureids"].ints) == 1) & (values != 0)].astype(np.float32)
    assert len(at) > 15
    near = np.concatenate([at, np.nextafter(at, np.float32(np.inf)), np.nextafter(at, np.float32(-np.inf))])
    inputs["table"][: len(near), 1] = near
    if name == "bdt":  # XGBoost refuses infinity
        inputs["table"][-40:, :2] = np.array([np.inf, -np.inf])
    np.testing.assert_allclose(_run(estimator.as_onnx(), inputs), estimator.predict(inputs)["score"], rtol=0, atol=2e-6)


@every
def test_nothing_to_write_before_the_fit(name):
    estimator = build_estimator(name, SMALL[name], task=TASKS["two"], arrays=ARRAYS, seed=1)
    with pytest.raises(RunError, match="not fitted: call fit, or load a fitted run"):
        estimator.as_onnx()


@every
def test_synthetic_inputs_lie_where_the_training_did(name, fitted):
    typical = fitted(name, "two").typical_inputs
    assert typical["table"].offset[:2] == pytest.approx([100, 100], abs=30)
    assert typical["image"].offset.shape == (2, 2, 1)
    assert (typical["table"].scale > 0).all()
