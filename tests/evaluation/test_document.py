"""``metrics.json``: what is written reads back."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from evaluation.toy_scores import jets

from hepml.contracts import Curve, Metric
from hepml.errors import InputError
from hepml.evaluation import (
    EvaluationDocument,
    compare_runs,
    document_from_json,
    document_to_json,
    evaluate_predictions,
)
from hepml.recipe import Evaluation

AUC = Metric("auc", 0.1 + 0.2, 0.0024, "delong", run="cnn", class_="w")
NO_REJECTION = Metric(
    "rejection_at_0.5", math.nan, math.nan, "undefined: no background passes", run="cnn", member="seed1"
)
ROC = Curve("roc", {"rejection": np.array([10.0, np.nan]), "threshold": np.array([0.1, np.inf])}, "cnn", class_="w")
SMALL = EvaluationDocument("classification", "ab12", ("cnn", "bdt"), (AUC, NO_REJECTION), (ROC,))


def test_rows_are_tidy():
    """The fields are those of the format, in every row, and what is undefined is null."""
    values = json.loads(document_to_json(SMALL))
    assert list(values) == ["format", "task", "dataset", "runs", "metrics", "curves"]
    assert (values["format"], values["task"], values["dataset"]) == (1, "classification", "ab12")
    assert values["runs"] == ["cnn", "bdt"]
    assert values["metrics"][0] == {
        "run": "cnn", "member": None, "against": None, "name": "auc", "value": 0.1 + 0.2, "error": 0.0024,
        "method": "delong", "output": None, "class": "w", "background": None,
        "part": "test", "weights": "physics", "selection": None,
    }  # fmt: skip
    assert values["metrics"][1]["value"] is None
    assert values["metrics"][0].keys() == values["metrics"][1].keys()
    assert values["curves"]["roc"][0]["columns"] == {"rejection": [10.0, None], "threshold": [0.1, None]}


def test_one_line_per_row():
    text = document_to_json(SMALL)
    assert "NaN" not in text
    assert "Infinity" not in text
    assert sum('"name": "auc"' in line for line in text.splitlines()) == 1
    assert text.endswith("}\n")


def test_labels_that_json_has_not_are_null():
    labels = {"best_threshold": math.nan, "sign": [1, -1], "nested": {"auc": [0.5, math.inf]}}
    curve = Curve("significance", {}, "cnn", labels=labels)
    [again] = document_from_json(document_to_json(EvaluationDocument("", "", (), (), (curve,)))).curves
    assert again.labels == {"best_threshold": None, "sign": [1, -1], "nested": {"auc": [0.5, None]}}


def test_nothing_to_write_is_valid_too():
    empty = EvaluationDocument("classification", "", (), (), ())
    assert document_from_json(document_to_json(empty)) == empty


def test_a_whole_evaluation_reads_back_exactly():
    rng = np.random.default_rng(1)
    parts = {part: jets(rng, part=part, weights="gamma") for part in ("train", "test")}
    evaluation = Evaluation(windows={"none": {"jet_mass_gev": (0.0, 1.0)}})
    metrics, curves = evaluate_predictions(parts, evaluation, seed=1)
    metrics += compare_runs([parts["test"], parts["test"]])
    document = EvaluationDocument("classification", "ab12", ("cnn",), tuple(metrics), tuple(curves))
    again = document_from_json(document_to_json(document))
    assert repr(again.metrics) == repr(document.metrics)  # repr, because NaN is not equal to itself
    for one, other in zip(
        sorted(curves, key=lambda c: c.name), sorted(again.curves, key=lambda c: c.name), strict=True
    ):
        assert (one.name, one.run, one.member, one.class_, one.part) == (
            other.name, other.run, other.member, other.class_, other.part,
        )  # fmt: skip
        assert one.labels == other.labels
        assert list(one.columns) == list(other.columns)
        for name, column in one.columns.items():
            np.testing.assert_array_equal(other.columns[name], column)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<html>", "not valid JSON"),
        ("[]", "found None"),
        ('{"format": 2}', 'has "format": 1, found 2'),
        ('{"format": 1, "task": "classification"}', "KeyError: 'dataset'"),
        (document_to_json(SMALL).replace('"method"', '"methods"'), "KeyError: 'method'"),
        (document_to_json(SMALL)[:200], "not valid JSON"),
    ],
)
def test_other_text_is_refused_by_name(text, message):
    with pytest.raises(InputError, match=r"out/metrics\.json: ") as caught:
        document_from_json(text, source="out/metrics.json")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
