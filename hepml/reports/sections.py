"""The sections of a report: which tables and figures stand together, under which heading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hepml.contracts.report import ReportContent, ReportFigure, Section
from hepml.reports.calibration import calibration_table
from hepml.reports.comparisons import comparison_table
from hepml.reports.faults import difference_table, fault_tables, good_table
from hepml.reports.generators import distances_table, response_table
from hepml.reports.null_test import null_test_table
from hepml.reports.overtraining import overtraining_table
from hepml.reports.selection import best_cut_table, category_table, selection_table
from hepml.reports.significance import sculpting_table, significance_table, working_points_table
from hepml.reports.summary import further_table, window_tables
from hepml.reports.text_table import TextTable
from hepml.reports.timing import timing_table

TITLES: Mapping[Section, str] = {
    "performance": "Performance",
    "working_points": "Working points and significance",
    "calibration": "Calibration",
    "overtraining": "Overtraining",
    "variables": "Variables",
    "learning": "Learning and cost",
    "events": "Event displays",
    "inputs": "Inputs",
}
"""Headings, in the order of the report."""

SHOWN_AT_ONCE = 6
"""Figures of a section that are open; the others wait behind a click."""


@dataclass(frozen=True)
class NumberedFigure:
    """A figure and where links find it."""

    anchor: str
    figure: ReportFigure


@dataclass(frozen=True)
class ReportSection:
    """One section.

    Attributes
    ----------
    key : str
        Where links find it.
    title : str
        Its heading.
    tables : tuple of TextTable
        In order.
    figures : tuple of NumberedFigure
        In order.
    """

    key: Section
    title: str
    tables: tuple[TextTable, ...]
    figures: tuple[NumberedFigure, ...]

    @property
    def first_figures(self) -> tuple[NumberedFigure, ...]:
        """Those that are open."""
        return self.figures[:SHOWN_AT_ONCE]

    @property
    def other_figures(self) -> tuple[NumberedFigure, ...]:
        """Those that wait behind a click."""
        return self.figures[SHOWN_AT_ONCE:]


def report_sections(content: ReportContent) -> list[ReportSection]:
    """Return the sections that have a table or a figure, in the order of `TITLES`."""
    tables = _tables(content)
    numbered = [NumberedFigure(f"figure-{i}", figure) for i, figure in enumerate(content.figures, start=1)]
    sections = [
        ReportSection(
            key,
            title,
            tuple(table for table in tables.get(key, ()) if table is not None),
            tuple(each for each in numbered if each.figure.section == key),
        )
        for key, title in TITLES.items()
    ]
    return [section for section in sections if section.tables or section.figures]


def _tables(content: ReportContent) -> dict[Section, tuple[TextTable | None, ...]]:
    return {
        "performance": (
            distances_table(content),
            *fault_tables(content),
            good_table(content),
            difference_table(content),
            comparison_table(content, windows=False),
            response_table(content),
            *window_tables(content),
            comparison_table(content, windows=True),
            selection_table(content),
            category_table(content),
            further_table(content),
        ),
        "working_points": (
            significance_table(content),
            best_cut_table(content),
            working_points_table(content),
            sculpting_table(content),
        ),
        "calibration": (calibration_table(content),),
        "overtraining": (overtraining_table(content),),
        "variables": (null_test_table(content),),
        "learning": (timing_table(content),),
    }
