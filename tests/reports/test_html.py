"""The HTML report."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from reports import toy_report

from hepml.contracts import Metric
from hepml.contracts.report import PartCounts
from hepml.reports import render_html
from hepml.reports.number_text import with_error

EVIL = "<script>alert('x')</script>\"><img src=http://evil.example/x.png onerror=alert(1)>{{ 7*7 }}"
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """All elements with their attributes, and the text outside of style; checks that elements are nested."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements, self.text, self.open = [], "", []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text += f" {data}"

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def metrics():
    return toy_report.evaluated(n=400)[0]


@pytest.fixture(scope="module")
def page(metrics):
    return Page(render_html(toy_report.content(metrics, (toy_report.figure(), toy_report.figure(title="Scores")))))


def test_every_section_is_there(page):
    """All links lead somewhere, every section and figure is linked, and nothing that was given is missing."""
    sections = [attributes["id"] for attributes in page.all("section")]
    assert sections[:2] == ["summary", "performance"]
    assert sections[-3:] == ["learning", "accounting", "configuration"]
    assert {"calibration", "overtraining"} < set(sections)
    links = [attributes["href"] for attributes in page.all("a")]
    assert links[: len(sections)] == [f"#{name}" for name in sections]
    anchors = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    assert {link.removeprefix("#") for link in links} <= anchors
    assert {"#figure-1", "#figure-2"} <= set(links)


def test_pictures_keep_their_place(page):
    """Sizes are known before a picture is decoded, so that the page does not jump; decoding waits until it is seen."""
    assert all((image["width"], image["height"]) == ("1", "1") for image in page.all("img"))
    assert all((image["loading"], image["decoding"]) == ("lazy", "async") for image in page.all("img"))


def test_numbers_are_there(page, metrics):
    """A few that a reader looks for."""
    auc = next(m for m in metrics if (m.name, m.run, m.member, m.selection) == ("auc", "cnn", None, None))
    assert with_error(auc.value, auc.error) in page.text
    for expected in (
        "1/ε_B at ε_S = 0.5",
        "31\u202f201",
        "6.9 min",
        "median of 3",
        toy_report.DIGEST,
        "jet_mass_gev",
    ):
        assert expected in page.text, expected
    assert "Inside w_mass: 65 <= jet_mass_gev < 95" in page.text
    assert "Training of cnn, dnn, bdt: negative weights are kept" in page.text


def test_self_contained(page, metrics):
    """One file: no scripts, nothing loaded, pictures as data, and a policy that forbids the rest."""
    html = render_html(toy_report.content(metrics, (toy_report.figure(),)))
    assert not re.search(r"https?://|//[a-z]|@import|url\(", html)
    assert page.all("script") == []
    assert all(attributes["src"].startswith("data:image/png;base64,iVBOR") for attributes in page.all("img"))
    assert all(attributes["href"].startswith(("#", "data:,")) for attributes in page.all("a") + page.all("link"))
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


