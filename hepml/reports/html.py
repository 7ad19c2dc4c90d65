"""The report as one HTML file that needs nothing else: no network, no scripts, no other files."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import yaml
from markupsafe import Markup

from hepml.contracts.report import ReportContent, RunSummary
from hepml.reports.accounting import cutflow_tables, dropped_table, files_table, inputs_table, parts_table
from hepml.reports.comparisons import headlines
from hepml.reports.sections import report_sections
from hepml.reports.summary import summary_table, unweighted_table
from hepml.reports.text_table import TextTable
from hepml.reports.weights_policy import weights_in_words


@dataclass(frozen=True)
class Configuration:
    """One frozen recipe as YAML, and the runs that were trained with it."""

    runs: tuple[str, ...]
    yaml: str


def render_html(content: ReportContent) -> str:
    """Return the report as HTML.

    Every text is escaped, whoever wrote it: names of files, classes, runs and columns may hold anything.
    """
    tables: dict[str, TextTable | None] = {
        "summary": summary_table(content),
        "unweighted": unweighted_table(content),
        "inputs": inputs_table(content.manifest),
        "parts": parts_table(content.parts),
        "dropped": dropped_table(content.manifest),
        "files": files_table(content.manifest),
    }
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            content=content,
            manifest=content.manifest,
            tables=tables,
            sections=report_sections(content),
            cutflows=cutflow_tables(content.manifest),
            headlines=headlines(content),
            weights=weights_in_words(content.runs),
            configurations=configurations(content.runs),
        )
    )


def configurations(runs: tuple[RunSummary, ...]) -> list[Configuration]:
    """Return each frozen recipe once."""
    by_text: dict[str, list[str]] = {}
    for run in runs:
        by_text.setdefault(_yaml(run.recipe), []).append(run.name)
    return [Configuration(tuple(names), text) for text, names in by_text.items() if text]


def _yaml(values: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=100) if values else ""


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hepml.reports", "templates"),
        autoescape=True,  # for every template, whatever its name ends with
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["data_uri"] = _data_uri
    environment.filters["pixels"] = _pixels
    environment.globals["style"] = Markup(_style())  # noqa: S704  (our own file, the only text that is not escaped)
    return environment


def _style() -> str:
    return (Path(__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")


def _data_uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def _pixels(png: bytes) -> tuple[int, int]:
    """Return width and height, which a PNG says in its first chunk: a browser then keeps the place free."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
