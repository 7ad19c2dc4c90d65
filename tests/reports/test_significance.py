"""The tables of significance, working points and sculpting."""

from __future__ import annotations

import math

from reports import toy_report

from hepml.contracts import Metric
from hepml.reports.significance import sculpting_table, significance_table, working_points_table

AT_THE_CUT = ("ams", "significance_s_over_sqrt_b", "significance_s_over_sqrt_sb")


def figure(name: str, value: float, error: float = 0.12, *, part: str = "test", method: str = "linear") -> Metric:
    return Metric(name, value, error, method, run="bdt", class_="w", part=part)


def texts(table):
    return [[cell.text for cell in row] for row in table.rows]


def test_significance_at_the_cut_of_validation():
    """The cut of validation, figures of test, and both maxima, which the note calls biased."""
    rows = [figure(name, value) for name, value in zip(AT_THE_CUT, (3.41, 3.5, 3.2), strict=True)]
    rows += [figure("ams_max", 3.6), figure("ams_max", 3.7, part="validation")]
    rows.append(figure("ams_threshold", 0.87, math.nan, part="validation"))
    table = significance_table(toy_report.content(rows))
    assert table.header[1:] == (
        "Cut on the score",
        "AMS",
        "s/√b",
        "s/√(s+b)",
        "Largest AMS, validation",
        "Largest AMS, test",
    )
    assert texts(table) == [["bdt", "0.87", "3.41 ± 0.12", "3.50 ± 0.12", "3.20 ± 0.12", "3.70 ± 0.12", "3.60 ± 0.12"]]
    assert "biased upwards" in table.note
    assert "folds" not in table.note


def test_folds_are_said():
    """Where validation and test are the same events, a reader is told."""
    table = significance_table(toy_report.content([figure("ams", 3.4, method="… (the same events, scored by …)")]))
    assert "With folds" in table.note


def test_without_validation_only_the_maximum_is_known():
    """No figure at a cut, but still a row."""
    table = significance_table(toy_report.content([figure("ams_max", 3.6)]))
    assert texts(table) == [["bdt", "–", "–", "–", "–", "–", "3.60 ± 0.12"]]
    assert significance_table(toy_report.content([figure("auc", 0.9)])) is None


def test_working_points():
    """Rejection and significance improvement side by side; without the latter the summary says it all."""
    rejection = figure("rejection_at_0.5", 30.0, 1.0)
    assert working_points_table(toy_report.content([rejection])) is None
    table = working_points_table(toy_report.content([rejection, figure("significance_improvement_at_0.5", 2.7)]))
    assert table.header == ("Run", "Scores", "1/ε_B at ε_S = 0.5", "ε_S/√ε_B at ε_S = 0.5")
    assert texts(table) == [["bdt", "average of 3", "30.0 ± 1.0", "2.70 ± 0.12"]]


def test_sculpting():
    """A row per spectator, a column per run."""
    rows = [figure("jsd_jet_mass_gev_at_0.5", 0.21, 0.006), figure("jsd_jet_pt_gev_at_0.5", 0.012, 0.002)]
    table = sculpting_table(toy_report.content(rows))
    assert table.header == ("Spectator", "ε_S", "cnn", "dnn", "bdt")
    assert texts(table) == [
        ["jet_mass_gev", "0.5", "–", "–", "0.2100 ± 0.0060"],
        ["jet_pt_gev", "0.5", "–", "–", "0.0120 ± 0.0020"],
    ]
    assert sculpting_table(toy_report.content([figure("auc", 0.9)])) is None
