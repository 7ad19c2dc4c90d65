"""Planning."""

from __future__ import annotations

import os
import shutil
from itertools import pairwise

import pytest
import uproot
from toy_jets import write_toy_jets

from hepml.errors import InputError
from hepml.processing import make_plan
from hepml.recipe import Input


def plan(inputs, chunk_size=100, bad_input="stop"):
    specs = {
        name: Input(files=[str(path) for path in (files if isinstance(files, list) else [files])])
        for name, files in inputs.items()
    }
    return make_plan(specs, chunk_size=chunk_size, bad_input=bad_input)


@pytest.mark.parametrize(("chunk_size", "n_chunks"), [(1, 500), (70, 7), (100, 5), (1000, 2)])
def test_chunks_cover_every_entry_once(toy_files, chunk_size, n_chunks):
    made = plan(toy_files, chunk_size)
    assert len(made.chunks) == n_chunks
    assert made.n_entries == 500
    assert list(made.chunks) == sorted(made.chunks)
    for name, n in (("w", 300), ("qcd", 200)):
        mine = [chunk for chunk in made.chunks if chunk.input == name]
        assert mine[0].start == 0
        assert mine[-1].stop == n
        assert all(a.stop == b.start for a, b in pairwise(mine))
        assert all(chunk.uuid == str(uproot.open(toy_files[name]).file.uuid) for chunk in mine)


def test_empty_tree_is_planned_with_no_entries(real_data):
    spec = Input(files=[str(real_data("uproot-empty.root"))], tree="tree")
    made = make_plan({"x": spec}, chunk_size=10, bad_input="stop")
    assert [(chunk.start, chunk.stop) for chunk in made.chunks] == [(0, 0)]
    assert made.files[0][1].n_entries == 0


def test_same_file_twice(toy_files, tmp_path):
    copy = shutil.copy(toy_files["w"], tmp_path / "copy.root")
    with pytest.raises(InputError, match=r"(w|copy).root \(input 'w'\) and .*root \(input 'w'\) are one file, UUID "):
        plan({"w": [copy, toy_files["w"]]})
    with pytest.raises(InputError, match=r"\(input 'b'\) and .* \(input 'a'\) are one file"):
        plan({"a": toy_files["w"], "b": toy_files["w"]})


def test_two_trees_of_one_file_are_two_inputs(tmp_path):
    with uproot.recreate(tmp_path / "two.root") as file:
        for name in ("sig", "bkg"):
            file.mktree(name, {"x": "f4"}).extend({"x": [1.0, 2.0]})
    files = [str(tmp_path / "two.root")]
    made = make_plan(
        {"s": Input(files=files, tree="sig"), "b": Input(files=files, tree="bkg")}, chunk_size=10, bad_input="stop"
    )
    assert [(chunk.input, chunk.tree) for chunk in made.chunks] == [("b", "bkg"), ("s", "sig")]


def test_unreadable_file_stops(toy_files, tmp_path):
    (tmp_path / "zero.root").touch()
    with pytest.raises(InputError, match=r"zero.root: the file is empty"):
        plan({"w": [toy_files["w"], tmp_path / "zero.root"]})


def test_unreadable_file_is_accounted_for_where_allowed(toy_files, tmp_path):
    (tmp_path / "zero.root").touch()
    made = plan({"w": [toy_files["w"], tmp_path / "zero.root", tmp_path / "no.root"]}, bad_input="skip")
    assert made.n_entries == 300
    assert [(file.path.rpartition("/")[2], file.uuid) for file in made.left_out] == [("no.root", ""), ("zero.root", "")]
    assert "there is no such file" in made.left_out[0].reasons[0]


def test_changes_of_type_are_found(toy_files, tmp_path):
    with uproot.recreate(tmp_path / "double.root") as file:
        file.mktree("Events", {"jet_pt": "f8", "run": "i8"}).extend({"jet_pt": [1.0], "run": [1]})
    (change,) = plan({"w": [toy_files["w"], tmp_path / "double.root"]}).changes
    assert (change.branch, {change.first_type, change.other_type}) == ("jet_pt", {"float", "double"})


def test_ttree_and_rntuple_have_the_same_types(toy_files, tmp_path):
    with uproot.open(toy_files["w"]) as file:
        arrays = {name: file["Events"][name].array() for name in ("jet_pt", "part_pt", "event")}
    with uproot.recreate(tmp_path / "n.root") as file:
        file["Events"] = arrays
    made = plan({"w": [toy_files["w"], tmp_path / "n.root"]})
    assert made.changes == ()
    assert made.n_entries == 600


def test_many_files(tmp_path):
    paths = [write_toy_jets(tmp_path / f"{i}.root", 3, seed=i, mean_multiplicity=5) for i in range(12)]
    made = plan({"w": [tmp_path / "*.root"]})
    assert made.n_entries == 36
    assert {chunk.path for chunk in made.chunks} == {str(path) for path in paths}


def test_what_was_found_before_is_trusted_only_where_that_is_asked_for(toy_files, tmp_path, monkeypatch):
    """A file is not opened again while it has the same size and time; a rewritten one is."""
    monkeypatch.setenv("HEPML_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "w.root"
    shutil.copy2(toy_files["w"], path)
    spec = {"w": Input(files=[str(path)])}
    first = make_plan(spec, chunk_size=100, bad_input="stop")
    content, status = path.read_bytes(), path.stat()
    path.write_bytes(b"x" * len(content))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert make_plan(spec, chunk_size=100, bad_input="stop", trust_cache=True) == first
    with pytest.raises(InputError, match="is not a ROOT file"):
        make_plan(spec, chunk_size=100, bad_input="stop")
    write_toy_jets(path, 120, seed=5)
    assert make_plan(spec, chunk_size=100, bad_input="stop", trust_cache=True).n_entries == 120


def test_files_of_one_kind_share_their_branches(toy_files):
    made = plan(toy_files)
    assert made.files[0][1].branches is made.files[1][1].branches
