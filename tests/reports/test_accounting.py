"""Accounting: entries of each input add up, and nothing that was left out is silent."""

from __future__ import annotations

from dataclasses import replace

from reports import toy_report

from hepml.contracts.report import PartCounts
from hepml.reports.accounting import cutflow_tables, dropped_table, files_table, inputs_table, parts_table


def texts(table):
    return [[cell.text.replace("\u202f", "") for cell in row] for row in table.rows]


def test_inputs_and_their_sum():
    """Planned = processed + skipped, in each row and in the sum."""
    table = inputs_table(toy_report.manifest(reason="broken"))
    assert texts(table) == [
        ["w", "w", "1", "5000", "5000", "0", "0", "4000", "5000"],
        ["qcd", "qcd", "1", "5000", "4960", "40", "3", "4000", "5000"],
        ["all inputs", "", "2", "10000", "9960", "40", "3", "8000", ""],
    ]
    assert table.rows[1][5].tone == "bad"


def test_a_file_that_could_not_be_opened_is_counted():
    """Its entries are unknown, so it is counted as a file."""
    manifest = toy_report.manifest()
    lost = replace(manifest.files[1], uuid="", n_planned=0, n_processed=0, reasons=("not a ROOT file",))
    manifest = replace(manifest, files=(manifest.files[0], lost))
    assert texts(inputs_table(manifest))[1][5] == "0 and 1 whole files"
    assert texts(files_table(manifest))[1] == ["qcd", "data/qcd.root", "Events", "0", "0", "0", "not a ROOT file"]


def test_dropped_columns():
    """Which column had NaN, and how often; no table where none had."""
    assert texts(dropped_table(toy_report.manifest(reason="broken"))) == [["qcd", "image.pt", "3"]]
    assert dropped_table(toy_report.manifest()) is None


def test_cut_flow():
    """Counts with fractions of all and of the step before: 4000/5000 and 4000/4100."""
    table = cutflow_tables(toy_report.manifest())[0]
    assert table.title == "Cut flow of w"
    assert texts(table)[2] == ["|η| < 2", "4000", "80.0%", "97.6%", "4000"]


def test_cut_flow_of_nothing():
    """An input that no chunk was processed of has none, and an empty one has no fractions."""
    manifest = toy_report.manifest()
    inputs = (replace(manifest.inputs[0], cutflow=None), manifest.inputs[1])
    assert len(cutflow_tables(replace(manifest, inputs=inputs))) == 1


def test_parts():
    """The effective number is (Σw)²/Σw²: (10)²/20 = 5."""
    assert texts(parts_table([PartCounts("test", None, 12, 10.0, 20.0)])) == [["test", "unlabelled", "12", "10", "5"]]
    assert parts_table([]) is None
