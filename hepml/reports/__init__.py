"""Reports: one HTML file, and the same tables for a terminal (`hepml.reports.tables`)."""

from hepml.reports.html import render_html

__all__ = ["render_html"]
