"""The page is one safe file with all that its script needs."""

import base64
import hashlib
import json
import re
import zlib

import numpy as np
from monitoring_rows import SHAPE, a_flag, a_threshold

from hepml.contracts import LumiMaps
from hepml.contracts.dashboard import DashboardContent
from hepml.monitoring.grouping import group_flags
from hepml.reports.dashboard import render_dashboard
from hepml.reports.dashboard_data import encode_maps

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>&amp;"


def some_maps(observed=7.0):
    maps = [np.full(SHAPE, value, np.float32) for value in (observed, 6.5, -1.25)]
    for one in maps:
        one[0, 0] = np.nan
    return LumiMaps(*maps)


def content(name="muon", **change):
    flags = [a_flag(1, "good", histogram=name, score=np.nan), a_flag(2, "bad", (2, 3), histogram=name, score=np.inf)]
    flags, incidents = group_flags(flags)
    given = {
        "model": "pca",
        "subsystems": {name: "Muon"},
        "flags": tuple(flags),
        "incidents": tuple(incidents),
        "thresholds": {name: a_threshold(histogram=name)},
        "maps": {flags[1].key: some_maps(), flags[0].key: some_maps()},
        "references": {flags[1].key: flags[0].key},
        "n_without_maps": 0,
        "files": ("a.root",),
        "notes": (),
    }
    return DashboardContent(**given | change)


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


def test_the_data_hold_flags_incidents_and_maps():
    data = data_of(render_dashboard(content()))
    assert data["lumisections"] == [{"run": 33, "of": [{"lumi": [1, 2], "status": "gb", "score": [None, 1e300]}]}]
    assert [(one["peak"], one["cells"]) for one in data["incidents"]] == [("33/2/0", 1)]
    assert data["references"] == {"33/2/0": "33/1/0"}
    assert data["flags"]["33/2/0"]["cells"] == [2 * SHAPE[1] + 3]
    assert set(data["maps"]) == {"33/1/0", "33/2/0"}


def test_maps_are_whole_numbers_and_counts_are_exact():
    encoded = encode_maps(some_maps())
    raw = zlib.decompress(base64.b64decode(encoded["data"]))
    n = SHAPE[0] * SHAPE[1]
    observed, expected = np.frombuffer(raw, "<u2", 2 * n).reshape(2, n)
    pull = np.frombuffer(raw, "<i2", n, offset=4 * n)
    assert (observed[0], observed[1], encoded["steps"][0]) == (65535, 7, 1.0)
    np.testing.assert_allclose(expected[1] * encoded["steps"][1], 6.5, rtol=1e-4)
    np.testing.assert_allclose(pull[1] * encoded["steps"][2], -1.25, atol=0.01)
    assert pull[0] == 32767


def test_large_counts_are_scaled_and_maps_of_nothing_say_so():
    large = encode_maps(some_maps(observed=1e6))
    raw = np.frombuffer(zlib.decompress(base64.b64decode(large["data"])), "<u2")
    np.testing.assert_allclose(raw[1] * large["steps"][0], 1e6, rtol=1e-4)
    nothing = np.full(SHAPE, np.nan, np.float32)
    assert encode_maps(LumiMaps(some_maps().observed, nothing, nothing))["has"] == [True, False, False]


def test_no_name_becomes_markup():
    page = render_dashboard(content(EVIL, model=EVIL, files=(EVIL,), notes=(EVIL,), subsystems={EVIL: EVIL}))
    assert page.count("<script") == page.count("</script>") == 2
    assert "<img" not in page
    assert data_of(page)["histograms"][0]["name"] == EVIL


def test_the_browser_may_run_our_script_only_and_load_nothing():
    page = render_dashboard(content())
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', page)[1]
    assert policy == f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:"
    assert not re.search(r"(src|href)=\"(?!data:|#)", page)
    assert not re.search(r"https?://|innerHTML|\beval\b", page)


def test_what_was_left_out_is_said():
    assert "3 flagged lumisections without maps" in render_dashboard(content(n_without_maps=3))
    assert "without maps" not in render_dashboard(content())
    assert "a file was left out" in render_dashboard(content(notes=("a file was left out",)))


def test_nothing_flagged_is_a_page_too():
    good = (a_flag(1, "good"),)
    page = render_dashboard(content(flags=good, incidents=(), maps={}, references={}))
    assert data_of(page)["incidents"] == []
