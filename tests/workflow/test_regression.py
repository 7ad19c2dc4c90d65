"""A regression from files to report and friend trees, with a learning curve and importances."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import uproot

from hepml import workflow
from hepml.contracts.report import ReportContent


@pytest.fixture(scope="module")
def judged(numbers, tmp_path_factory) -> tuple[Path, ReportContent]:
    """Return the folder of `hepml run`, and the report."""
    folder = tmp_path_factory.mktemp("regression")
    _, content = workflow.run(numbers.recipe, folder)
    return folder, content


@pytest.fixture
def document(judged) -> dict:
    return json.loads((judged[0] / "report" / "metrics.json").read_text())


def test_figures_and_their_comparison(document):
    def value(name, run):
        [found] = [
            row
            for row in document["metrics"]
            if (row["name"], row["run"], row["part"], row["member"]) == (name, run, "test", None)
        ]
        assert found["output"] == "y_spectator"
        return found["value"]

    assert document["task"] == "regression"
    assert value("rmse", "line") < 0.01 < value("rmse", "trees") < 1
    assert value("delta_rmse", "trees") == pytest.approx(value("rmse", "trees") - value("rmse", "line"))
    assert value("delta_rmse_p_value", "trees") < 1e-6


def test_curves(document):
    curves = document["curves"]
    assert {"residual_histogram", "truth_prediction", "response_bins", "learning", "importance"} <= set(curves)
    for curve in curves["learning"]:
        assert curve["labels"]["figure"] == "rmse"
        assert len(curve["columns"]["n_events"]) == 3
    for curve in curves["importance"]:  # y is told by y
        assert curve["labels"]["n_events"] == 200
        assert curve["columns"]["drop"][1] > 0.3 > curve["columns"]["drop"][0]
    [correlation] = curves["correlation"]
    assert correlation["labels"]["features"] == ["x [1]", "y [1]", "y_spectator"]
    table = np.array(correlation["columns"]["correlation"]).reshape(3, 3)
    assert table[1, 2] == pytest.approx(1, abs=1e-6)


def test_truth_and_predictions_side_by_side(judged):
    table = pq.read_table(judged[0] / "report" / "scores.parquet")
    assert table.column_names == ["weight", "event", "y_spectator", "trees_y_spectator", "line_y_spectator"]
    np.testing.assert_allclose(table["line_y_spectator"], table["y_spectator"], atol=0.01)


def test_histograms(judged):
    with uproot.open(judged[0] / "report" / "histograms.root") as file:
        for which in ("prediction", "truth", "residual"):
            histogram = file[f"trees/test/y_spectator/{which}"]
            assert histogram.weighted
            assert histogram.values(flow=True).sum() == file["trees/test/y_spectator/truth"].values(flow=True).sum()


def test_the_report(judged):
    folder, content = judged
    assert content.title == "Regression of y_spectator"
    assert [(run.name, run.baseline) for run in content.runs] == [("trees", "line"), ("line", None)]
    assert all(run.predict_microseconds > 0 for run in content.runs)
    assert [(part.part, part.class_) for part in content.parts] == [(p, None) for p in ("train", "validation", "test")]
    assert content.warnings == ()
    assert "Regression of y_spectator" in (folder / "report" / "report.html").read_text()


def test_friend_trees_are_the_predictions_of_the_report(judged, numbers, tmp_path):
    folder, _ = judged
    [friend] = workflow.predict(folder / "runs" / "trees", [numbers.folder / "all.root"], tmp_path)
    found = uproot.open(friend.path)["Friends"].arrays(library="np")
    assert set(found) == {"selected", "trees_y_spectator"}
    table = pq.read_table(folder / "report" / "scores.parquet").to_pydict()
    np.testing.assert_array_equal(found["trees_y_spectator"][table["event"]], table["trees_y_spectator"])
