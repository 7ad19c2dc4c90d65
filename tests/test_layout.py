"""Rules about files that no linter holds."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "hepml").rglob("*.py"))


@pytest.mark.parametrize("word", ["util", "helper", "misc", "common"])
def test_file_names_say_what_is_inside(word):
    """No file is named for being useful."""
    assert [path.name for path in FILES if word in path.stem] == []


def test_every_folder_is_a_package():
    """A folder without `__init__.py` would be missing from the installed package."""
    assert {path.parent for path in FILES} == {path.parent for path in FILES if path.name == "__init__.py"}
