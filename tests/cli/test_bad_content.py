"""Files that can be read and do not hold what is needed: one line, and exit status 1."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_runs
import uproot

from hepml import workflow


def test_a_missing_branch(hepml, project):
    with uproot.open(project.folder / "signal.root") as file:
        columns = file["Events"].arrays(library="np")
    columns["weights"] = columns.pop("weight")
    with uproot.recreate(project.folder / "signal.root") as file:
        file.mktree("Events", {name: values.dtype for name, values in columns.items()}).extend(columns)
    complaint = hepml("process", project.recipe, "-o", project.folder / "out").complaint
    assert complaint.startswith(f"{project.folder / 'signal.root'}, tree 'Events': there is no branch 'weight': ")
    assert "did you mean 'weights'?" in complaint


def test_a_branch_whose_type_changes_between_files(hepml, project):
    other = tiny_runs.write_flat(project.folder / "other.root", 10, y=np.arange(10))
    files = f"signal={project.folder / 'signal.root'},{other}"
    complaint = hepml("process", project.recipe, "-o", project.folder / "out", "--input", files).complaint
    assert "branch 'y' is " in complaint
    assert all(word in complaint for word in ("float", "int64", "signal.root", "other.root", "write them anew"))


def test_an_empty_tree(hepml, project):
    tiny_runs.write_flat(project.folder / "signal.root", 0)
    complaint = hepml("process", project.recipe, "-o", project.folder / "out").complaint
    assert "input 'signal' has no entries to process: check inputs.signal.files" in complaint
    complaint = hepml("check", project.recipe).complaint
    assert f"{project.folder / 'signal.root'}: tree 'Events' has no entries" in complaint


def test_an_empty_file_among_others_is_no_mistake(hepml, project):
    empty = tiny_runs.write_flat(project.folder / "empty.root", 0)
    files = f"signal={project.folder / 'signal.root'},{empty}"
    assert hepml("process", project.recipe, "-o", project.folder / "out", "--input", files).status == 0
    manifest = workflow.status(project.folder / "out")
    assert (manifest.rows, sorted(file.n_planned for file in manifest.files)) == (600, [0, 300, 300])


def test_no_event_after_the_selection(hepml, project):
    never = ("--set", "processor.options.least_x=100")
    complaint = hepml("process", project.recipe, "-o", project.folder / "out", *never).complaint
    assert "input 'signal' has no example left (all: 300 → x: 0): loosen the selection" in complaint


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_and_infinity(hepml, project, value):
    x = np.zeros(300, np.float32)
    x[[7, 8]] = value
    tiny_runs.write_flat(project.folder / "signal.root", 300, x=x)
    complaint = hepml("process", project.recipe, "-o", project.folder / "out").complaint
    assert f"{project.folder / 'signal.root'}, tree 'Events': 2 examples have NaN or inf in 'table.x'" in complaint
    assert "the first in entry 7" in complaint
    assert "process.nonfinite: drop" in complaint
    done = hepml("process", project.recipe, "-o", project.folder / "dropped", "--set", "process.nonfinite=drop")
    assert done.left_out == ["input 'signal', 2 examples: NaN or inf in 'table.x'"]
    assert workflow.status(project.folder / "dropped").rows == 598


def test_a_class_without_events(hepml, project):
    classes = ("--set", "classes=[signal, background, other]")
    complaint = hepml("process", project.recipe, "-o", project.folder / "out", *classes).complaint
    assert "class 'other' has no example (signal: 300, background: 300, other: 0): give it an input" in complaint


def test_a_class_without_events_in_one_part(hepml, project):
    hepml("process", project.recipe, "-o", project.folder / "out")
    counts = {s.name: s.counts.n.sum(axis=0) for s in workflow.status(project.folder / "out").inputs}
    only_background = int(np.flatnonzero((counts["signal"] == 0) & (counts["background"] > 0))[0])
    rest = [[0, only_background - 1], [only_background + 1, 99]] if only_background else [[1, 99]]
    split = f"split.parts={{train: [[{only_background}, {only_background}]], validation: {rest}}}"
    arguments = ("train", project.recipe, project.folder / "out", "-o", project.folder / "run", "--model", "trees")
    complaint = hepml(*arguments, "--set", split).complaint
    assert "class 'signal' has no events in part 'train': process more events, change the split" in complaint


def test_all_weights_zero(hepml, project):
    tiny_runs.write_flat(project.folder / "signal.root", 300, weight=np.zeros(300, np.float32))
    complaint = hepml("process", project.recipe, "-o", project.folder / "out").complaint
    assert "input 'signal': all 300 weights are zero: check the weight that the processor returns" in complaint


def test_negative_weights(hepml, project):
    """Trees cannot keep them and say what to do; networks can; evaluation keeps the sign whatever training does."""
    weight = np.where(np.arange(300) % 5 == 0, -1, 1).astype(np.float32)
    tiny_runs.write_flat(project.folder / "signal.root", 300, weight=weight)
    assert hepml("process", project.recipe, "-o", project.folder / "data").status == 0
    arguments = ("train", project.recipe, project.folder / "data")
    trees = (*arguments, "--model", "trees", "-o", project.folder / "trees")
    complaint = hepml(*trees).complaint
    assert "negative" in complaint
    assert "set weights.negative to drop, abs or rebalance" in complaint
    for policy in ("drop", "abs", "rebalance"):
        folder = project.folder / f"trees_{policy}"
        assert hepml(*trees[:-1], folder, "--set", f"weights.negative={policy}").status == 0
    assert hepml(*arguments, "--model", "dense", "-o", project.folder / "dense").status == 0
    runs = (project.folder / "dense", project.folder / "trees_drop")
    content = workflow.evaluate(runs, project.folder / "data", project.folder / "report")
    of_signal = [part for part in content.parts if part.class_ == "signal"]
    assert sum(part.sum_w for part in of_signal) == 240 - 60
    assert sum(part.n for part in of_signal) == 300