def test_phones_darkness_and_readers(page):
    """A viewport, both colour schemes, a language, alternative texts, headings in order, table headers with scope."""
    html = render_html(toy_report.content([]))
    assert "prefers-color-scheme: dark" in html
    assert any(attributes.get("name") == "viewport" for attributes in page.all("meta"))
    assert page.all("html") == [{"lang": "en"}]
    assert all(attributes["alt"] for attributes in page.all("img"))
    assert all("scope" in attributes for attributes in page.all("th"))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def hostile_content():
    """A report in which every text that somebody else could have written is an attack."""
    plain = toy_report.content(
        [], (replace(toy_report.figure(), name=EVIL, title=EVIL, caption=EVIL, alternative=EVIL),)
    )
    rows = [
        Metric(name, 0.5, 0.1, EVIL, run=EVIL, class_=EVIL, selection=selection, weights=weights, part="test")
        for name in ("auc", "auc_gap", "auc_gap_in_sigma", "ks_p_value", EVIL)
        for selection in (None, EVIL)
        for weights in ("physics", "none")
    ]
    rows += [
        Metric("delta_auc", 0.5, 0.1, EVIL, run=EVIL, against=EVIL + "2", class_=EVIL, selection=s)
        for s in (None, EVIL)
    ]
    rows += [
        Metric(name, 0.5, 0.1, EVIL, run=EVIL, class_=EVIL, part=part)
        for name in ("ams", "ams_max", "ams_threshold", "brier", "temperature", f"jsd_{EVIL}_at_0.5")
        for part in ("test", "validation")
    ]
    rows += [Metric("auc", float("nan"), float("nan"), f"undefined: {EVIL}", run=EVIL, class_="other")]
    run = replace(
        plain.runs[0], name=EVIL, estimator=EVIL, members=(EVIL,), recipe={EVIL: [EVIL], "weights": {"negative": EVIL}}
    )
    manifest = toy_report.manifest(path=EVIL, reason=EVIL)
    summary = replace(manifest.inputs[0], name=EVIL, label=EVIL, dropped={EVIL: 1}, cutflow=manifest.inputs[0].cutflow)
    step = replace(summary.cutflow.steps[1], name=EVIL)
    summary = replace(summary, cutflow=replace(summary.cutflow, steps=(summary.cutflow.steps[0], step)))
    spec = replace(manifest.representations["image"], kind=EVIL, options={EVIL: EVIL})
    manifest = replace(
        manifest,
        hash=EVIL,
        digest=EVIL,
        hepml_version=EVIL,
        inputs=(summary,),
        files=(replace(manifest.files[0], input=EVIL, tree=EVIL), manifest.files[1]),
        representations={EVIL: spec},
        spectators={EVIL: "float32"},
    )
    return replace(
        plain,
        title=EVIL,
        task=replace(plain.task, kind=EVIL, classes=(EVIL, EVIL)),
        runs=(run,),
        metrics=tuple(rows),
        manifest=manifest,
        parts=(PartCounts(EVIL, EVIL, 1, 1.0, 1.0),),
        versions={EVIL: EVIL},
        warnings=(EVIL,),
    )


def test_every_text_is_escaped():
    """Whoever names a file, a class, a run or a column cannot write markup into the report."""
    html = render_html(hostile_content())
    page = Page(html)
    assert "<script" not in html
    assert "<img src=http" not in html
    assert "49" not in re.sub(r"\d{3,}", "", page.text), "a template in a name was evaluated"
    assert len(page.all("img")) == 1
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    # Every field of the hostile report is shown: none passes by being left out.
    assert page.text.count(EVIL) >= 25


def test_losing_to_the_baseline_is_said(metrics):
    """A network that is worse than the trees beside it is called that, at the top."""
    worse = [
        replace(m, value=-m.value) if m.name == "delta_auc" and (m.run, m.against) == ("cnn", "bdt") else m
        for m in metrics
    ]
    assert re.search(r"cnn loses to its baseline bdt by \d+\.\dσ", Page(render_html(toy_report.content(worse))).text)
    assert "loses" not in Page(render_html(toy_report.content(metrics))).text


def test_report_of_another_task():
    """A task without comparisons, parts, windows, figures or classes is a shorter report, not an error."""
    plain = toy_report.content([Metric("energy_resolution", 0.081, 0.002, "bootstrap", run="cnn")])
    task = replace(plain.task, kind="regression", classes=(), signal=None)
    page = Page(render_html(replace(plain, task=task, runs=plain.runs[:1], parts=(), versions={})))
    assert "Energy resolution" in page.text
    assert "0.0810 ± 0.0020" in page.text
    sections = [attributes["id"] for attributes in page.all("section")]
    assert sections == ["summary", "learning", "accounting", "configuration"]


def test_skipped_entries_open_the_list_of_files(metrics):
    """Where something was left out, its reason is not hidden behind a click."""
    content = toy_report.content(metrics)
    skipped = replace(content, manifest=toy_report.manifest(reason="basket 3 of part_pt is damaged"))
    assert "open" not in Page(render_html(content)).all("details")[0]
    page = Page(render_html(skipped))
    assert any("open" in attributes for attributes in page.all("details"))
    assert "basket 3 of part_pt is damaged" in page.text


def test_the_same_content_gives_the_same_bytes(metrics):
    """No times in the report."""
    assert render_html(toy_report.content(metrics)) == render_html(toy_report.content(metrics))
