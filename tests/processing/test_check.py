"""A first look at a recipe."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from toy_jets import write_toy_jets

from hepml.errors import InputError, RecipeError
from hepml.processing import check_recipe, process_dataset


def test_report(make_recipe, toy_files, tmp_path):
    report = check_recipe(make_recipe(toy_files))
    w, qcd = report.inputs
    assert (w.name, w.label, w.n_files, w.n_entries, w.n_checked, w.n_rows) == ("w", "w", 1, 300, 300, 300)
    assert (qcd.estimated_entries, qcd.estimated_rows) == (200, 200)
    assert [step.name for step in w.cutflow.steps] == ["all", "pt"]
    assert {"jet_pt", "jet_mass", "part_pt", "part_eta", "part_phi", "run", "lumi", "event"} <= set(w.branches)
    assert "part_energy" not in w.branches
    assert report.arrays == {"jet": (2,), "image": (5, 5, 1)}
    assert report.dense_bytes_per_row == (2 + 25) * 4
    assert report.classes == ("w", "qcd")
    assert report.spectators == ("jet_pt_gev", "n_particles")
    assert report.keys == ("run", "lumi", "event")
    assert report.worker_memory_bytes > 0
    assert w.estimated_seconds > 0
    made = process_dataset(make_recipe(toy_files, chunk_size=1000), tmp_path / "d")
    assert sum(shard.size for shard in made.shards) == w.estimated_bytes + qcd.estimated_bytes


def test_extrapolates_by_size(make_recipe, tmp_path):
    for i, n in enumerate((50, 150)):
        write_toy_jets(tmp_path / f"{i}.root", n, seed=i, first_event=1000 * i)
    (check,) = check_recipe(make_recipe({"w": [tmp_path / "*.root"]})).inputs
    assert check.n_files == 2
    assert check.n_entries == 50
    assert 160 < check.estimated_entries < 220


def test_leaves_nothing(make_recipe, toy_files, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    check_recipe(make_recipe(toy_files))
    assert list(tmp_path.iterdir()) == []


def test_what_process_would_raise(make_recipe, toy_files, tmp_path):
    with pytest.raises(RecipeError, match=r"processor.options.pixel"):
        check_recipe(make_recipe(toy_files, options={"pixel": 3}))
    empty = write_toy_jets(tmp_path / "empty.root", 0, seed=1)
    with pytest.raises(InputError, match=r"empty.root: tree 'Events' has no entries"):
        check_recipe(make_recipe({"w": empty}))
    nan = write_toy_jets(tmp_path / "nan.root", 50, seed=1, nan_fraction=0.5)
    with pytest.raises(InputError, match=r"NaN or inf in 'image.pt'"):
        check_recipe(make_recipe({"w": nan}))
    assert Path(nan).exists()
