"""The example of tracks from nothing to its report, at small size."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.acceptance


@pytest.fixture(scope="module")
def demo(cli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of ``hepml demo tracks`` at small size."""
    folder = tmp_path_factory.mktemp("tracks") / "demo"
    cli("demo", "tracks", "-o", folder, "--events", "4000")
    return folder


def test_the_toy_is_judged_layer_by_layer_beside_its_bounds(demo: Path) -> None:
    """600 test events of 45 layers: the line fit finds 0.978 ± 0.001 of the hits, the bounds more."""
    rows = json.loads((demo / "report" / "metrics.json").read_text())["metrics"]
    found = {
        row["run"]: row["value"]
        for row in rows
        if (row["name"], row["part"], row["member"]) == ("hit_accuracy", "test", None)
    }
    assert abs(found["line_fit"] - 0.978) < 0.006
    assert found["line_fit"] < found["causal_bound"] < found["all_layers_bound"] < 1
    # Some hundred steps: far below the line fit, and far above one of the ten pixels of a layer that are on.
    assert min(found["causal"], found["smoothing"]) > 0.75
    plots = {path.stem for path in (demo / "report" / "plots").glob("*.png")}
    assert {"accuracy_by_item", "tracks", "training_causal", "training_smoothing"} <= plots


def test_what_each_run_finds_is_kept_layer_by_layer(demo: Path) -> None:
    scores = pq.read_table(demo / "report" / "scores.parquet")
    for run in ("line_fit", "causal", "smoothing", "causal_bound", "all_layers_bound"):
        assert len(scores[f"{run}_next_item_place"][0]) == 50
