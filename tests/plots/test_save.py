"""Figures on disk."""

from __future__ import annotations

import pytest
from plots.figures_of_all_kinds import FIGURES

from hepml.errors import OutputError
from hepml.plots import save_figure
from hepml.plots.save import file_stem


def test_both_files_are_written_and_nothing_else(tmp_path):
    """A new folder has the PNG and the PDF, and no temporary file."""
    saved = save_figure(FIGURES["confusion"](("w", "qcd")), tmp_path / "plots", "confusion_cnn")
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == ["confusion_cnn.pdf", "confusion_cnn.png"]
    assert saved.png.read_bytes().startswith(b"\x89PNG")
    assert saved.pdf.read_bytes().startswith(b"%PDF")


def test_names_stay_inside_the_folder(tmp_path):
    """A run named like a path writes beside the others."""
    saved = save_figure(FIGURES["confusion"](("w", "qcd")), tmp_path, "../../roc of $me")
    assert saved.png.parent == tmp_path
    assert sorted(tmp_path.iterdir()) == sorted([saved.png, saved.pdf])


def test_different_names_get_different_files():
    """Replaced letters never make two names one."""
    names = ["a b", "a_b", "a/b", "a:b", "../a b", "", "..", "é"]
    assert len({file_stem(name) for name in names}) == len(names)
    assert all(file_stem(name).strip(".") for name in names)


def test_unwritable_folder(tmp_path):
    """A file in the way of the folder."""
    (tmp_path / "plots").write_text("")
    with pytest.raises(OutputError, match="plots"):
        save_figure(FIGURES["confusion"](("w", "qcd")), tmp_path / "plots", "roc")
