"""Runs with several outputs: each is judged as by itself, and compared with runs that have it too."""

import numpy as np
import pytest

from hepml.contracts import Predictions
from hepml.evaluation import compare_runs, evaluate_predictions, leading_figures, prediction_histograms
from hepml.recipe import Evaluation
from hepml.tasks import TaskContext, build_task

CLASSES = ("nc", "numu", "nue")
CONTEXT = TaskContext(CLASSES)
OPTIONS = {"counts": {"n_pion": {"most": 1}}, "targets": {"energy_gev": {}}}
SETTINGS = Evaluation(permutations=20)
N = 300


def predictions(task, *, run="net", part="test", seed=1, noise=1.0):
    truth = np.random.default_rng(len(part))
    label = truth.integers(0, 3, N).astype(np.int32)
    energy, n_pion = truth.uniform(1, 5, N), truth.integers(0, 3, N).astype(float)
    n_pion[:5] = np.nan
    rng = np.random.default_rng(seed)
    scores = np.exp(2 * np.eye(3)[label] + noise * rng.normal(size=(N, 3)))
    pions = np.stack([n_pion < 1, n_pion >= 1], axis=1) * 0.4 + rng.random((N, 2)) * 0.6
    outputs = {
        "score": scores / scores.sum(axis=1, keepdims=True),
        "n_pion": pions / np.maximum(pions.sum(axis=1, keepdims=True), 1e-9),
        "energy_gev": (energy * rng.normal(1, 0.1 * noise, N))[:, None],
    }
    outputs = {output.name: outputs[output.name] for output in task.kept}
    spectators = {"energy_gev": energy, "n_pion": n_pion}
    return Predictions(run, part, task, outputs, label, np.ones(N), spectators, np.arange(N), {"seed1": outputs})


ALL = build_task("multitask", OPTIONS, CONTEXT)
FLAVOUR = build_task("classification", {}, CONTEXT)
ENERGY = build_task("regression", {"target": "energy_gev"}, CONTEXT)


def rows(metrics):
    return {(m.name, m.part, m.member, m.class_, m.output, m.selection): (m.value, m.error) for m in metrics}


def test_each_output_is_judged_as_by_itself():
    metrics, curves = evaluate_predictions({p: predictions(ALL, part=p) for p in ("test", "train")}, SETTINGS, seed=1)
    found = rows(metrics)
    for task in (FLAVOUR, ENERGY):
        alone, of_alone = evaluate_predictions(
            {p: predictions(task, part=p) for p in ("test", "train")}, SETTINGS, seed=1
        )
        for key, value in rows(alone).items():
            np.testing.assert_array_equal(found[key], value)
        assert {curve.name for curve in of_alone} <= {curve.name for curve in curves}


def test_of_a_count_there_is_the_accuracy_beside_that_of_the_most_frequent():
    """A third of the events has no pion; 5 are not known and do not count."""
    test = predictions(ALL)
    metrics, curves = evaluate_predictions({"test": test}, SETTINGS, seed=1)
    found = rows(metrics)
    known = np.isfinite(test.spectators["n_pion"])
    right = (test.outputs["n_pion"].argmax(axis=1) == (test.spectators["n_pion"] >= 1))[known]
    assert found["accuracy", "test", None, None, "n_pion", None][0] == pytest.approx(right.mean())
    most = np.mean(test.spectators["n_pion"][known] >= 1)
    assert found["majority_share", "test", None, None, "n_pion", None][0] == pytest.approx(most)
    matrices = [curve for curve in curves if curve.name == "confusion_matrix"]
    assert [curve.labels.get("output") for curve in matrices] == [None, "n_pion"]
    assert matrices[1].labels["classes"] == ["0", "1_or_more"]
    assert matrices[1].columns["sum_w"].sum() == N - 5


def test_runs_with_other_tasks_are_compared_in_what_both_do():
    several = predictions(ALL, seed=1)
    trees = predictions(FLAVOUR, run="trees", seed=2, noise=2.0)
    sums = predictions(ENERGY, run="sum", seed=3, noise=2.0)
    found = rows(compare_runs([several, trees, sums], SETTINGS))
    names = {(name, class_, output) for name, _, _, class_, output, _ in found if "p_value" not in name}
    assert {("delta_auc", name, None) for name in CLASSES} <= names
    assert ("delta_rmse", None, "energy_gev") in names
    alone = rows(compare_runs([predictions(FLAVOUR, seed=1), trees], SETTINGS))
    for key, value in alone.items():
        np.testing.assert_array_equal(found[key], value)


def test_the_leading_figures_are_those_of_label_and_numbers():
    figures = leading_figures(predictions(ALL))
    assert [(f.name, f.class_, f.output) for f in figures] == [
        *(("auc", name, None) for name in CLASSES),
        ("rmse", None, "energy_gev"),
    ]
    names = prediction_histograms(predictions(ALL))
    assert {"net/test/nc_score/numu"} <= set(names)
    assert any("energy_gev" in name for name in names)
