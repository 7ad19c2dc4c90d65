"""The example of showers from nothing to its report and to new ntuples, at small size."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import uproot

from hepml import workflow
from hepml.datasets import open_dataset
from hepml.inference import load_run
from hepml.recipe import Split

pytestmark = pytest.mark.acceptance

RUNS = {"shower_parametrisation", "shower_resampling", "vae", "gan"}


@pytest.fixture(scope="module")
def demo(cli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of ``hepml demo showers`` at small size."""
    folder = tmp_path_factory.mktemp("showers") / "demo"
    said = cli("demo", "showers", "-o", folder, "--events", "2000")
    assert "Verdicts" in said
    assert "shows its training showers again" in said
    return folder


def test_every_generator_is_judged_beside_the_floor(demo: Path) -> None:
    document = json.loads((demo / "report" / "metrics.json").read_text())
    assert set(document["runs"]) == RUNS
    aucs = {row["run"]: row["value"] for row in document["metrics"] if row["name"] == "auc_shapes"}
    assert abs(aucs["full simulation"] - 0.5) < 0.1  # 600 showers
    assert aucs["shower_parametrisation"] > 0.75
    copied = {row["run"]: row["passes"] for row in document["verdicts"] if row["name"] == "copied"}
    assert not copied.pop("shower_resampling")
    assert all(copied.values())
    plots = {path.stem for path in (demo / "report" / "plots").glob("*.png")}
    assert {"response", "shapes_layer1", "training_gan", "latent_vae", "interpolation_vae"} <= plots
    n_test = open_dataset(demo / "dataset").n_rows("test", Split())
    assert pq.read_table(demo / "report" / "scores.parquet").num_rows == n_test


@pytest.mark.parametrize("run", ["vae", "gan"])
def test_what_a_network_generates_is_read_by_the_processor(cli, demo: Path, run: str) -> None:
    made = demo / f"{run}.root"
    cli("generate", demo / "runs" / run, "--events", "500", "--energies", "5", "50", "--spectrum", "log", "-o", made)
    with uproot.open(made) as file:
        energy = file["Events"]["energy"].array(library="np")
    assert 5 <= energy.min() <= energy.max() <= 50
    recipe = load_run(demo / "runs" / run).recipe
    spec = next(iter(recipe.inputs.values())).model_copy(update={"files": [str(made)]})
    manifest = workflow.process(recipe.model_copy(update={"inputs": {run: spec}}), demo / f"dataset_{run}")
    assert manifest.rows == 500
