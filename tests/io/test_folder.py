"""Output folders and atomic files."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from hepml.errors import OutputError
from hepml.io.folder import (
    claim_folder,
    exclusive,
    output_errors,
    remove_temporary,
    replacing,
    write_bytes_atomic,
    write_text_atomic,
)


def claim(path):
    return claim_folder(path, kind="dataset", marker="manifest.json")


def test_claim_creates_and_takes_again(tmp_path):
    folder = claim(tmp_path / "a" / "b")
    assert folder.is_dir()
    write_text_atomic(folder / "part.json", "{}")
    assert claim(folder) == folder


def test_claim_takes_a_complete_output(tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "shards").mkdir()
    assert claim(tmp_path) == tmp_path


def test_claim_takes_an_empty_folder(tmp_path):
    assert claim(tmp_path) == tmp_path


def test_claim_refuses_something_else(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(OutputError, match=r"not a dataset \(thesis.tex\): choose another"):
        claim(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["thesis.tex"]


def test_claim_refuses_another_kind(tmp_path):
    claim_folder(tmp_path, kind="run", marker="run.json")
    with pytest.raises(OutputError, match=r"not a dataset"):
        claim(tmp_path)


def test_claim_refuses_a_file(tmp_path):
    (tmp_path / "x").write_text("x")
    with pytest.raises(OutputError, match=r"this is a file: choose another name"):
        claim(tmp_path / "x")
    with pytest.raises(OutputError, match=r"a file is in the way"):
        claim(tmp_path / "x" / "y")


def test_claim_of_what_cannot_be_made():
    with pytest.raises(OutputError, match=r"/proc/hepml: cannot be written"):
        claim("/proc/hepml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_claim_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match=r"choose a folder that you may write to"):
        claim(tmp_path / "x")


def test_exclusive_is_for_one(tmp_path):
    folder = claim(tmp_path)
    with (
        exclusive(folder, kind="dataset"),
        pytest.raises(OutputError, match=r"another process is writing this dataset"),
        exclusive(folder, kind="dataset"),
    ):
        pass
    with exclusive(folder, kind="dataset"):
        pass


def test_replacing_renames_on_success(tmp_path):
    final = tmp_path / "sub" / "x.npz"
    with replacing(final) as temporary:
        assert temporary.suffix == ".npz"
        temporary.write_text("new")
        assert not final.exists()
    assert final.read_text() == "new"
    assert list(final.parent.iterdir()) == [final]


def test_replacing_leaves_the_old_file_on_failure(tmp_path):
    final = tmp_path / "x.txt"
    final.write_text("old")

    def fail():
        with replacing(final) as temporary:
            temporary.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert final.read_text() == "old"
    assert list(tmp_path.iterdir()) == [final]


def test_atomic_bytes_and_text(tmp_path):
    write_bytes_atomic(tmp_path / "b", b"\x00\x01")
    write_text_atomic(tmp_path / "t", "φ")
    assert (tmp_path / "b").read_bytes() == b"\x00\x01"
    assert (tmp_path / "t").read_text(encoding="utf-8") == "φ"


def test_full_device():
    with (
        pytest.raises(OutputError, match=r"/dev/full: cannot be written \(No space left on device\): free some space"),
        output_errors("/dev/full"),
        Path("/dev/full").open("wb", buffering=0) as stream,
    ):
        stream.write(b"x")


def test_full_disk_leaves_nothing(tmp_path):
    """A limit on the size of files is what a process sees of a full disk."""
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "from hepml.io.folder import write_bytes_atomic\n"
        "write_bytes_atomic(sys.argv[1], b'x' * 2000)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "big")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "OutputError" in done.stderr
    assert "free some space" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_remove_temporary_takes_leftovers_only(tmp_path):
    with replacing(tmp_path / "a" / "x") as temporary:
        temporary.write_text("complete")
        left_behind = temporary.with_name(temporary.name + "2")
        left_behind.write_text("half")
    remove_temporary(tmp_path)
    assert not left_behind.exists()
    assert (tmp_path / "a" / "x").read_text() == "complete"
