"""The table of the null test."""

from dataclasses import replace

from reports import toy_report

from hepml.contracts import Metric
from hepml.reports.null_test import null_test_table


def test_differences_are_shown_in_units_of_their_errors():
    lost = Metric("delta_auc_of_random_signs", -0.04, 0.005, "delong paired", run="cnn", class_="w", background="qcd")
    p_value = replace(lost, name="delta_auc_of_random_signs_p_value", value=1e-15)
    table = null_test_table(toy_report.content([lost, p_value]))
    [row] = table.rows
    assert [cell.text for cell in row] == ["cnn", "w against qcd", "ΔAUC", "−0.0400 ± 0.0050", "-8.0"]


def test_without_a_null_test_there_is_no_table():
    assert null_test_table(toy_report.content([])) is None
