"""Runs that generate are evaluated together: figures of each, verdicts, differences, files."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import uproot
from rich.console import Console

from hepml import workflow
from hepml.datasets import open_dataset
from hepml.errors import RunError
from hepml.evaluation import document_from_json
from hepml.inference import load_run
from hepml.recipe import Recipe
from hepml.reports.tables import print_summary
from hepml.workflow.judged_generators import judge_generators
from hepml.workflow.progress import SILENT

SHOWERS = Path(__file__).resolve().parents[2] / "processors" / "showers.py"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return the folder of a report on two runs, and what the report shows."""
    folder = tmp_path_factory.mktemp("judged")
    made = workflow.sample(
        "showers", folder / "s", events=1200, options={"energy_gev": (1, 3), "particles": ["photon"]}
    )
    key = {"key": {"run": "run", "lumi": "lumi", "event": "event"}}
    recipe = Recipe.model_validate(
        {
            "processor": {
                "file": str(SHOWERS),
                "options": {"shower": {"layers": [[3, 96], [12, 12], [12, 6]]}, **key},
            },
            "inputs": {"photon": {"files": [str(made.files[0].path)], "label": "photon"}},
            "process": {"retries": 0},
            "task": {"kind": "generation"},
            "models": {
                "simple": {"estimator": "shower_parametrisation", "inputs": ["shower", "condition"], "seeds": [1, 2]},
                "copies": {"estimator": "shower_resampling", "inputs": ["shower", "condition"]},
            },
            "evaluation": {"generation": {"classifier_showers": 120, "classifier_seeds": 1, "displays": 1}},
        }
    )
    _, content = workflow.run(recipe, folder / "out")
    return folder / "out", content


def test_every_run_has_a_verdict_on_every_variable(project):
    _, content = project
    assert {each.run for each in content.verdicts} == {"simple", "copies"}
    variables = {each.output for each in content.verdicts if each.name == "separation"}
    assert {"layer0_energy_gev", "depth", "layer1_column_width"} <= variables
    copied = {each.run: each for each in content.verdicts if each.name == "copied"}
    assert not copied["copies"].passes
    assert copied["simple"].passes
    assert copied["copies"].floor < 0.05
    assert any("copies shows its training showers again" in text for text in content.warnings)
    assert any(text.startswith("Compared are") for text in content.warnings)


def test_figures_stand_beside_the_floor_and_members_have_a_median(project):
    _, content = project
    rows = {(m.name, m.run, m.member) for m in content.metrics}
    assert ("auc_cells", "full simulation", None) in rows
    assert {("auc_cells", "simple", each) for each in ("seed1", "seed2", "median")} <= rows
    assert ("auc_cells", "copies", None) in rows
    pair = [m for m in content.metrics if m.name == "delta_auc_shapes"]
    assert {(m.run, m.against) for m in pair} == {("copies", "simple")}
    assert {run.name: run.baseline for run in content.runs} == {"simple": None, "copies": "simple"}


def test_the_files_of_the_report_say_the_same(project):
    folder, content = project
    document = document_from_json((folder / "report" / "metrics.json").read_text())
    assert document.verdicts == content.verdicts
    assert json.loads((folder / "report" / "metrics.json").read_text())["verdicts"][0]["passes"] in (True, False)
    assert {"shower_shape", "shower_response", "cell_spectrum", "mean_shower"} <= {c.name for c in document.curves}
    scores = pq.read_table(folder / "report" / "scores.parquet")
    n = next(part.n for part in content.parts if part.part == "test")
    assert scores.num_rows == n
    assert {"event", "energy_gev", "depth", "simple_depth", "copies_depth"} <= set(scores.column_names)
    with uproot.open(folder / "report" / "histograms.root") as file:
        histogram = file["full_simulation/test/depth"]
        assert histogram.values(flow=True).sum() == pytest.approx(n)
    html = (folder / "report" / "report.html").read_text()
    assert "Separation of depth" in html
    assert "Distances and cost" in html


def test_the_terminal_shows_the_table_of_verdicts(project):
    folder, content = project
    console = Console(record=True, width=140, file=io.StringIO())
    print_summary(content, folder=folder / "report", console=console)
    text = console.export_text()
    assert "Verdicts" in text
    assert "Copied showers" in text
    assert "copies is better than simple" in text


def test_figures_are_drawn(project):
    folder, _ = project
    names = {path.stem for path in (folder / "report" / "plots").glob("*.png")}
    sheets = {"shapes_shower", "shapes_layer0", "shapes_layer1", "shapes_layer2"}
    assert names == sheets | {"response", "cell_spectrum", "correlations", "mean_showers", "showers_0"}


def test_the_same_evaluation_gives_the_same_figures(project):
    folder, content = project
    run = load_run(folder / "runs" / "copies")
    again = judge_generators([run], open_dataset(folder / "dataset"), run.recipe, progress=SILENT)
    one = {(m.name, m.output, m.selection): m.value for m in content.metrics if m.run == "copies" and m.against is None}
    other = {(m.name, m.output, m.selection): m.value for m in again.metrics if m.run == "copies"}
    same = {key: np.isclose(one[key], other[key], equal_nan=True) for key in one if "microseconds" not in key[0]}
    assert all(same.values())


def test_a_run_of_another_task_is_refused(project, tmp_path):
    folder, _ = project
    recipe = Recipe.model_validate(json.loads((folder / "runs" / "simple" / "run.json").read_text())["recipe"])
    task = recipe.task.model_copy(update={"kind": "regression", "options": {"target": "energy_gev"}})
    model = recipe.models["simple"].model_copy(update={"estimator": "linear", "inputs": ["shapes"], "seeds": [1]})
    judge = recipe.model_copy(update={"models": {"line": model}, "task": task})
    workflow.train(judge, folder / "dataset", tmp_path / "line")
    with pytest.raises(RunError, match="trained with another task"):
        workflow.evaluate([folder / "runs" / "simple", tmp_path / "line"], folder / "dataset", tmp_path / "report")
