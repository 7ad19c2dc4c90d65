"""One signal among several classes: discriminants by hand, figures by background, errors against a toy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepml.contracts import Predictions
from hepml.errors import RecipeError
from hepml.evaluation import compare_runs, delta_log_rejection, evaluate_predictions, rank
from hepml.evaluation.discriminant import background_shares, log_ratio
from hepml.evaluation.log_rejection import log_efficiency
from hepml.recipe import Evaluation
from hepml.tasks import TaskContext, build_task

CLASSES = ("b", "c", "light")
TASK = build_task("classification", {"signal": "b"}, TaskContext(CLASSES))


def events(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return labels, and one number that is 2 for b, 1 for c and 0 for light, with noise 1."""
    label = rng.integers(0, 3, n)
    return label, rng.normal(size=n) + (2 - label)


def probabilities(x: np.ndarray) -> np.ndarray:
    density = np.exp(-0.5 * (x[:, None] - [2.0, 1.0, 0.0]) ** 2)
    return density / density.sum(axis=1, keepdims=True)


def predictions(run: str, label: np.ndarray, score: np.ndarray) -> Predictions:
    n = len(label)
    pt = {"jet_pt_gev": np.linspace(20, 200, n)}
    return Predictions(run, "test", TASK, {"score": score}, label.astype(np.int32), np.ones(n), pt, np.arange(n))


def test_shares_are_normalised_and_equal_where_none_are_given():
    assert background_shares(TASK, {}).tolist() == [0, 0.5, 0.5]
    assert background_shares(TASK, {"light": 3.0, "c": 1.0}).tolist() == [0, 0.25, 0.75]
    with pytest.raises(RecipeError, match="'b' is no background"):
        background_shares(TASK, {"b": 1.0})


def test_equal_shares_order_events_as_the_probability_does():
    score = np.random.default_rng(1).dirichlet([1, 1, 1], 200)
    ratio = log_ratio(score, 0, background_shares(TASK, {}))
    np.testing.assert_array_equal(np.argsort(ratio), np.argsort(score[:, 0]))
    assert np.isfinite(log_ratio([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]], 0, [0, 0.5, 0.5])).all()


def test_each_background_has_figures_and_a_curve_of_its_own():
    label, x = events(3000, np.random.default_rng(1))
    evaluation = Evaluation(signal_efficiencies=[0.77], background_shares={"c": 0.1, "light": 0.9})
    metrics, curves = evaluate_predictions({"test": predictions("net", label, probabilities(x))}, evaluation, seed=1)
    auc = {metric.background: metric for metric in metrics if (metric.name, metric.class_) == ("auc", "b")}
    assert set(auc) == {None, "c", "light"}
    for background, distance in (("c", 1.0), ("light", 2.0)):  # the ratio rises with x: AUC = Φ(distance/√2)
        wanted = 0.5 * (1 + math.erf(distance / 2))
        assert abs(auc[background].value - wanted) < 3 * auc[background].error
    cut = np.quantile(x[label == 0], 0.23)
    rejection = {m.background: m.value for m in metrics if m.name == "rejection_at_0.77" and m.class_ == "b"}
    assert rejection["light"] == pytest.approx(1 / np.mean(x[label == 2] > cut), rel=0.05)
    of_b = [curve.labels.get("background") for curve in curves if curve.name == "roc" and curve.class_ == "b"]
    assert of_b == ["c", "light", None]
    signals = {curve.labels["signal"] for curve in curves if curve.name == "efficiency"}
    assert signals == {"b"}


def test_without_a_named_signal_there_is_no_background():
    label, x = events(600, np.random.default_rng(1))
    task = build_task("classification", {}, TaskContext(CLASSES))
    unnamed = Predictions("net", "test", task, {"score": probabilities(x)}, label.astype(np.int32), *_rest(600))
    metrics, _ = evaluate_predictions({"test": unnamed}, Evaluation(), seed=1)
    assert {metric.background for metric in metrics} == {None}


def _rest(n: int) -> tuple[np.ndarray, dict, np.ndarray]:
    return np.ones(n), {}, np.arange(n)


def test_runs_are_compared_against_each_background():
    rng = np.random.default_rng(2)
    label, x = events(3000, rng)
    worse = probabilities(x + rng.normal(size=len(x)))
    pair = [predictions("good", label, probabilities(x)), predictions("worse", label, worse)]
    found = {
        (m.name, m.background): m
        for m in compare_runs(pair, Evaluation(signal_efficiencies=[0.77]))
        if m.background and not m.name.endswith("_p_value")
    }
    assert set(found) == {
        (name, background) for name in ("delta_auc", "delta_log_rejection_at_0.77") for background in ("c", "light")
    }
    assert all(metric.value > 3 * metric.error > 0 for metric in found.values())
    assert {(metric.run, metric.against, metric.class_) for metric in found.values()} == {("good", "worse", "b")}


def test_a_log_rejection_is_that_of_the_events_that_pass():
    truth, score = [1, 1, 1, 1, 0, 0, 0, 0], [0.9, 0.8, 0.7, 0.1, 0.95, 0.3, 0.2, 0.0]
    assert log_efficiency(rank(truth, score), 0.625).value == pytest.approx(math.log(0.25))
    none = log_efficiency(rank([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1]), 0.5)
    assert math.isnan(none.value)


def test_equal_scores_have_no_difference():
    truth, score = np.random.default_rng(1).integers(0, 2, 300), np.random.default_rng(2).normal(size=300)
    found = delta_log_rejection(truth, score, 2 * score, 0.5)
    assert (found.value, found.error) == (0.0, pytest.approx(0.0, abs=1e-12))


def test_the_paired_error_is_the_spread_over_samples():
    """Two scores that share most of their noise, 200 times."""
    rng, values, errors = np.random.default_rng(3), [], []
    for _ in range(200):
        truth = np.arange(1500) < 500
        shared = rng.normal(size=1500) + 1.5 * truth
        one, other = (shared + 0.4 * rng.normal(size=1500) for _ in range(2))
        found = delta_log_rejection(truth, one, other, 0.77)
        values.append(found.value)
        errors.append(found.error)
    assert np.std(values) == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=0.15)
    assert abs(np.mean(values)) < 4 * np.std(values) / 200**0.5
