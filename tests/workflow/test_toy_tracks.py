"""Outputs per item from a sample to a report: the toy's pixels, and the next hit with its variance."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import tiny_runs
import uproot
from toy_track_pixels import read_toy

from hepml import workflow
from hepml.errors import RunError
from hepml.estimators.line_fit import follow_line

TOY = Path(__file__).resolve().parents[2] / "processors" / "toy_tracks.py"
N_LAYERS, N_PIXELS, N_SEEDS = 12, 10, 4
PLACES = {"target": "track", "kind": "pixels", "places": N_PIXELS, "ahead": 0, "seed_items": N_SEEDS}
FOLLOWER = {"units": 8, "dense": 8, "seed_layers": N_SEEDS, "half_width": 3}


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    options = {"layers": N_LAYERS, "pixels": N_PIXELS, "seed_layers": N_SEEDS}
    workflow.sample("tracks", folder / "sample", events=900, seed=3, options=options)
    gaussian = {"kind": "next_item", "options": {"target": "track", "seed_items": N_SEEDS}}
    return tiny_runs.write_project(
        folder,
        inputs={"toy": {"files": str(folder / "sample" / "toy.root")}},
        processor={"file": str(TOY), "options": {"layers": N_LAYERS, "pixels": N_PIXELS}},
        task={"kind": "next_item", "options": PLACES},
        models={
            "fit": {"estimator": "line_fit", "inputs": ["pixels"]},
            "net": {"estimator": "line_follower", "inputs": ["pixels"], "options": FOLLOWER},
            "next": {"estimator": "lstm", "inputs": ["track"], "options": {"units": 8, "dense": []}, "task": gaussian},
        },
        training={"epochs": 2, "batch_size": 64},
        evaluation={"gallery_events": 1},
    )


@pytest.fixture(scope="module")
def report(toy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    workflow.evaluate([toy.run("fit"), toy.run("net")], toy.dataset, folder)
    return folder


def _value(folder, name, **wanted):
    rows = json.loads((folder / "metrics.json").read_text())["metrics"]
    wanted = {"member": None, "part": "test", **wanted}
    [row] = [m for m in rows if m["name"] == name and all(m[key] == value for key, value in wanted.items())]
    return row["value"]


def test_the_line_fit_is_what_its_function_finds(toy, report):
    """By row: the scores file, the function on the ROOT file, and the figure of the report."""
    scores = pq.read_table(report / "scores.parquet")
    event = scores["event"].to_numpy()
    on, signal = read_toy(toy.folder / "sample" / "toy.root", n_layers=N_LAYERS, n_pixels=N_PIXELS)
    with uproot.open(toy.folder / "sample" / "toy.root") as file:
        order = np.searchsorted(file["Events"]["event"].array(library="np"), event)
    found = np.array(scores["fit_next_item_place"].to_pylist())
    np.testing.assert_array_equal(found, follow_line(on[order]))
    right = found == signal[order]
    assert _value(report, "hit_accuracy", run="fit") == pytest.approx(right.mean())
    without = _value(report, "hit_accuracy_without_seeds", run="fit")
    assert without == pytest.approx(right[:, N_SEEDS:].mean())


def test_what_a_report_of_tracks_holds(report):
    assert {path.stem for path in (report / "plots").glob("*.png")} == {"accuracy_by_item", "tracks", "training_net"}
    html = (report / "report.html").read_text()
    assert "Items of track" in html
    assert "Tracks as the runs see them" in html
    assert "There is no simple baseline" not in html
    assert _value(report, "delta_hit_accuracy", run="fit", against="net") > 0  # two epochs of 500 events are few
    with uproot.open(report / "histograms.root") as file:
        assert file["net/test/next_item/share_right"].values().sum() == len(pq.read_table(report / "scores.parquet"))


def test_the_next_hit_with_its_variance(toy, tmp_path):
    workflow.evaluate([toy.run("next")], toy.dataset, tmp_path / "report")
    assert 0 < _value(tmp_path / "report", "residual_width", run="next", output="pixel [1]") < N_PIXELS
    plots = {path.stem for path in (tmp_path / "report" / "plots").glob("*.png")}
    assert plots == {"pulls_pixel", "widths_by_item_pixel", "training_next"}
    names = pq.read_schema(tmp_path / "report" / "scores.parquet").names
    assert names[-2:] == ["next_next_item_mean_pixel", "next_next_item_covariance_pixel_pixel"]


def test_runs_about_different_items_are_not_compared(toy, tmp_path):
    with pytest.raises(RunError, match="kinds of outputs"):
        workflow.evaluate([toy.run("fit"), toy.run("next")], toy.dataset, tmp_path / "report")


def test_friend_trees_hold_no_items(toy, tmp_path):
    with pytest.raises(RunError, match="outputs for each item of a sequence, and a friend tree holds numbers"):
        workflow.predict(toy.run("net"), [toy.folder / "sample" / "toy.root"], tmp_path / "friends")


def test_a_network_of_items_as_onnx(toy, tmp_path):
    pytest.importorskip("onnx")
    [one] = workflow.export(toy.run("net"), tmp_path / "net.onnx", dataset=toy.dataset)
    assert one.largest_difference < 1e-5
    with pytest.raises(RunError, match="'line_fit', which cannot be written as ONNX"):
        workflow.export(toy.run("fit"), tmp_path / "fit.onnx")
