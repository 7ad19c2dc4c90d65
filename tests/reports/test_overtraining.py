"""Train against test."""

from __future__ import annotations

import math

import pytest
from reports import toy_report

from hepml.contracts import Metric
from hepml.reports.overtraining import overtraining_table


def rows_of(run: str, in_sigma: float) -> list[Metric]:
    return [
        Metric("auc", 0.93, 0.002, "delong", run=run, class_="w", part="train"),
        Metric("auc", 0.90, 0.002, "delong", run=run, class_="w"),
        Metric("auc_gap", 0.03, 0.003, "delong", run=run, class_="w"),
        Metric("auc_gap_in_sigma", in_sigma, math.nan, "delong", run=run, class_="w"),
        Metric("ks_p_value", 0.25, 0.01, "permutation", run=run, class_="w"),
        Metric("ks_p_value", 0.001, 0.01, "permutation", run=run, class_="qcd"),
    ]


@pytest.mark.parametrize(
    ("in_sigma", "words", "tone"),
    [
        (10.6, "better on the events it was trained on, by 10.6σ", "bad"),
        (1.0, "no sign of overtraining in the AUC", ""),
        (-3.0, "no sign of overtraining in the AUC", ""),
        (math.nan, "–", ""),
    ],
)
def test_row(in_sigma, words, tone):
    """AUC of both parts, the gap, the p-values of all classes, and words."""
    table = overtraining_table(toy_report.content(rows_of("cnn", in_sigma)))
    (row,) = table.rows
    assert [cell.text for cell in row[:5]] == ["cnn", "w", "0.9300 ± 0.0020", "0.9000 ± 0.0020", "0.0300 ± 0.0030"]
    assert row[6].text == "w: 0.25; qcd: 0.001"
    assert (row[7].text, row[7].tone) == (words, tone)


@pytest.mark.parametrize(
    ("test", "words", "tone"),
    [
        (4.5, "better on the events it was trained on, by 10.0σ", "bad"),
        (4.05, "no sign of overtraining in the RMSE", ""),
        (3.0, "no sign of overtraining in the RMSE", ""),
    ],
)
def test_regression(test, words, tone):
    """RMSE of both parts with errors 0.03 and 0.04 add up to 0.05."""
    rows = [
        Metric("rmse", value, error, "", run="dnn", output="energy_gev", part=part)
        for part, value, error in (("train", 4.0, 0.03), ("test", test, 0.04))
    ]
    (row,) = overtraining_table(toy_report.content(rows)).rows
    assert [cell.text for cell in row[:3]] == ["dnn", "energy_gev", "4.000 ± 0.030"]
    assert (row[5].text, row[5].tone) == (words, tone)
    assert overtraining_table(toy_report.content(rows[1:])) is None


def test_without_training_part():
    """No table."""
    assert overtraining_table(toy_report.content([Metric("auc", 0.9, 0.002, "delong", run="cnn", class_="w")])) is None
