"""What stands together in a report."""

from __future__ import annotations

from dataclasses import replace

from reports import toy_report

from hepml.reports.sections import SHOWN_AT_ONCE, TITLES, report_sections


def sections_of(*wanted: str):
    figures = tuple(replace(toy_report.figure(), section=section) for section in wanted)
    return {section.key: section for section in report_sections(replace(toy_report.content([]), figures=figures))}


def test_only_what_is_there_is_shown_in_the_order_of_the_report():
    """Costs are known without any figure; every figure is in its section, numbered through the report."""
    sections = sections_of("variables", "performance", "variables")
    assert list(sections) == ["performance", "variables", "learning"]
    assert [each.anchor for each in sections["variables"].figures] == ["figure-1", "figure-3"]
    assert set(sections_of(*TITLES)) == set(TITLES)


def test_many_figures_wait_behind_a_click():
    """The first are open, none is lost."""
    section = sections_of(*["inputs"] * (SHOWN_AT_ONCE + 2))["inputs"]
    assert len(section.first_figures) == SHOWN_AT_ONCE
    assert (*section.first_figures, *section.other_figures) == section.figures
