"""The table of costs."""

from __future__ import annotations

from dataclasses import replace

from reports import toy_report

from hepml.reports.timing import timing_table


def test_costs():
    """Parameters and times of one member, with as many digits as a stop watch deserves."""
    table = timing_table(toy_report.content([]))
    assert table.header == ("Run", "Model", "Members", "Parameters", "Training", "Prediction per event")
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["cnn", "cnn", "3", "31\u202f201", "6.9 min", "180 µs"],
        ["dnn", "dnn", "3", "5\u202f313", "61.0 s", "2.3 µs"],
        ["bdt", "bdt", "3", "6\u202f200", "4.2 s", "0.84 µs"],
    ]


def test_unknown_times():
    """One that is unknown is missing; without any there is no table."""
    content = toy_report.content([])
    unknown = [replace(run, predict_microseconds=None) for run in content.runs]
    assert timing_table(replace(content, runs=tuple(unknown))).rows[0][5].text == "–"
    nothing = tuple(replace(run, training_seconds=None) for run in unknown)
    assert timing_table(replace(content, runs=nothing)) is None
