"""Figures of monitored maps on scores that can be counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepml.contracts import OutputSpec, Predictions, TaskSpec
from hepml.errors import RunError
from hepml.evaluation import compare_runs, evaluate_predictions
from hepml.evaluation.fault_rates import efficiency_at, false_alarm_rate_at, share_above, threshold_at
from hepml.recipe import Evaluation, Faults

TASK = TaskSpec("reconstruction", (OutputSpec("muon", 1, "linear", "poisson", "input:muon/counts"),))
EVALUATION = Evaluation(faults=Faults(file="truth.root", kinds={1: "dead_cell", 2: "weak_layer"}))


def predictions(part, scores, fault, *, run="pca", few=()):
    """Return scores of lumisections, of which every second has a tenth of the entries; faults have ten cells."""
    n, fault = len(scores), np.asarray(fault)
    scores = np.asarray(scores, float)[:, None]
    scores[list(few)] = np.nan
    entries = np.where(np.arange(n) % 2, 100.0, 1000.0)
    cells = np.where(fault > 0, 10.0, 0.0)
    return Predictions(
        run=run,
        part=part,
        task=TASK,
        outputs={"muon": scores},
        label=np.full(n, -1, np.int32),
        weight=np.ones(n),
        spectators={"run_number": np.arange(n) // 4, "muon_entries": entries, "muon_fault": fault},
        row=np.arange(n),
        members={"seed1": {"muon": scores}},
        targets={
            "muon_live": np.full(n, 100.0),
            "muon_injected": cells,
            "muon_marked": np.full(n, 8.0),
            "muon_found": np.minimum(cells, 6.0),
        },
    )


GOOD = np.arange(100.0)
TEST = [*range(100), 98.5, 200.0, 150.0, 50.0], [0] * 100 + [1, 1, 2, 2]


@pytest.fixture(scope="module")
def figures():
    parts = {"thresholds": predictions("thresholds", GOOD, [0] * 100), "test": predictions("test", *TEST)}
    metrics, curves = evaluate_predictions(parts, EVALUATION, seed=1)
    return {(m.name, m.class_, m.selection): m for m in metrics if m.member is None}, curves


def test_figures_are_those_of_each_kind_and_of_all(figures):
    found, _ = figures
    assert found["auc", "muon dead_cell", None].value == pytest.approx((99 + 100) / 200)
    assert found["auc", None, None].value == pytest.approx((99 + 100 + 100 + 50.5) / 400)
    assert found["false_alarm_rate_at_0.75", "muon weak_layer", None].value == 0.5  # half of the cut is at 50
    assert found["found_at_threshold", "muon weak_layer", None].value == 0.5
    assert 98 < found["threshold_at_0.01", None, None].value <= 99
    assert found["false_alarm_rate", None, None].value == pytest.approx(0.01)
    few = next(m for key, m in found.items() if key[0] == "false_alarm_rate" and key[2])
    assert few.value == pytest.approx(1 / 50)
    assert few.error > 0


def test_localisation_is_of_flagged_faults(figures):
    found, curves = figures
    assert found["cells_found", None, None].value == pytest.approx(0.6)
    assert found["cells_wrong", None, None].value == pytest.approx(0.25)
    assert {"fault_roc", "score_by_run", "score_by_entries", "fault_scores"} == {curve.name for curve in curves}


def test_lumisections_with_too_few_entries_do_not_count():
    metrics, _ = evaluate_predictions({"test": predictions("test", *TEST, few=[99])}, EVALUATION, seed=1)
    [auc] = [m for m in metrics if (m.name, m.class_, m.member) == ("auc", "muon dead_cell", None)]
    assert auc.value == 1.0
    assert auc.error > 0


def test_runs_are_compared_on_the_same_lumisections():
    one, other = predictions("test", *TEST), predictions("test", np.zeros(104), TEST[1], run="none")
    metrics = compare_runs([one, other], EVALUATION)
    found = {(m.name, m.class_): m.value for m in metrics if m.member is None}
    assert found["delta_auc", None] == pytest.approx(0.87375 - 0.5)
    assert found["delta_fault_auc", "muon dead_cell"] == pytest.approx(0.995 - 0.5)
    with pytest.raises(RunError, match="their faults differ"):
        compare_runs([one, predictions("test", TEST[0], [0] * 104, run="blind")], EVALUATION)


def test_rates_by_hand():
    bad = np.array([98.5, 120.0, 50.0, 99.5])
    assert false_alarm_rate_at(GOOD, bad, 0.75).value == 0.01
    assert false_alarm_rate_at(GOOD, bad, 1.0 - 1e-9).value == 0.5
    assert efficiency_at(GOOD, bad, 0.01).value == 0.75
    assert share_above(GOOD, 200).error == pytest.approx(math.sqrt(1 / 102 * 101 / 102 / 100))
    assert (threshold_at(GOOD, 0.05) <= GOOD).sum() == 5
    assert not share_above(np.zeros(0), 1.0).defined
