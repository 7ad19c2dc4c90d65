"""Mistakes in recipes, processor files and arguments: one line, and exit status 1."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import tiny_runs

CHUNKS = ("--set", "process.chunk_size=100")


def test_a_misspelled_key(hepml, project):
    text = project.recipe.read_text().replace("epochs", "epoch")
    project.recipe.write_text(text)
    complaint = hepml("process", project.recipe, "-o", project.folder / "out").complaint
    assert complaint == f"{project.recipe}: unknown key 'training.epoch': did you mean 'epochs'?"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("training.epoch=3", "unknown key 'training.epoch': did you mean 'epochs'?"),
        ("models.trees.options.max_itr=3", "unknown key 'models.trees.options.max_itr': did you mean 'max_iter'"),
        ("processor.options.least_y=3", "unknown key 'processor.options.least_y': did you mean 'least_x'"),
        ("training.epochs=many", "training.epochs = 'many': input should be a valid integer"),
        ("split.parts={train: 70, test: 70}", "the parts take 140 buckets, not 100"),
        ("task.options.signal=sgnal", "task.options.signal is 'sgnal', which is no class: did you mean 'signal'?"),
        ("models.trees.inputs=[]", "models.trees.inputs = []: list should have at least 1 item"),
        ("models.tree.seeds=[2]", "--set models.tree.seeds: models has no 'tree': did you mean 'trees'?"),
    ],
)
def test_settings_are_checked_like_the_recipe(hepml, project, setting, message):
    complaint = hepml("run", project.recipe, "-o", project.folder / "out", "--set", setting).complaint
    assert message in complaint


def test_not_a_recipe(hepml, tmp_path):
    assert "there is no such recipe" in hepml("process", tmp_path / "no.yaml", "-o", tmp_path / "out").complaint
    (tmp_path / "bad.yaml").write_text("inputs: [")
    assert "not valid YAML" in hepml("process", tmp_path / "bad.yaml", "-o", tmp_path / "out").complaint
    (tmp_path / "list.yaml").write_text("- a\n")
    assert "a recipe is a mapping" in hepml("check", tmp_path / "list.yaml").complaint


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("weight[chosen]", "weight[chosne]", "name 'chosne' is not defined"),
        ("def examples(events, options):", "def examples(events, options)", "SyntaxError"),
        ("Processor = processor", "Prosessor = processor", "or 'Prosessor'?"),
        ("import awkward as ak", "import awkwardd as ak", "No module named 'awkwardd'"),
        ("y_spectator", "y spectator", "Examples.spectators has the name 'y spectator'"),
    ],
)
def test_a_mistake_in_the_processor_file_shows_its_own_line(hepml, project, old, new, message):
    file = project.folder / "mine.py"
    file.write_text(tiny_runs.FLAT.read_text().replace(old, new))
    number = next((i for i, line in enumerate(file.read_text().splitlines(), 1) if new in line), 0)
    setting = f"processor.file={file}"
    complaint = hepml("process", project.recipe, "-o", project.folder / "out", "--set", setting).complaint
    assert "mine.py" in complaint
    assert message in complaint
    if old not in ("Processor = processor", "y_spectator"):  # no line is wrong, the whole is
        assert f"line {number}" in complaint


def test_a_processor_file_that_is_not_there(hepml, project):
    setting = "processor.file=nowhere.py"
    complaint = hepml("process", project.recipe, "-o", project.folder / "out", "--set", setting).complaint
    assert "nowhere.py: there is no such processor file: check processor.file" in complaint


@pytest.mark.parametrize("workers", [1, 2])
def test_a_mistake_on_one_event_only(hepml, project, workers):
    file = project.folder / "mine.py"
    broken = "    assert not (weight < 0).any(), 'negative weight'\n    chosen ="
    file.write_text(tiny_runs.FLAT.read_text().replace("    chosen =", broken))
    weight = np.ones(300, np.float32)
    weight[250] = -1
    tiny_runs.write_flat(project.folder / "signal.root", 300, weight=weight)
    arguments = ("process", project.recipe, "-o", project.folder / "out", "--set", f"processor.file={file}")
    complaint = hepml(*arguments, *CHUNKS, "--workers", workers).complaint
    assert "mine.py, line " in complaint
    assert "AssertionError: negative weight" in complaint
    assert "entries 200 to 300" in complaint
    assert not (project.folder / "out" / "manifest.json").exists()


def test_other_runs_and_datasets(hepml, flat, project, tmp_path):
    folder = project.folder / "nothing"
    assert "there is no dataset here" in hepml("status", folder).complaint
    assert "there is no dataset here" in hepml("train", flat.recipe, folder, "-o", tmp_path / "run").complaint
    assert "there is no run here" in hepml("evaluate", folder, flat.dataset, "-o", tmp_path / "report").complaint
    assert "there is no run here" in hepml("predict", folder, tmp_path / "x.root", "-o", tmp_path / "s").complaint
    assert "matches no file" in hepml("predict", flat.run("trees"), tmp_path / "*.txt", "-o", tmp_path / "s").complaint
    unfinished = shutil.copytree(flat.dataset, tmp_path / "unfinished")
    (unfinished / "manifest.json").unlink()
    assert "the dataset is not finished" in hepml("status", unfinished).complaint
    assert hepml("sample", "jetz", "--events", "10", "-o", tmp_path / "jets").status == 2
    assert "there is no demo 'jetz': did you mean 'jets'?" in hepml("demo", "jetz", "-o", tmp_path / "d").complaint
