"""The tables of selections."""

from __future__ import annotations

import math

from reports import toy_report

from hepml.contracts import Metric
from hepml.reports.metric_rows import further
from hepml.reports.selection import best_cut_table, category_table, selection_table


def _figure(name: str, value: float, error: float = 0.012, *, class_: str = "w", part: str = "test") -> Metric:
    return Metric(name, value, error, "binomial", run="bdt", class_=class_, part=part)


ROWS = [
    _figure(name, value, class_=class_)
    for class_ in ("w", "qcd")
    for name, value in {
        "efficiency": 0.61,
        "purity": 0.72,
        "efficiency_times_purity": 0.44,
        "efficiency_mode_QE": 0.8,
        "efficiency_mode_charm, D meson": 0.3,
        "s_over_sqrt_sb_at_best_cut": 12.1,
        "efficiency_at_best_cut": 0.66,
        "purity_at_best_cut": 0.7,
        "s_over_sqrt_sb_max": 12.4,
    }.items()
]


def _texts(table):
    return [[cell.text for cell in row] for row in table.rows]


def test_a_row_per_class():
    table = selection_table(toy_report.content(ROWS))
    assert table.header == ("Run", "Class", "Scores", "Efficiency", "Purity", "Efficiency × purity")
    assert _texts(table) == [
        ["bdt", class_, "average of 3", "0.610 ± 0.012", "0.720 ± 0.012", "0.440 ± 0.012"] for class_ in ("w", "qcd")
    ]
    assert "mixture of classes in the test part" in table.note


def test_categories_have_a_table_of_their_own():
    table = category_table(toy_report.content(ROWS))
    assert table.header[3:] == ("Efficiency mode QE", "Efficiency mode charm, D meson")
    assert _texts(table)[0][3:] == ["0.800 ± 0.012", "0.300 ± 0.012"]


def test_the_best_cut_is_that_of_validation():
    """It is shown beside what the test part says at it."""
    cuts = [_figure("s_over_sqrt_sb_threshold", 0.37, math.nan, class_=c, part="validation") for c in ("w", "qcd")]
    table = best_cut_table(toy_report.content([*ROWS, *cuts]))
    assert table.header[3:] == ("Cut on the score", "s/√(s+b)", "Efficiency", "Purity")
    assert _texts(table)[1][3:] == ["0.37", "12.100 ± 0.012", "0.660 ± 0.012", "0.700 ± 0.012"]


def test_without_such_figures_there_is_no_table():
    content = toy_report.content([_figure("auc", 0.9)])
    assert [table(content) for table in (selection_table, category_table, best_cut_table)] == [None] * 3


def test_they_are_in_no_other_table():
    assert further([*ROWS, _figure("auc", 0.9)]) == []
