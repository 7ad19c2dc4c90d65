"""Comparisons in words."""

from __future__ import annotations

import math

import pytest
from reports import toy_report

from hepml.contracts import Metric
from hepml.reports.comparisons import Comparison, comparison_table, headlines, verdict

BASELINES = {"cnn": "bdt", "bdt": None}


def difference(value: float, error: float = 0.01, *, run: str = "cnn", against: str = "bdt", **changes: str) -> Metric:
    return Metric("delta_auc", value, error, "delong paired", run=run, against=against, class_="w", **changes)


def p_value(value: float, **changes: str) -> Metric:
    return Metric(
        "delta_auc_p_value", value, math.nan, "delong paired", run="cnn", against="bdt", class_="w", **changes
    )


@pytest.mark.parametrize(
    ("metric", "words", "tone"),
    [
        (difference(0.023), "cnn is better than bdt by 2.3σ", "good"),
        (difference(-0.031), "cnn loses to its baseline bdt by 3.1σ", "bad"),
        (difference(0.031, run="bdt", against="cnn"), "cnn loses to its baseline bdt by 3.1σ", "bad"),
        (difference(0.019), "no significant difference (1.9σ)", ""),
        (difference(0.0, 0.0), "no significant difference (0.0σ)", ""),
        (difference(math.nan, math.nan), "cannot be compared", ""),
        (difference(0.5, 0.0), "cannot be compared", ""),
        (difference(0.05, against="dnn"), "cnn is better than dnn by 5.0σ", ""),
        (difference(-0.05, against="dnn"), "dnn is better than cnn by 5.0σ", ""),
    ],
)
def test_verdicts(metric, words, tone):
    """Sides, size and the relation to the baseline."""
    cell = verdict(Comparison(metric, 0.5), BASELINES)
    assert (cell.text, cell.tone) == (words, tone)


def test_lower_is_better_for_losses_and_errors():
    """A smaller error wins."""
    metric = Metric("delta_angular_error", 0.05, 0.01, "", run="cnn", against="bdt")
    assert Comparison(metric, 0.0).winner == "bdt"


def test_a_regression_loses_to_its_baseline():
    """A larger RMSE is worse; each target is named, and the resolution stands in the table alone."""
    rows = [
        Metric(name, 0.4, 0.1, "", run="cnn", against="bdt", output=target)
        for target in ("energy_gev", "x_cm")
        for name in ("delta_rmse", "delta_resolution")
    ]
    rows.append(Metric("delta_rmse_p_value", 0.0001, math.nan, "", run="cnn", against="bdt", output="x_cm"))
    content = toy_report.content(rows)
    assert [line.text for line in headlines(content)] == [
        "ΔRMSE (energy_gev) of cnn against bdt: 0.40 ± 0.10, p = –: cnn loses to its baseline bdt by 4.0σ.",
        "ΔRMSE (x_cm) of cnn against bdt: 0.40 ± 0.10, p = 0.0001: cnn loses to its baseline bdt by 4.0σ.",
    ]
    assert len(comparison_table(content, windows=False).rows) == 4


def test_headline_has_the_numbers():
    """Figure, runs, difference, error, p and words; one sentence per pair."""
    content = toy_report.content([difference(0.023), p_value(0.0214), difference(0.05, selection="mass")])
    assert [line.text for line in headlines(content)] == [
        "ΔAUC (w) of cnn against bdt: 0.023 ± 0.010, p = 0.021: cnn is better than bdt by 2.3σ."
    ]


def test_median_speaks_up_where_it_disagrees():
    """A difference of averages that is not one of medians is told as both."""
    rows = [difference(0.023), difference(0.010, member="median"), p_value(0.3, member="median")]
    texts = [line.text for line in headlines(toy_report.content(rows))]
    assert len(texts) == 2
    assert texts[1] == (
        "ΔAUC (w) of cnn against bdt, median over members: 0.010 ± 0.010, p = 0.3: no significant difference (1.0σ)."
    )
    agreeing = [difference(0.023), difference(0.025, member="median")]
    assert len(headlines(toy_report.content(agreeing))) == 1


def test_table():
    """A row per comparison, with its own p-value; windows apart."""
    rows = [difference(0.023), p_value(0.0214), difference(0.001, selection="mass"), p_value(0.9, selection="mass")]
    content = toy_report.content(rows)
    everywhere, inside = (comparison_table(content, windows=windows) for windows in (False, True))
    assert [cell.text for cell in everywhere.rows[0]] == [
        "cnn − bdt",
        "all events",
        "average of members",
        "ΔAUC (w)",
        "0.023 ± 0.010",
        "0.021",
        "cnn is better than bdt by 2.3σ",
    ]
    assert [cell.text for cell in inside.rows[0]][1::4] == ["mass", "0.9"]
    assert comparison_table(toy_report.content([]), windows=False) is None
