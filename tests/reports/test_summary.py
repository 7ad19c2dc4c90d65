"""The table of figures of merit."""

from __future__ import annotations

import math
from dataclasses import replace

from reports import toy_report

from hepml.contracts import Metric
from hepml.reports.summary import further_table, summary_table, unweighted_table, window_tables


def auc(run: str, value: float, *, class_: str | None = "w", name: str = "auc", **changes: str) -> Metric:
    return Metric(name, value, 0.002, changes.pop("method", "delong"), run=run, class_=class_, **changes)


def texts(table):
    return [[cell.text for cell in row] for row in table.rows]


def test_rows_and_columns():
    """Average and median per run; what belongs to no class stands beside the only class."""
    rows = [
        auc("cnn", 0.9),
        auc("cnn", 0.8, class_=None, name="accuracy"),
        auc("cnn", 0.89, member="median"),
        auc("cnn", 0.5, member="seed1"),
        auc("cnn", 0.95, part="train"),
        auc("cnn", 0.6, selection="mass"),
        auc("cnn", 0.7, weights="none"),
        auc("bdt", 0.88),
    ]
    table = summary_table(toy_report.content(rows))
    assert table.header == ("Run", "Scores", "AUC", "Accuracy", "Parameters", "Training time")
    assert texts(table) == [
        ["cnn", "average of 3", "0.9000 ± 0.0020", "0.8000 ± 0.0020", "31\u202f201", "6.9 min"],
        ["cnn", "median of 3", "0.8900 ± 0.0020", "–", "31\u202f201", "6.9 min"],
        ["bdt", "average of 3", "0.8800 ± 0.0020", "–", "6\u202f200", "4.2 s"],
    ]
    assert table.numeric == {2, 3, 4, 5}


def test_several_classes_have_a_row_each():
    """Each class against the rest, and a row for what concerns all."""
    rows = [auc("cnn", 0.9), auc("cnn", 0.8, class_="qcd"), auc("cnn", 0.7, class_=None, name="accuracy")]
    table = summary_table(toy_report.content(rows))
    assert [row[:2] for row in texts(table)] == [["cnn", "w"], ["cnn", "qcd"], ["cnn", "all"]]
    assert [row[3:5] for row in texts(table)] == [
        ["0.9000 ± 0.0020", "–"],
        ["0.8000 ± 0.0020", "–"],
        ["–", "0.7000 ± 0.0020"],
    ]


def test_undefined_figures_are_explained():
    """A missing number has its reason in the note."""
    rows = [replace(auc("cnn", math.nan, method="undefined: there are no qcd events"), error=math.nan)]
    table = summary_table(toy_report.content(rows))
    assert texts(table)[0][2] == "–"
    assert "cnn: AUC is undefined: there are no qcd events." in table.note


def test_windows_and_missing_weights():
    """One table per window; one without weights only where they differ."""
    rows = [
        auc("cnn", 0.9),
        auc("cnn", 0.7, selection="a"),
        auc("bdt", 0.6, selection="a"),
        auc("cnn", 0.5, selection="b"),
    ]
    tables = window_tables(toy_report.content(rows))
    assert [(table.title, len(table.rows)) for table in tables] == [("Inside a", 2), ("Inside b", 1)]
    assert unweighted_table(toy_report.content(rows)) is None
    assert len(unweighted_table(toy_report.content([auc("cnn", 0.9, weights="none")])).rows) == 1


def test_width_does_not_grow_with_what_is_measured():
    """Figures with a table of their own, and those that are no headline, are not columns here; none is lost."""
    names = ("ams", "ams_max", "brier", "ece_isotonic", "log_loss", "jsd_mass_at_0.5", "auc_gap", "ks_p_value")
    rows = [auc("cnn", 0.9), *(auc("cnn", 0.5, name=name) for name in names), auc("cnn", 0.3, name="pull_width")]
    content = toy_report.content(rows)
    assert summary_table(content).header == ("Run", "Scores", "AUC", "Parameters", "Training time")
    assert further_table(content).header == ("Run", "Scores", "Pull width")
    assert further_table(toy_report.content(rows[:-1])) is None


def test_targets_of_a_regression_have_a_row_each():
    """A target is always named, because its name says the unit."""
    rows = [
        Metric(name, value, 0.1, "", run="dnn", output=target)
        for target in ("energy_gev", "x_cm")
        for name, value in (("rmse", 4.0), ("tail_fraction", 1.0))
    ]
    content = toy_report.content(rows)
    table = summary_table(content)
    assert table.header == ("Run", "Target", "Scores", "RMSE", "Parameters", "Training time")
    assert [row[:4] for row in texts(table)] == [
        ["dnn", "energy_gev", "average of 3", "4.00 ± 0.10"],
        ["dnn", "x_cm", "average of 3", "4.00 ± 0.10"],
    ]
    assert texts(summary_table(toy_report.content(rows[:2])))[0][1] == "energy_gev"
    assert further_table(content).header == ("Run", "Target", "Scores", "Tails")


def test_no_metrics():
    """A report without a figure has an empty table."""
    assert summary_table(toy_report.content([])).rows == ()
