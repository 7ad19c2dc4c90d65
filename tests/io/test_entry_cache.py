"""What is kept of earlier planning: used where a file is the same, and never in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hepml.io.entry_cache import EntryCache, Stamp, stamp_of
from hepml.io.root import FileInfo

BRANCHES = {"x": "float", "y": "int32_t"}


def info(path: str, n_entries: int = 5) -> FileInfo:
    return FileInfo(path, "Events", "5b1f7a72-8a3b-4b3e-9f57-1d2c3b4a5f60", n_entries, BRANCHES)


@pytest.fixture
def cache(tmp_path) -> EntryCache:
    return EntryCache(tmp_path / "cache")


def test_a_file_is_known_while_size_and_time_are_the_same(cache, tmp_path):
    stamp = Stamp(100, 7)
    cache.keep([(info("a.root"), stamp), (info("b.root", 6), Stamp(1, 1)), (info("c.root"), None)])
    again = EntryCache(tmp_path / "cache")
    known = again.find([("a.root", "Events", stamp), ("b.root", "Events", Stamp(1, 1)), ("c.root", "Events", None)])
    assert known == [info("a.root"), info("b.root", 6), None]
    assert known[0].branches is known[1].branches
    for other in (Stamp(101, 7), Stamp(100, 8), None):
        assert again.find([("a.root", "Events", other)]) == [None]
    assert again.find([("a.root", "Other", stamp)]) == [None]


def test_what_was_found_last_counts(cache):
    cache.keep([(info("a.root"), Stamp(1, 1))])
    cache.keep([(info("a.root", 9), Stamp(2, 2))])
    assert cache.find([("a.root", "Events", Stamp(1, 1)), ("a.root", "Events", Stamp(2, 2))]) == [
        None,
        info("a.root", 9),
    ]


def test_names_are_found_from_another_folder(cache, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cache.keep([(info("a.root"), Stamp(1, 1))])
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert cache.find([("../a.root", "Events", Stamp(1, 1))]) == [None]  # no guesses about links
    [found] = cache.find([(str(tmp_path / "a.root"), "Events", Stamp(1, 1))])
    assert found == info(str(tmp_path / "a.root"))


def test_stamps(tmp_path):
    path = tmp_path / "a.root"
    path.write_bytes(b"12345")
    os.utime(path, ns=(1, 123_456_789))
    assert stamp_of(str(path)) == Stamp(5, 123_456_789)
    assert stamp_of(f"file://{path}") == Stamp(5, round(1e9 * path.stat().st_mtime))
    assert stamp_of(str(tmp_path / "nowhere")) is None
    assert stamp_of("nosuchprotocol://a/b") is None


@pytest.mark.parametrize("content", [b"this is no database, and longer than a header of one", b""])
def test_a_damaged_store_is_begun_anew(cache, tmp_path, content):
    cache.keep([(info("a.root"), Stamp(1, 1))])
    [store] = (tmp_path / "cache").iterdir()
    store.write_bytes(content)
    wanted = [("a.root", "Events", Stamp(1, 1))]
    assert cache.find(wanted) == [None]
    cache.keep([(info("a.root"), Stamp(1, 1))])
    assert cache.find(wanted) == [info("a.root")]


def test_without_a_place_nothing_is_known(tmp_path):
    (tmp_path / "file").touch()
    cache = EntryCache(tmp_path / "file" / "cache")
    cache.keep([(info("a.root"), Stamp(1, 1))])
    assert cache.find([("a.root", "Events", Stamp(1, 1))]) == [None]


def test_the_place(monkeypatch, tmp_path):
    monkeypatch.setenv("HEPML_CACHE", str(tmp_path / "own"))
    EntryCache().keep([(info("a.root"), Stamp(1, 1))])
    assert list((tmp_path / "own").iterdir())
    monkeypatch.delenv("HEPML_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    EntryCache().keep([(info("a.root"), Stamp(1, 1))])
    assert list((Path(tmp_path) / "xdg" / "hepml").iterdir())
