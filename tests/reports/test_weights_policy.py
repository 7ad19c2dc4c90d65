"""Weights in words."""

from __future__ import annotations

from hepml.contracts.report import RunSummary
from hepml.reports.weights_policy import weights_in_words


def run(name: str, **weights: object) -> RunSummary:
    return RunSummary(name, "cnn", recipe={"weights": weights})


def test_runs_that_agree_share_a_sentence():
    """One sentence about evaluation, one per policy of training, one about the luminosity."""
    reweight = {"columns": {"jet_pt_gev": [250, 300]}, "to": "flat"}
    runs = [
        run("a", negative="drop", balance="none", luminosity=100.0),
        run("b", negative="drop", balance="none", luminosity=100.0),
        run("c", negative="keep", balance="classes", luminosity=None, reweight=reweight),
        RunSummary("d", "cnn"),
        run("e", training="none"),
    ]
    assert weights_in_words(runs) == [
        "Evaluation uses the physics weights with their sign.",
        "Training of a, b: examples with a negative weight are left out; classes keep their Σw.",
        "Training of c: negative weights are kept as they are; every class has the same Σw; "
        "reweighted in jet_pt_gev to a flat distribution.",
        "Training of e: each example counts once; negative weights are kept as they are; every class has the same Σw.",
        "Inputs with a cross-section are scaled to 100/pb.",
    ]
