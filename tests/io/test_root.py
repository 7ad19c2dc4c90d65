"""Looking into ROOT files, good and bad."""

from __future__ import annotations

import uuid
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot
from toy_jets import write_toy_jets

from hepml.errors import HepmlError, InputError
from hepml.io.root import bytes_per_entry, expand_files, inspect_file, one_line


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return write_toy_jets(tmp_path_factory.mktemp("toy") / "w.root", 50, seed=1)


def test_inspect_ttree(toy):
    info = inspect_file(str(toy), "Events")
    assert info.n_entries == 50
    assert info.branches["jet_pt"] == "float"
    assert info.branches["part_pt"] == "float[]"
    assert info.uuid == str(uproot.open(toy).file.uuid)


def test_inspect_rntuple(tmp_path):
    with uproot.recreate(tmp_path / "n.root") as file:
        file["Events"] = {"x": np.arange(5.0), "y": ak.Array([[1], [], [2, 3], [4], [5]])}
    info = inspect_file(str(tmp_path / "n.root"), "Events")
    assert info.n_entries == 5
    assert info.branches == {"x": "double", "y": "std::vector<std::int64_t>"}


def test_inspect_tree_in_a_folder(tmp_path):
    with uproot.recreate(tmp_path / "d.root") as file:
        file.mktree("ntuple/jets", {"x": "f4"}).extend({"x": np.zeros(3, "f4")})
    assert inspect_file(str(tmp_path / "d.root"), "ntuple/jets").n_entries == 3
    with pytest.raises(InputError, match=r"did you mean 'ntuple/jets'"):
        inspect_file(str(tmp_path / "d.root"), "ntuple/jet")


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"no.root: there is no such file: check the path"):
        inspect_file(str(tmp_path / "no.root"), "Events")


def test_zero_bytes(tmp_path):
    (tmp_path / "zero.root").touch()
    with pytest.raises(InputError, match=r"zero.root: the file is empty \(0 bytes\)"):
        inspect_file(str(tmp_path / "zero.root"), "Events")


def test_html_page(tmp_path):
    (tmp_path / "page.root").write_text("\n<!DOCTYPE html><html>please log in</html>")
    with pytest.raises(InputError, match=r"is not a ROOT file .an HTML page"):
        inspect_file(str(tmp_path / "page.root"), "Events")


def test_some_other_file(tmp_path):
    (tmp_path / "other.root").write_bytes(b"PAR1" + bytes(100))
    with pytest.raises(InputError, match=r"is not a ROOT file .it starts with b'PAR1"):
        inspect_file(str(tmp_path / "other.root"), "Events")


@pytest.mark.parametrize("fraction", [0.001, 0.3, 0.99])
def test_truncated_file(toy, tmp_path, fraction):
    content = toy.read_bytes()
    n = int(len(content) * fraction)
    (tmp_path / "short.root").write_bytes(content[:n])
    with pytest.raises(InputError, match=rf"short.root: the file is truncated \({n} of {len(content)} bytes\)"):
        inspect_file(str(tmp_path / "short.root"), "Events")


def test_damaged_directory(toy, tmp_path):
    """The header is whole, what it points to is not."""
    content = bytearray(toy.read_bytes())
    content[100:400] = b"\xff" * 300
    (tmp_path / "hurt.root").write_bytes(content)
    with pytest.raises(InputError, match=r"hurt.root: (is damaged|cannot be read)"):
        inspect_file(str(tmp_path / "hurt.root"), "Events")


def test_folder_in_place_of_a_file(tmp_path):
    with pytest.raises(InputError, match=r"cannot be read"):
        inspect_file(str(tmp_path), "Events")


def test_missing_tree(toy):
    with pytest.raises(InputError, match=r"there is no tree 'Event': did you mean 'Events'?"):
        inspect_file(str(toy), "Event")


def test_not_a_tree(real_data):
    with pytest.raises(InputError, match=r"'hpK' is a TH1D and not a tree"):
        inspect_file(str(real_data("uproot-issue-880.root")), "hpK")


def test_file_without_a_tree(real_data):
    with pytest.raises(InputError, match=r"there is no tree 'Delphes': the file holds no tree at all"):
        inspect_file(str(real_data("bad_delphes.root")), "Delphes")


def test_empty_tree(real_data):
    assert inspect_file(str(real_data("uproot-empty.root")), "tree").n_entries == 0


def test_real_nanoaod(real_data):
    info = inspect_file(str(real_data("pfnano.root")), "Events")
    assert info.n_entries == 10
    assert info.branches["FatJetPFCands_jetIdx"] == "int32_t[]"


def test_file_without_a_uuid(toy, tmp_path):
    """Some writers leave it empty: such files must not count as one."""
    own = uuid.UUID(inspect_file(str(toy), "Events").uuid).bytes
    found = set()
    for name in ("a.root", "b.root"):
        (tmp_path / name).write_bytes(toy.read_bytes().replace(own, bytes(16)))
        found.add(inspect_file(str(tmp_path / name), "Events").uuid)
    assert len(found) == 2
    assert str(uuid.UUID(int=0)) not in found


def test_bytes_per_entry(tmp_path):
    """Two branches of four bytes and one of eight."""
    with uproot.recreate(tmp_path / "t.root") as file:
        file.mktree("Events", {"x": "f4", "y": "f4", "z": "f8"}).extend({name: np.zeros(100) for name in "xyz"})
        file["Other"] = {"x": np.zeros(100)}
    info = inspect_file(str(tmp_path / "t.root"), "Events")
    assert bytes_per_entry(info, ["x", "z"]) == pytest.approx(12, rel=0.2)
    assert bytes_per_entry(info, []) == 0
    assert bytes_per_entry(inspect_file(str(tmp_path / "t.root"), "Other"), ["x"]) > 0


def test_unreachable_server():
    """What is missing may be the server, or the package that talks to it."""
    with pytest.raises(HepmlError, match=r"http://localhost:9/x.root: (cannot be read|reading it needs a package)"):
        inspect_file("http://localhost:9/x.root", "Events")


def test_expand_files(tmp_path, monkeypatch):
    for name in ("b.root", "a.root", "sub/c.root"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert expand_files(["*.root", "a.root"]) == ["a.root", "b.root"]
    assert expand_files(["**/*.root"]) == ["a.root", "b.root", "sub/c.root"]
    assert expand_files(["root://host//x*.root", "no.root"]) == ["no.root", "root://host//x*.root"]
    with pytest.raises(InputError, match=r"c\*.root: the pattern matches no file"):
        expand_files(["a.root", "c*.root"])


def test_expand_takes_a_name_with_brackets_as_it_is(tmp_path):
    (tmp_path / "a[1].root").touch()
    assert expand_files([str(tmp_path / "a[1].root")]) == [str(tmp_path / "a[1].root")]


def test_expand_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert expand_files(["~/x.root"]) == [str(Path(tmp_path) / "x.root")]


def test_one_line():
    assert one_line(ValueError("a\n  b")) == "a b"
    assert one_line(KeyError()) == "KeyError"
    assert len(one_line(ValueError("x" * 500))) == 200
