"""The page of flags in a real Chromium: pictures, keyboard, filters, links, and names that try to be markup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from monitoring_rows import a_threshold
from playwright.sync_api import Browser, Page
from reference_maps import TEST, make_sample, reference_model, write_runs

from hepml.contracts import LumiFlag
from hepml.contracts.dashboard import DashboardContent
from hepml.monitoring.grouping import group_flags
from hepml.reports.dashboard import render_dashboard
from hepml.workflow.flag import flag
from hepml.workflow.flag_options import FlagOptions
from hepml.workflow.flag_results import Flagged

pytestmark = pytest.mark.acceptance

EVIL_FILE = "<img src=x onerror=document.title='hacked'>.root"
EVIL_NAME = "</script><script>document.title='hacked'</script><img src=x onerror=\"document.title='hacked'\">"


@pytest.fixture(scope="module")
def flagged(tmp_path_factory: pytest.TempPathFactory) -> Flagged:
    """Return flags of the test runs, from a file whose name tries to be markup."""
    folder = tmp_path_factory.mktemp("page")
    sample = make_sample(folder / "sample", (20, 30))
    file = write_runs(folder / EVIL_FILE, sample, TEST)
    return flag(
        reference_model(sample), [file], folder / "flags", options=FlagOptions(false_alarm_rate=0.02, most_maps=30)
    )


@pytest.fixture
def page(browser: Browser, flagged: Flagged) -> Iterator[Page]:
    """Open the page; nothing is to be asked of the network, and no error is to be seen."""
    yield from opened(browser, flagged.folder / "dashboard.html")


def opened(browser: Browser, file: Path) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, offline=True)
    page, complaints, asked = context.new_page(), [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    yield page
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert page.title() != "hacked"
    context.close()


def title(page: Page) -> str:
    return page.locator("#details-title").inner_text()


def worst(flagged: Flagged) -> str:
    run, lumi, histogram = max(flagged.incidents, key=lambda one: one.peak_score).peak
    return f"Run {run}, lumisection {lumi}: {histogram}"


def ink(page: Page, selector: str) -> int:
    """Return how many colours a canvas has."""
    return page.evaluate(
        """selector => { const c = document.querySelector(selector);
        const d = new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer);
        return new Set(d).size; }""",
        selector,
    )


def test_the_worst_incident_is_open_with_its_maps(page: Page, flagged: Flagged) -> None:
    page.locator("#pictures figure").first.wait_for()
    assert title(page) == worst(flagged)
    captions = page.locator("#pictures figcaption").all_inner_texts()
    assert [text.split()[0] for text in captions] == ["Occupancy", "Reconstruction", "Pull", "Reference"]
    for index in range(1, 5):
        assert ink(page, f"#pictures figure:nth-child({index}) canvas") > 10
    assert ink(page, "#bars") >= 4
    assert page.locator("#incidents tbody tr").count() == len(flagged.incidents)


def test_a_click_on_the_timeline_opens_what_is_there(page: Page, flagged: Flagged) -> None:
    chosen = min(flagged.incidents, key=lambda one: one.number)
    run, lumi, histogram = chosen.peak
    width = bar_width(page, flagged)
    row = sorted({one.run for one in flagged.flags}).index(run)
    band = ["muon", "calorimeter"].index(histogram)
    x, y = 58 + (lumi - 0.5) * width, 20 + row * (2 * 11 + 7) + band * 11 + 5
    page.locator("#timeline").click(position={"x": x, "y": y})
    assert title(page) == f"Run {run}, lumisection {lumi}: {histogram}"
    assert page.url.endswith(f"#{run}/{lumi}/{histogram}")


def bar_width(page: Page, flagged: Flagged) -> float:
    """Return the width of a lumisection on the page."""
    frame = page.evaluate("document.getElementById('frame').clientWidth")
    return min((frame - 58 - 12) / max(one.lumi for one in flagged.flags), 12)


def test_everything_works_with_the_keyboard(page: Page, flagged: Flagged) -> None:
    page.locator("#timeline").focus()
    assert page.evaluate("getComputedStyle(document.getElementById('frame')).outlineStyle") == "solid"
    page.keyboard.press("Home")
    said = page.locator("#said")
    run, _, histogram = max(flagged.incidents, key=lambda one: one.peak_score).peak
    assert said.inner_text().startswith(f"Run {run}, lumisection 1, {histogram}: ")
    page.keyboard.press("ArrowRight")
    assert said.inner_text().startswith(f"Run {run}, lumisection 2, {histogram}: ")
    page.keyboard.press("ArrowDown")
    assert not said.inner_text().startswith(f"Run {run}, lumisection 2, {histogram}: ")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert said.inner_text().startswith(f"Run {run}, lumisection 1, {histogram}: ")
    page.keyboard.press("n")
    assert ": bad, score" in said.inner_text()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "details-title"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "timeline"


def test_tab_reaches_the_filters_the_timeline_and_the_incidents(page: Page) -> None:
    reached = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert reached[1:5] == ["subsystem", "score", "flagged", "timeline"]
    assert "BUTTON" in reached[5:]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "details-title"


def test_filters_by_subsystem_score_and_flags(page: Page, flagged: Flagged) -> None:
    rows = page.locator("#incidents tbody tr")
    page.select_option("#subsystem", label="Muon")
    of_muon = [one for one in flagged.incidents if "muon" in one.histograms]
    assert rows.count() == len(of_muon)
    page.locator("#score").fill("1000")
    assert rows.count() == (1 if max(flagged.incidents, key=lambda one: one.peak_score) in of_muon else 0)
    page.select_option("#subsystem", label="all")
    assert rows.count() == 1
    assert page.locator("#shown").inner_text() == f"1 of {len(flagged.incidents)} incidents, 1 flag"
    before = page.evaluate("document.getElementById('bars').height")
    page.locator("#flagged").check()
    assert page.evaluate("document.getElementById('bars').height") < before


def test_a_link_opens_a_lumisection_and_nonsense_does_nothing(page: Page, flagged: Flagged) -> None:
    page.locator("#pictures figure").first.wait_for()
    page.evaluate("location.hash = '#40/3'")
    page.wait_for_function("document.getElementById('details-title').textContent.startsWith('Run 40, lumisection 3')")
    assert "Maps are on this page for flagged lumisections" in page.locator("#missing").inner_text()
    for nonsense in ("#40/9999", "#x/y", "#40/3/%E0%A4%A", "#40/3/none"):
        page.evaluate(f"location.hash = '{nonsense}'")
        assert title(page).startswith("Run 40, lumisection 3")


def test_numbers_of_a_cell_are_those_of_the_model(page: Page, flagged: Flagged) -> None:
    """The flagged cell with the largest pull is the first in the table, and its pull is the score."""
    page.locator("#cells tbody tr").first.wait_for()
    cells = page.locator("#cells tbody tr").first.locator("td").all_inner_texts()
    pull = float(cells[4].replace("−", "-").replace(",", ""))
    highest = max(one.score for one in flagged.flags if one.status == "bad")
    assert abs(pull) == pytest.approx(highest, rel=0.01)
    box = page.locator("#pictures canvas").first.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    assert page.locator("#cell").inner_text().startswith("Row 0, column 0: observed ")


def test_names_stay_names(page: Page, browser: Browser, flagged: Flagged, tmp_path: Path) -> None:
    assert EVIL_FILE in page.locator(".files").text_content()
    flags, incidents = group_flags([renamed(one) for one in flagged.flags if one.histogram == "muon"])
    content = DashboardContent(
        model=EVIL_NAME,
        subsystems={EVIL_NAME: EVIL_NAME},
        flags=tuple(flags),
        incidents=tuple(incidents),
        thresholds={EVIL_NAME: replace(flagged.thresholds["muon"], histogram=EVIL_NAME)},
        maps={},
        references={},
        n_without_maps=0,
        files=(EVIL_FILE,),
        notes=(EVIL_NAME,),
    )
    (tmp_path / "evil.html").write_text(render_dashboard(content), encoding="utf-8")
    for evil in opened(browser, tmp_path / "evil.html"):
        assert EVIL_NAME in title(evil)
        assert EVIL_NAME in evil.locator(".warning").inner_text()
        assert evil.locator("img").count() == 0


def renamed(one: LumiFlag) -> LumiFlag:
    return replace(one, histogram=EVIL_NAME)


def test_forty_runs_of_two_histograms_follow_the_keys(browser: Browser, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    flags = [
        LumiFlag(run, lumi, name, (12, 60), score, 5.0, "bad" if score > 5 else "good", 1e4, np.zeros(0, np.int32))
        for name in ("muon", "calorimeter")
        for run in range(1, 41)
        for lumi, score in enumerate(rng.exponential(1.0, size=120), start=1)
    ]
    flags, incidents = group_flags(flags)
    thresholds = {name: a_threshold(histogram=name) for name in ("muon", "calorimeter")}
    names = {name: name for name in thresholds}
    content = DashboardContent("m", names, tuple(flags), tuple(incidents), thresholds, {}, {}, 0, (), ())
    (tmp_path / "large.html").write_text(render_dashboard(content), encoding="utf-8")
    for page in opened(browser, tmp_path / "large.html"):
        page.locator("#timeline").focus()
        seen = set()
        for _ in range(20):
            page.keyboard.press("n")
            seen.add(page.locator("#said").inner_text())
        assert len(seen) == 20
        assert all(": bad, score" in said for said in seen)
