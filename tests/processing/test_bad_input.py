"""Bad input: one clear line, or, where the recipe allows it, accounted for in numbers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import uproot
from toy_jets import toy_columns, write_toy_jets

from hepml.errors import HepmlError, InputError, ProcessorError
from hepml.processing import Workforce, process_dataset
from hepml.processing.executor_choice import ALONE

EXECUTORS = pytest.mark.parametrize(("executor", "workers"), [("iterative", 1), ("futures", 2), ("dask", 2)])


def refused(recipe, folder, match, error=InputError, workforce=ALONE):
    """Check that processing ends with one line, and that nothing looks like a dataset."""
    with pytest.raises(error, match=match) as caught:
        process_dataset(recipe, folder, workforce=workforce)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert not (folder / "manifest.json").exists()


@pytest.fixture
def broken(toy_files, tmp_path, break_basket):
    """Return files that are bad in every way in which a file may be bad."""
    content = toy_files["w"].read_bytes()
    made = {"missing": tmp_path / "missing.root"}
    for name, part in {"zero": b"", "truncated": content[:2000], "html": b"<html></html>"}.items():
        made[name] = tmp_path / f"{name}.root"
        made[name].write_bytes(part)
    made["no_tree"] = tmp_path / "no_tree.root"
    with uproot.recreate(made["no_tree"]) as file:
        file.mktree("Jets", {"x": "f4"}).extend({"x": [1.0]})
    return made


MESSAGES = {
    "missing": r"missing.root: there is no such file",
    "zero": r"zero.root: the file is empty \(0 bytes\)",
    "truncated": r"truncated.root: the file is truncated \(2000 of \d+ bytes\)",
    "html": r"html.root: is not a ROOT file \(an HTML page",
    "no_tree": r"no_tree.root: there is no tree 'Events': did you mean 'Jets'",
}


@pytest.mark.parametrize("kind", MESSAGES)
def test_bad_file_stops(kind, broken, make_recipe, toy_files, tmp_path):
    recipe = make_recipe({"w": [toy_files["w"], broken[kind]], "qcd": toy_files["qcd"]})
    refused(recipe, tmp_path / "d", MESSAGES[kind])


def test_bad_files_are_accounted_for_where_allowed(broken, make_recipe, toy_files, tmp_path):
    files = {"w": [toy_files["w"], *broken.values()], "qcd": toy_files["qcd"]}
    manifest = process_dataset(make_recipe(files, process={"bad_input": "skip"}), tmp_path / "d")
    assert manifest.rows == 500
    assert manifest.n_skipped == len(MESSAGES)
    left_out = {Path(file.path).stem: file for file in manifest.files if not file.uuid}
    assert set(left_out) == set(MESSAGES)
    assert all((file.n_planned, file.n_processed, file.n_skipped) == (0, 0, 0) for file in left_out.values())
    assert "truncated" in left_out["truncated"].reasons[0]


def test_bad_basket_stops(make_recipe, toy_files, tmp_path, break_basket):
    bad = break_basket(toy_files["w"], tmp_path / "bad.root")
    recipe = make_recipe({"w": bad, "qcd": toy_files["qcd"]})
    message = r"bad.root, tree 'Events', entries \d+ to \d+, branch 'part_pt': cannot be read"
    refused(recipe, tmp_path / "d", message)


@EXECUTORS
def test_bad_basket_is_skipped_and_counted(make_recipe, toy_files, tmp_path, break_basket, executor, workers):
    """Every entry is planned = processed + skipped, and what is left is what it would be without the bad file."""
    good = write_toy_jets(tmp_path / "good.root", 150, seed=5, kind="w", first_event=5000)
    bad = break_basket(toy_files["w"], tmp_path / "bad.root")
    files = {"w": [bad, good], "qcd": toy_files["qcd"]}
    recipe = make_recipe(files, process={"bad_input": "skip"})
    manifest = process_dataset(recipe, tmp_path / "d", workforce=Workforce(executor, workers))
    accounted = {Path(f.path).name: (f.n_planned, f.n_processed, f.n_skipped) for f in manifest.files}
    assert accounted == {"bad.root": (300, 0, 300), "good.root": (150, 150, 0), "qcd.root": (200, 200, 0)}
    assert manifest.n_skipped == 300
    (reason,) = {reason.partition("branch")[2][:20] for f in manifest.files for reason in f.reasons}
    assert "part_pt" in reason
    without = process_dataset(make_recipe({"w": good, "qcd": toy_files["qcd"]}), tmp_path / "without")
    assert manifest.digest == without.digest


def test_what_was_skipped_is_tried_again_once_it_must_not_be(make_recipe, toy_files, tmp_path, break_basket):
    """First with `skip`, then the file is mended and the run repeated with `stop`: the dataset is completed."""
    place = tmp_path / "w.root"
    break_basket(toy_files["w"], place)
    size = place.stat().st_size
    files = {"w": place, "qcd": toy_files["qcd"]}
    good = write_toy_jets(tmp_path / "good.root", 10, seed=5, kind="w", first_event=5000)
    files["w"] = [place, good]
    skipped = process_dataset(make_recipe(files, process={"bad_input": "skip"}), tmp_path / "d")
    assert skipped.n_skipped == 300
    assert process_dataset(make_recipe(files, process={"bad_input": "skip"}), tmp_path / "d").digest == skipped.digest
    refused_recipe = make_recipe(files)
    with pytest.raises(InputError, match=r"w.root, tree 'Events', .* cannot be read"):
        process_dataset(refused_recipe, tmp_path / "d")
    shutil.copy(toy_files["w"], place)
    assert place.stat().st_size == size
    whole = process_dataset(refused_recipe, tmp_path / "d")
    assert (whole.rows, whole.n_skipped) == (510, 0)


def test_file_that_goes_away_between_plan_and_reading(make_recipe, toy_files, tmp_path, edited):
    """The processor removes the second file while it reads the first."""
    for name in ("a", "b"):
        write_toy_jets(tmp_path / f"{name}.root", 40, seed=ord(name), kind="w", first_event=1000 * ord(name))
    path = edited(
        "cutflow = CutFlow", f"Path({str(tmp_path / 'b.root')!r}).unlink(missing_ok=True)\n    cutflow = CutFlow"
    )
    files = {"w": [tmp_path / "a.root", tmp_path / "b.root"]}
    refused(make_recipe(files, processor=path), tmp_path / "d", r"b.root: there is no such file")
    write_toy_jets(tmp_path / "b.root", 40, seed=1, kind="w", first_event=1)
    for file in (tmp_path / "d").glob("shards/w/*"):
        file.unlink()
    recipe = make_recipe(files, processor=path, process={"bad_input": "skip"})
    manifest = process_dataset(recipe, tmp_path / "e")
    assert [(f.n_planned, f.n_processed, f.n_skipped) for f in manifest.files] == [(40, 40, 0), (40, 0, 40)]


def test_missing_branch(make_recipe, toy_files, tmp_path, edited):
    path = edited("events.jet_pt >=", "events.jet_ptt >=")
    message = r"root, tree 'Events': there is no branch 'jet_ptt': did you mean 'jet_pt'.*edited.py, line \d+"
    refused(make_recipe(toy_files, processor=path), tmp_path / "d", message)


def test_branch_missing_in_one_file_only(make_recipe, toy_files, tmp_path):
    columns = toy_columns(20, seed=3)
    del columns["jet_mass"]
    with uproot.recreate(tmp_path / "less.root") as file:
        file.mktree("Events", {n: v.type.content for n, v in columns.items()}).extend(columns)
    recipe = make_recipe({"w": [toy_files["w"], tmp_path / "less.root"]})
    refused(recipe, tmp_path / "d", r"less.root, tree 'Events': there is no branch 'jet_mass': did you mean")


def changed_type(path, name, dtype):
    columns = toy_columns(20, seed=3, first_event=9000)
    columns[name] = np.asarray(columns[name], dtype)
    types = {n: v.dtype if isinstance(v, np.ndarray) else v.type.content for n, v in columns.items()}
    with uproot.recreate(path) as file:
        file.mktree("Events", types).extend(columns)
    return path


def test_branch_type_that_changes_between_files(make_recipe, toy_files, tmp_path):
    other = changed_type(tmp_path / "other.root", "jet_mass", np.float64)
    recipe = make_recipe({"w": [toy_files["w"], other]})
    refused(recipe, tmp_path / "d", r"branch 'jet_mass' is '(float|double)' in .*root and '(float|double)' in .*root")


def test_branch_type_that_changes_between_inputs(make_recipe, toy_files, tmp_path):
    other = changed_type(tmp_path / "other.root", "jet_mass", np.float64)
    recipe = make_recipe({"w": toy_files["w"], "qcd": other})
    refused(recipe, tmp_path / "d", r"branch 'jet_mass' is '(float|double)' in .*root and '(float|double)' in .*root")


def test_branch_that_is_not_read_may_change(make_recipe, toy_files, tmp_path):
    other = changed_type(tmp_path / "other.root", "jet_phi", np.float64)
    assert process_dataset(make_recipe({"w": [toy_files["w"], other]}), tmp_path / "d").rows == 320


def test_empty_tree_is_part_of_the_accounting(make_recipe, toy_files, tmp_path):
    empty = write_toy_jets(tmp_path / "empty.root", 0, seed=1)
    recipe = make_recipe({"w": [toy_files["w"], empty]})
    manifest = process_dataset(recipe, tmp_path / "d")
    assert manifest.rows == 300
    assert {Path(f.path).name: f.n_planned for f in manifest.files} == {"w.root": 300, "empty.root": 0}


def test_only_an_empty_tree(make_recipe, toy_files, tmp_path):
    empty = write_toy_jets(tmp_path / "empty.root", 0, seed=1)
    recipe = make_recipe({"w": empty, "qcd": toy_files["qcd"]})
    refused(recipe, tmp_path / "d", r"input 'w' has no entries to process: check inputs.w.files")


def test_nothing_left_after_the_selection(make_recipe, toy_files, tmp_path):
    recipe = make_recipe(toy_files, options={"pt_min_gev": 1e6})
    refused(recipe, tmp_path / "d", r"input 'w' has no example left \(all: 300 → pt: 0\): loosen the selection")


def test_nan_stops(make_recipe, tmp_path):
    path = write_toy_jets(tmp_path / "nan.root", 200, seed=1, nan_fraction=0.1)
    first = next(
        i for i, pt in enumerate(uproot.open(path)["Events"]["part_pt"].array()) if np.isnan(np.asarray(pt)).any()
    )
    message = rf"nan.root, tree 'Events': \d+ examples have NaN or inf in 'image.pt', the first in entry {first}: "
    refused(make_recipe({"w": path}, chunk_size=1000), tmp_path / "d", message)


@pytest.mark.parametrize("chunk_size", [30, 1000])
def test_nan_is_dropped_and_counted(make_recipe, tmp_path, chunk_size):
    path = write_toy_jets(tmp_path / "nan.root", 200, seed=1, nan_fraction=0.1)
    pt = uproot.open(path)["Events"]["part_pt"].array()
    n_bad = sum(bool(np.isnan(np.asarray(row)).any()) for row in pt)
    recipe = make_recipe({"w": path}, chunk_size=chunk_size, process={"nonfinite": "drop"})
    manifest = process_dataset(recipe, tmp_path / "d")
    assert 0 < n_bad < 60
    assert manifest.rows == 200 - n_bad
    assert manifest.inputs[0].dropped == {"image.pt": n_bad}


def test_a_refused_dataset_goes_on_with_drop_and_a_dropped_one_is_refused_again(make_recipe, tmp_path):
    """What the message advises works in the same folder; and `stop` never takes what `drop` has left out for whole."""
    path = write_toy_jets(tmp_path / "nan.root", 200, seed=1, nan_fraction=0.1)
    stop = make_recipe({"w": path}, chunk_size=30)
    drop = make_recipe({"w": path}, chunk_size=30, process={"nonfinite": "drop"})
    refused(stop, tmp_path / "d", r"set process.nonfinite: drop")
    manifest = process_dataset(drop, tmp_path / "d")
    assert manifest.digest == process_dataset(drop, tmp_path / "fresh").digest
    refused(stop, tmp_path / "d", r"set process.nonfinite: drop")
    assert process_dataset(drop, tmp_path / "d").digest == manifest.digest


def test_inf_in_a_weight(make_recipe, toy_files, tmp_path, edited):
    path = edited(
        "weight=weight,\n        spectators", "weight=np.where(jets.event == 7, np.inf, 1.0),\n        spectators"
    )
    message = r"1 examples have NaN or inf in 'weight', the first in entry 7"
    refused(make_recipe({"w": toy_files["w"]}, processor=path), tmp_path / "d", message)


def test_one_class_without_events(make_recipe, toy_files, tmp_path):
    recipe = make_recipe({"w": toy_files["w"]}, classes=["w", "qcd"])
    refused(recipe, tmp_path / "d", r"class 'qcd' has no example \(w: 300, qcd: 0\): give it an input")


def test_all_weights_zero(make_recipe, toy_files, tmp_path, edited):
    path = edited("weight=weight,\n        spectators", "weight=0 * weight,\n        spectators")
    recipe = make_recipe(toy_files, processor=path)
    refused(recipe, tmp_path / "d", r"input 'w': all 300 weights are zero")


def test_negative_weights_are_kept_as_they_are(make_recipe, toy_files, tmp_path):
    manifest = process_dataset(make_recipe(toy_files), tmp_path / "d")
    counts = manifest.inputs[0].counts
    n_negative = (counts.n.sum() - counts.sum_w.sum()) / 2
    assert 10 < n_negative < 60


@EXECUTORS
def test_mistake_in_the_processor_file_is_made_once(make_recipe, toy_files, tmp_path, edited, executor, workers):
    """Its own line is shown, no executor tries it four times, and none goes through all 500 chunks."""
    log = tmp_path / "log"
    path = edited(
        "cutflow = CutFlow", f"os.system('printf . >> {log}')\n    np.ones(3) @ np.ones(2)\n    cutflow = CutFlow"
    )
    message = r"edited.py, line \d+, in `np.ones\(3\) @ np.ones\(2\)`: ValueError"
    recipe = make_recipe(toy_files, processor=path, chunk_size=1)
    refused(recipe, tmp_path / "d", message, ProcessorError, Workforce(executor, workers))
    # Dask hears of the stop over a connection, while its workers go on.
    assert len(log.read_text()) <= {"iterative": 1, "futures": 20, "dask": 150}[executor]


def test_schema_that_does_not_fit(make_recipe, real_data, tmp_path, edited):
    path = edited("import BaseSchema", "import PHYSLITESchema as BaseSchema")
    recipe = make_recipe({"w": real_data("uproot-Zmumu.root")}, processor=path, inputs={"w": {"tree": "events"}})
    with pytest.raises(HepmlError) as caught:
        process_dataset(recipe, tmp_path / "d")
    assert "\n" not in str(caught.value)


def test_chunks_that_disagree(make_recipe, toy_files, tmp_path, edited):
    path = edited('"n_particles": ak.num(jets.part_pt)', '**({"late": jets.jet_pt} if jets.event[0] >= 100 else {})')
    recipe = make_recipe({"w": toy_files["w"]}, processor=path)
    refused(recipe, tmp_path / "d", r"returned spectators jet_pt_gev: float32, late: float32 for", ProcessorError)


def test_cut_flows_that_disagree(make_recipe, toy_files, tmp_path, edited):
    path = edited('cutflow.then("pt", weight)', 'cutflow.then(f"pt{jets.event[0]}", weight)')
    recipe = make_recipe({"w": toy_files["w"]}, processor=path)
    refused(recipe, tmp_path / "d", r"input 'w': cut flows have different steps", ProcessorError)


def test_histograms_that_disagree(make_recipe, toy_files, tmp_path, edited):
    path = edited("Regular(10, 0, 500", "Regular(10 + int(jets.event[0]), 0, 500")
    recipe = make_recipe({"w": toy_files["w"]}, processor=path)
    refused(recipe, tmp_path / "d", r"histogram 'jet_pt' cannot be summed over chunks", ProcessorError)


def test_key_column_of_another_name(make_recipe, toy_files, tmp_path):
    recipe = make_recipe(toy_files, event_key=["run", "luminosityBlock", "event"])
    refused(recipe, tmp_path / "d", r"lacks 'luminosityBlock' of the recipe's event_key", ProcessorError)


@EXECUTORS
def test_full_disk(toy_files, tmp_path, executor, workers, jets_table):
    """A limit on the size of files is what a process sees of a full disk: one line, and nothing half made."""
    code = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from hepml.errors import OutputError
from hepml.processing import Workforce, process_dataset
from hepml.recipe import Recipe
recipe = Recipe.model_validate({
    "inputs": {"w": {"files": [sys.argv[1]], "label": "w"}}, "processor": {"file": sys.argv[2]},
    "process": {"chunk_size": 100}})
process_dataset(recipe, sys.argv[3] + "_before")  # so that whatever is compiled is in numba's cache
resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))
try:
    process_dataset(recipe, sys.argv[3], workforce=Workforce(sys.argv[4], int(sys.argv[5])))
except OutputError as problem:
    print(problem)
    sys.exit(1)
"""
    arguments = [str(toy_files["w"]), str(jets_table), str(tmp_path / "d"), executor, str(workers)]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "parquet: cannot be written (File too large): free some space" in done.stdout
    assert done.stdout.count("\n") == 1
    assert not list((tmp_path / "d").rglob("*.parquet"))
    assert not list((tmp_path / "d").rglob(".tmp-*"))
