"""Files that cannot be read: one line that names file, tree, branch and remedy, and exit status 1.

Where the user allows it, what cannot be read is left out, in numbers, and the exit status is 3.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny_runs
import uproot

from hepml import workflow

SKIP = ("--set", "process.bad_input=skip")


CHUNKS = ("--set", "process.chunk_size=100")


def _missing(file: Path) -> None:
    file.unlink()


def _zero_byte(file: Path) -> None:
    file.write_bytes(b"")


def _truncated(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def _html(file: Path) -> None:
    file.write_text("<!DOCTYPE html><html><body>404</body></html>")


def _no_tree(file: Path) -> None:
    tiny_runs.write_flat(file, 300, tree="Event")


def _no_tree_at_all(file: Path) -> None:
    with uproot.recreate(file) as empty:
        empty["note"] = "nothing here"


UNREADABLE = {
    "missing": (_missing, "there is no such file: check the path"),
    "zero-byte": (_zero_byte, "the file is empty (0 bytes): copy it again or leave it out"),
    "truncated": (_truncated, "the file is truncated ("),
    "html": (_html, "is not a ROOT file (an HTML page, "),
    "missing tree": (_no_tree, "there is no tree 'Events': did you mean 'Event'?"),
    "no tree at all": (_no_tree_at_all, "there is no tree 'Events': the file holds no tree at all"),
}


@pytest.mark.parametrize("damage", UNREADABLE)
@pytest.mark.parametrize("verb", ["process", "check", "run"])
def test_a_file_that_cannot_be_opened(hepml, project, damage, verb):
    make, message = UNREADABLE[damage]
    make(project.folder / "signal.root")
    output = () if verb == "check" else ("-o", project.folder / "out")
    complaint = hepml(verb, project.recipe, *output).complaint
    assert str(project.folder / "signal.root") in complaint
    assert message in complaint


@pytest.mark.parametrize("damage", UNREADABLE)
def test_a_file_that_cannot_be_opened_is_left_out_where_that_is_allowed(hepml, project, damage):
    good = tiny_runs.write_flat(project.folder / "more.root", 50, first_event=1000)
    UNREADABLE[damage][0](project.folder / "signal.root")
    files = f"signal={project.folder / 'signal.root'},{good}"
    done = hepml("process", project.recipe, "-o", project.folder / "out", "--input", files, *SKIP)
    [line] = done.left_out
    assert line.startswith("input 'signal', the whole file: ")
    assert str(project.folder / "signal.root") in line
    manifest = workflow.status(project.folder / "out")
    assert manifest.rows == 350
    assert [(file.n_planned, file.n_processed, file.n_skipped) for file in manifest.files if file.uuid] == [
        (50, 50, 0),
        (300, 300, 0),
    ]


@pytest.mark.parametrize("damage", UNREADABLE)
def test_predict_says_the_same(hepml, flat, tmp_path, damage):
    make, message = UNREADABLE[damage]
    file = tiny_runs.write_flat(tmp_path / "data.root", 300)
    make(file)
    complaint = hepml("predict", flat.run("trees"), file, "-o", tmp_path / "out").complaint
    assert str(file) in complaint
    assert message in complaint
    good = tiny_runs.write_flat(tmp_path / "good.root", 20)
    done = hepml("predict", flat.run("trees"), file, good, "-o", tmp_path / "out", *SKIP)
    [line] = done.left_out
    assert line.startswith(f"{file}, the whole file: ")
    assert (tmp_path / "out" / "good_friend.root").exists()


def _damage_basket(file: Path, branch: str) -> None:
    """Overwrite the header of the second basket of a branch, on disk."""
    with uproot.open(file) as opened:
        place = opened["Events"][branch].member("fBasketSeek")[1]
    content = bytearray(file.read_bytes())
    content[place : place + 20] = b"\xff" * 20
    file.write_bytes(content)


@pytest.fixture
def bad_basket(project):
    """Return a project in which entries 100 to 199 of the signal cannot be read."""
    file = project.folder / "signal.root"
    with uproot.open(file) as opened:
        columns = opened["Events"].arrays(library="np")
    with uproot.recreate(file) as new:
        tree = new.mktree("Events", {name: values.dtype for name, values in columns.items()})
        for start in (0, 100, 200):
            tree.extend({name: values[start : start + 100] for name, values in columns.items()})
    _damage_basket(file, "y")
    return project


def test_a_bad_basket(hepml, bad_basket):
    arguments = ("process", bad_basket.recipe, "-o", bad_basket.folder / "out", *CHUNKS)
    complaint = hepml(*arguments).complaint
    assert f"{bad_basket.folder / 'signal.root'}, tree 'Events', entries 100 to 200, branch 'y'" in complaint
    assert "copy the file again" in complaint
    [line] = hepml(*arguments, *SKIP).left_out
    assert line.startswith("input 'signal', 100 of 300 entries: ")
    assert workflow.status(bad_basket.folder / "out").rows == 500
    assert hepml("status", bad_basket.folder / "out").status == 3


def test_predict_on_a_bad_basket(hepml, bad_basket, flat, tmp_path):
    file = bad_basket.folder / "signal.root"
    complaint = hepml("predict", flat.run("trees"), file, "-o", tmp_path / "scores", *CHUNKS).complaint
    assert "entries 100 to 200, branch 'y'" in complaint
    [line] = hepml("predict", flat.run("trees"), file, "-o", tmp_path / "scores", *CHUNKS, *SKIP).left_out
    assert line.startswith(f"{file}, 100 without a score: ")
    selected = uproot.open(tmp_path / "scores" / "signal_friend.root")["Friends"]["selected"].array().tolist()
    assert selected == [True] * 100 + [False] * 100 + [True] * 100
