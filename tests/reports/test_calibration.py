"""The table of calibration."""

from __future__ import annotations

from reports import toy_report

from hepml.contracts import Metric
from hepml.reports.calibration import calibration_table


def figure(
    name: str, value: float, *, class_: str | None = "w", part: str = "test", method: str = "bootstrap"
) -> Metric:
    return Metric(name, value, 0.002, method, run="cnn", class_=class_, part=part)


def texts(table):
    return [[cell.text for cell in row] for row in table.rows]


def test_before_and_after():
    """A row per calibration with its figures, the temperature that validation gave, the log loss where it is known."""
    rows = [
        figure("brier", 0.142),
        figure("ece", 0.071),
        figure("brier_isotonic", 0.131),
        figure("ece_isotonic", 0.006),
        figure("brier_temperature", 0.132),
        figure("ece_temperature", 0.011),
        figure("log_loss", 0.43, class_=None),
        figure("temperature", 1.81, class_=None, part="validation"),
    ]
    table = calibration_table(toy_report.content(rows))
    assert table.header == ("Run", "Scores", "Brier score", "Calibration error (ECE)", "Log loss")
    assert texts(table) == [
        ["cnn", "as trained", "0.1420 ± 0.0020", "0.0710 ± 0.0020", "0.4300 ± 0.0020"],
        ["cnn", "isotonic", "0.1310 ± 0.0020", "0.0060 ± 0.0020", "–"],
        ["cnn", "T = 1.8100 ± 0.0020", "0.1320 ± 0.0020", "0.0110 ± 0.0020", "–"],
    ]
    assert "Classes count the same" not in table.note


def test_classes_and_balance():
    """Several classes are named; balanced figures are said to be."""
    rows = [figure("ece", 0.07, method="bootstrap, classes balanced"), figure("ece", 0.05, class_="qcd")]
    table = calibration_table(toy_report.content(rows))
    assert [row[:3] for row in texts(table)] == [["cnn", "w", "as trained"], ["cnn", "qcd", "as trained"]]
    assert "Classes count the same" in table.note


def test_nothing_was_calibrated():
    """No table."""
    assert calibration_table(toy_report.content([figure("auc", 0.9)])) is None
