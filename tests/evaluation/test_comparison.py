"""Runs compared on the same events."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from evaluation.toy_scores import find, jets, predictions

from hepml.errors import RunError
from hepml.evaluation import accuracy_score, compare_runs, delta_auc
from hepml.recipe import Evaluation
from hepml.tasks import TaskContext, build_task


def _pair(weights="none"):
    """Two runs on the same 600 jets; the second sees another noise."""
    cnn = jets(np.random.default_rng(1), weights=weights)
    other = jets(np.random.default_rng(2), shift=0.7)
    return cnn, replace(cnn, run="bdt", outputs=other.outputs, members=other.members)


def _column(values):
    return values["score"][:, 0]


@pytest.mark.parametrize("weights", ["none", "negative"])
def test_average_is_the_paired_difference(weights):
    cnn, bdt = _pair(weights)
    expected = delta_auc(cnn.label == 0, _column(cnn.outputs), _column(bdt.outputs), sample_weight=cnn.weight)
    metrics = compare_runs([cnn, bdt])
    delta, p_value = find(metrics, "delta_auc"), find(metrics, "delta_auc_p_value")
    assert (delta.value, delta.error) == (expected.estimate.value, expected.estimate.error)
    assert p_value.value == expected.p_value
    assert (delta.run, delta.against, delta.class_, delta.part) == ("cnn", "bdt", "w", "test")


def test_accuracies_are_compared_event_by_event():
    """Of 8 events both are right in 4, the first alone in 3, the other alone in 1: δ = 2/8, and its error by hand."""
    label = np.array([0, 0, 1, 1, 2, 2, 2, 2])
    first, second = np.eye(3)[[0, 0, 1, 1, 2, 2, 2, 0]], np.eye(3)[[0, 0, 1, 1, 0, 0, 1, 2]]
    runs = [
        predictions(label, scores, run=run, classes=("w", "qcd", "top"), signal=None)
        for run, scores in (("cnn", first), ("bdt", second))
    ]
    metrics = compare_runs(runs)
    delta = find(metrics, "delta_accuracy")
    assert (delta.run, delta.against, delta.class_, delta.method) == ("cnn", "bdt", None, "paired")
    assert delta.value == 0.25
    assert delta.error == pytest.approx(np.sqrt(3 * 0.75**2 + 1.25**2 + 4 * 0.25**2) / 8)
    assert find(metrics, "delta_accuracy_p_value").value == pytest.approx(math.erfc(0.25 / delta.error / np.sqrt(2)))


def test_the_difference_is_that_of_both_accuracies():
    cnn, bdt = _pair("gamma")
    metrics = compare_runs([cnn, bdt], Evaluation(windows={"empty": {"jet_mass_gev": (0.0, 1.0)}}))
    accuracy = {
        run.run: accuracy_score(run.label == 0, _column(run.outputs) >= 0.5, sample_weight=run.weight).value
        for run in (cnn, bdt)
    }
    delta = find(metrics, "delta_accuracy")
    assert delta.value == pytest.approx(accuracy["cnn"] - accuracy["bdt"])
    assert find(metrics, "delta_accuracy", member="median").method == "paired, median of 3 × 3 seeds"
    nothing = find(metrics, "delta_accuracy", selection="empty: 0 <= jet_mass_gev < 1")
    assert math.isnan(nothing.value)


def test_median_over_all_pairs_of_seeds():
    cnn, bdt = _pair()
    pairs = [
        delta_auc(cnn.label == 0, _column(one), _column(other)).estimate
        for one in cnn.members.values()
        for other in bdt.members.values()
    ]
    median = find(compare_runs([cnn, bdt]), "delta_auc", member="median")
    assert median.value == np.median([pair.value for pair in pairs])
    assert median.error == np.median([pair.error for pair in pairs])
    assert median.method == "delong paired, median of 3 × 3 seeds"


def test_every_pair_of_runs_in_the_order_given():
    cnn, bdt = _pair()
    metrics = compare_runs([cnn, bdt, replace(bdt, run="dnn")])
    deltas = [m for m in metrics if m.name == "delta_auc" and m.member is None]
    assert [(m.run, m.against) for m in deltas] == [("cnn", "bdt"), ("cnn", "dnn"), ("bdt", "dnn")]
    assert (deltas[2].value, deltas[2].error) == (0.0, 0.0)
    assert find(metrics, "delta_auc_p_value", run="bdt", against="dnn").value == 1.0


def test_fewer_than_two_runs_have_nothing_to_compare():
    assert compare_runs([]) == compare_runs([_pair()[0]]) == []


def test_one_seed_each_has_no_median():
    cnn, bdt = (replace(run, members={"seed1": run.members["seed1"]}) for run in _pair())
    assert {m.member for m in compare_runs([cnn, bdt])} == {None}


def test_windows_and_weightings():
    evaluation = Evaluation(windows={"w_mass": {"jet_mass_gev": (65.0, 95.0)}, "empty": {"jet_mass_gev": (0.0, 1.0)}})
    cnn, bdt = _pair("gamma")
    metrics = compare_runs([cnn, bdt], evaluation)
    inside = (cnn.spectators["jet_mass_gev"] >= 65) & (cnn.spectators["jet_mass_gev"] < 95)
    expected = delta_auc(
        cnn.label[inside] == 0, _column(cnn.outputs)[inside], _column(bdt.outputs)[inside],
        sample_weight=cnn.weight[inside],
    )  # fmt: skip
    assert find(metrics, "delta_auc", selection="w_mass: 65 <= jet_mass_gev < 95").value == expected.estimate.value
    assert find(metrics, "delta_auc", weights="none").value != find(metrics, "delta_auc").value
    nothing = find(metrics, "delta_auc", selection="empty: 0 <= jet_mass_gev < 1")
    assert math.isnan(nothing.value)
    assert nothing.method == "undefined: there are no w events"


def test_many_classes_are_compared_one_by_one():
    label, rng = np.arange(90) % 3, np.random.default_rng(5)
    runs = [
        predictions(label, rng.dirichlet([1, 1, 1], size=90), run=run, classes=("w", "qcd", "top"), signal=None)
        for run in ("cnn", "bdt")
    ]
    deltas = [m for m in compare_runs(runs) if m.name == "delta_auc"]
    assert [m.class_ for m in deltas] == ["w", "qcd", "top"]
    expected = delta_auc(label == 2, runs[0].outputs["score"][:, 2], runs[1].outputs["score"][:, 2])
    assert deltas[2].value == expected.estimate.value


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"row": np.arange(1, 601)}, "their rows differ"),
        ({"label": 1 - np.arange(600, dtype=np.int32) % 2}, "their labels differ"),
        ({"weight": np.full(600, 2.0)}, "their weights differ"),
        ({"part": "validation"}, "their parts differ"),
        ({"part": "validation", "row": np.arange(1, 601)}, "their parts and rows differ"),
    ],
)
def test_other_events_are_refused(changes, what):
    cnn, bdt = _pair()
    with pytest.raises(RunError, match=f"'cnn' and 'bdt' can only be compared on the same events, but {what}"):
        compare_runs([cnn, replace(bdt, **changes)])


def test_other_classes_or_tasks_are_refused():
    cnn, bdt = _pair()
    with pytest.raises(RunError, match="their classes differ"):
        compare_runs([cnn, replace(bdt, task=replace(bdt.task, signal="qcd"))])
    energy = build_task("regression", {"target": "energy_gev"}, TaskContext(("w", "qcd")))
    other = replace(bdt, task=energy, outputs={"energy_gev": np.ones((bdt.n, 1))}, members={})
    with pytest.raises(RunError, match=r"different tasks cannot be compared, their outputs are "):
        compare_runs([cnn, other])
