"""The verb: however files are cut, shared out and named, and what is refused or left out."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import tiny_runs
import uproot

from hepml import workflow
from hepml.errors import InputError, OutputError, ProcessorError, RecipeError, RunError, ShapeError
from hepml.inference import score_sink


def _friend(path: Path | str) -> dict[str, np.ndarray]:
    tree = uproot.open(path)["Friends"]
    assert tree.classname == "TTree"
    return tree.arrays(library="np")


def _recipe(project: tiny_runs.Project, **changes):
    return project.loaded().model_dump(mode="json") | changes


@pytest.mark.parametrize("chunk_size", [1, 3, 100_000])
def test_chunks_do_not_matter(flat, tmp_path, chunk_size):
    file = tiny_runs.write_flat(tmp_path / "few.root", 8, seed=9)
    [whole] = workflow.predict(flat.run("trees"), [file], tmp_path / "whole")
    [cut] = workflow.predict(flat.run("trees"), [file], tmp_path / "cut", settings={"process.chunk_size": chunk_size})
    for name, values in _friend(whole.path).items():
        np.testing.assert_array_equal(_friend(cut.path)[name], values)


def test_two_workers_are_one(jets, tmp_path):
    files = [jets.folder / "w.root", jets.folder / "qcd.root"]
    one = workflow.predict(jets.run("trees"), files, tmp_path / "one")
    two = workflow.predict(jets.run("trees"), files, tmp_path / "two", workers=2)
    assert [friend.n_selected for friend in one] == [friend.n_selected for friend in two] == [700, 700]
    for a, b in zip(one, two, strict=True):
        for name, values in _friend(a.path).items():
            np.testing.assert_array_equal(_friend(b.path)[name], values)


def test_by_onnx(flat, tmp_path):
    """The same scores, to the rounding of another library, and a folder of their own."""
    run = shutil.copytree(flat.run("trees"), tmp_path / "run")
    files = [flat.folder / "signal.root"]
    with pytest.raises(RunError, match="hepml export"):
        workflow.predict(run, files, tmp_path / "onnx", backend="onnx")
    workflow.export(run)
    [native] = workflow.predict(run, files, tmp_path / "native")
    [onnx] = workflow.predict(run, files, tmp_path / "onnx", backend="onnx", workers=2)
    scores = [_friend(friend.path)["trees_score"] for friend in (native, onnx)]
    np.testing.assert_allclose(scores[1], scores[0], rtol=1e-5)
    with pytest.raises(OutputError, match="holds the scores of another run"):
        workflow.predict(run, files, tmp_path / "native", backend="onnx")


def test_a_file_without_entries(flat, tmp_path):
    file = tiny_runs.write_flat(tmp_path / "empty.root", 0)
    [friend] = workflow.predict(flat.run("trees"), [file], tmp_path / "scores")
    assert {name: len(values) for name, values in _friend(friend.path).items()} == {"selected": 0, "trees_score": 0}


def test_files_of_one_name(flat, tmp_path):
    for i, folder in enumerate(("a", "b")):
        (tmp_path / folder).mkdir()
        tiny_runs.write_flat(tmp_path / folder / "w.root", 10 + i, seed=i)
    friends = workflow.predict(flat.run("trees"), [tmp_path / "*" / "w.root"], tmp_path / "scores")
    assert [(Path(friend.path).name, friend.n_entries) for friend in friends] == [
        ("w_friend.root", 10),
        ("w_friend_2.root", 11),
    ]
    assert [len(_friend(friend.path)["selected"]) for friend in friends] == [10, 11]


def test_another_tree(flat, tmp_path):
    file = tiny_runs.write_flat(tmp_path / "data.root", 5, tree="ntuple/jets")
    [friend] = workflow.predict(flat.run("trees"), [file], tmp_path / "scores", tree="ntuple/jets")
    assert friend.n_selected == 5
    with pytest.raises(InputError, match=r"no tree 'Events'.*jets"):
        workflow.predict(flat.run("trees"), [file], tmp_path / "others")


def test_an_interrupted_call_goes_on(flat, tmp_path, monkeypatch):
    """The scores of chunks that are done stay; nothing looks like a result before all are."""
    file = tiny_runs.write_flat(tmp_path / "data.root", 500, seed=3)
    [whole] = workflow.predict(flat.run("trees"), [file], tmp_path / "whole")
    scored = []
    real = score_sink.score_examples

    def stops(run, examples):
        if len(scored) == 1:
            raise KeyboardInterrupt
        scored.append(examples.n)
        return real(run, examples)

    monkeypatch.setattr(score_sink, "score_examples", stops)
    with pytest.raises(KeyboardInterrupt):
        workflow.predict(flat.run("trees"), [file], tmp_path / "scores")
    assert not list((tmp_path / "scores").glob("*.root"))
    monkeypatch.setattr(score_sink, "score_examples", lambda run, ex: scored.append(ex.n) or real(run, ex))
    [friend] = workflow.predict(flat.run("trees"), [file], tmp_path / "scores")
    assert scored == [250, 250]
    np.testing.assert_array_equal(_friend(friend.path)["trees_score"], _friend(whole.path)["trees_score"])
    assert sorted(path.name for path in (tmp_path / "scores").iterdir()) == [
        ".hepml-friends",
        "data_friend.root",
        "friends.json",
    ]


def test_left_out_where_it_is_allowed(flat, tmp_path):
    good = tiny_runs.write_flat(tmp_path / "good.root", 20, x=np.full(20, np.nan, np.float32))
    (tmp_path / "bad.root").write_bytes(b"<html>")
    files = [good, tmp_path / "bad.root"]
    with pytest.raises(InputError, match=r"bad\.root: is not a ROOT file"):
        workflow.predict(flat.run("trees"), files, tmp_path / "scores")
    with pytest.raises(InputError, match=r"good\.root.*20 examples have NaN or inf in 'table\.x'"):
        workflow.predict(flat.run("trees"), [good], tmp_path / "scores")
    allowed = {"process.bad_input": "skip", "process.nonfinite": "drop"}
    bad, friend = workflow.predict(flat.run("trees"), files, tmp_path / "scores", settings=allowed)
    assert (bad.path, bad.n_skipped) == ("", 1)
    assert "is not a ROOT file" in bad.reasons[0]
    assert (friend.n_entries, friend.n_selected, friend.n_skipped) == (20, 0, 20)
    assert friend.reasons == ("20 with NaN or inf in table.x",)
    assert np.isnan(_friend(friend.path)["trees_score"]).all()


def test_only_process_can_be_set(flat, tmp_path):
    file = flat.folder / "signal.root"
    with pytest.raises(RecipeError, match=r"only `process` can be set: did you mean 'process.chunk_size'"):
        workflow.predict(flat.run("trees"), [file], tmp_path / "scores", settings={"proces.chunk_size": 5})
    with pytest.raises(RecipeError, match=r"unknown key 'process.bad_inputs'"):
        workflow.predict(flat.run("trees"), [file], tmp_path / "scores", settings={"process.bad_inputs": "skip"})


def test_a_folder_with_scores_of_another_run(flat, tmp_path):
    file = tiny_runs.write_flat(tmp_path / "data.root", 5)
    workflow.predict(flat.run("trees"), [file], tmp_path / "scores")
    with pytest.raises(OutputError, match="holds the scores of another run"):
        workflow.predict(flat.run("trees", split__folds=3), [file], tmp_path / "scores")
    run = shutil.copytree(flat.run("trees"), tmp_path / "run")
    workflow.train(flat.loaded({"evaluation.signal_efficiencies": [0.7]}), flat.dataset, run)
    workflow.predict(run, [file], tmp_path / "scores")  # evaluated in another way, its scores are the same


def test_a_moved_run_and_a_processor_that_is_gone(flat, tmp_path):
    """The copy that a run brings is not executed unless the user says so."""
    shutil.copy(tiny_runs.FLAT, tmp_path / "mine.py")
    project = tiny_runs.write_project(tmp_path, **_recipe(flat, processor={"file": str(tmp_path / "mine.py")}))
    run = Path(shutil.move(project.run("trees"), tmp_path / "moved"))
    file = tiny_runs.write_flat(tmp_path / "data.root", 5)
    [friend] = workflow.predict(run, [file], tmp_path / "scores")
    (tmp_path / "mine.py").unlink()
    with pytest.raises(ProcessorError, match=rf"mine\.py.* is not there any more: .*--processor {run}/processor\.py"):
        workflow.predict(run, [file], tmp_path / "others")
    [again] = workflow.predict(run, [file], tmp_path / "others", processor=run / "processor.py")
    np.testing.assert_array_equal(_friend(friend.path)["trees_score"], _friend(again.path)["trees_score"])
    (tmp_path / "mine.py").write_text("raise SystemExit('foreign code')")
    with pytest.raises(ProcessorError, match=r"mine\.py.* has changed since"):
        workflow.predict(run, [file], tmp_path / "more")


def test_a_processor_that_makes_something_else(flat, objects, tmp_path):
    changed = tmp_path / "other.py"
    changed.write_text(tiny_runs.FLAT.read_text().replace('"table":', '"tables":'))
    with pytest.raises(RunError, match=r"the run reads input 'table', .*did you mean 'tables'"):
        workflow.predict(flat.run("trees"), [flat.folder / "signal.root"], tmp_path / "a", processor=changed)
    changed.write_text(tiny_runs.FLAT.read_text().replace('"y": "1"', '"y": "GeV"'))
    with pytest.raises(RunError, match=r"input 'table' with another columns \(.*than the run was trained on .*use the"):
        workflow.predict(flat.run("trees"), [flat.folder / "signal.root"], tmp_path / "b", processor=changed)


def test_two_examples_of_one_event_have_no_place_in_a_friend(flat, tmp_path):
    changed = tmp_path / "twice.py"
    changed.write_text(tiny_runs.FLAT.read_text().replace("event=chosen", "event=chosen // 2"))
    with pytest.raises(ShapeError, match=r"300 of 600 examples come from an event that has one already"):
        workflow.predict(
            flat.run("trees"),
            [flat.folder / "signal.root"],
            tmp_path / "a",
            processor=changed,
            settings={"process.chunk_size": 1000},
        )


def test_parts_of_examples_have_no_score_of_their_own(flat, tmp_path):
    changed = tmp_path / "parts.py"
    changed.write_text(
        tiny_runs.FLAT.read_text().replace("weight=weight[chosen],", "weight=weight[chosen], partial={},")
    )
    with pytest.raises(RunError, match=r"makes parts of examples .*as `hepml evaluate` does"):
        workflow.predict(flat.run("trees"), [flat.folder / "signal.root"], tmp_path / "a", processor=changed)
