"""The page of flags: one HTML file that needs no network, no other file and no other script."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from hepml.contracts import STATUSES
from hepml.contracts.dashboard import DashboardContent
from hepml.reports.dashboard_data import dashboard_json

_TEMPLATES = Path(__file__).parent / "templates" / "dashboard"

SCRIPTS = ("decode", "colours", "timeline", "pictures", "details", "incidents", "page")
"""Parts of the page's script, in order; each knows those before it."""


def render_dashboard(content: DashboardContent) -> str:
    """Return the page.

    Every text is escaped, whoever wrote it: names of files and histograms may hold anything.  The browser is told to
    run our own script alone, by its hash.
    """
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    counts = Counter(flag.status for flag in content.flags)
    lumisections = {(flag.run, flag.lumi) for flag in content.flags}
    return _template().render(
        content=content,
        counts={status: counts[status] for status in STATUSES},
        n_lumisections=len(lumisections),
        n_runs=len({run for run, _ in lumisections}),
        subsystems=list(dict.fromkeys(content.subsystems.values())),
        top_score=max((one.peak_score for one in content.incidents), default=0.0),
        data=Markup(dashboard_json(content)),  # noqa: S704  (escaped there: in a script, entities are no escapes)
        script=Markup(script),  # noqa: S704  (our own file)
        style=Markup(_read("page.css")),  # noqa: S704  (our own file)
        script_digest=digest,
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hepml.reports", "templates/dashboard"),
        autoescape=True,  # for every template, whatever its name ends with
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


@cache
def _script() -> str:
    parts = "\n".join(_read(f"{name}.js") for name in SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def _read(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")
