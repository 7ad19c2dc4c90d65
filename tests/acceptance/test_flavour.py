"""The flavour example from nothing to its report, at small size."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import uproot

pytestmark = pytest.mark.acceptance

RUNS = {"lstm", "pfn", "attention", "bdt", "likelihood"}


@pytest.fixture(scope="module")
def demo(cli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of ``hepml demo flavour`` at small size."""
    folder = tmp_path_factory.mktemp("flavour") / "demo"
    said = cli("demo", "flavour", "-o", folder, "--events", "2400", "--workers", "2")
    assert "Null test: signs dealt at random" in said
    return folder


def metrics(demo: Path, name: str, **wanted: str | None) -> dict[str, dict]:
    """Return the rows of one figure on all test events by run."""
    rows = json.loads((demo / "report" / "metrics.json").read_text())["metrics"]
    asked = {"name": name, "part": "test", "member": None, "selection": None, "against": None} | wanted
    return {row["run"]: row for row in rows if all(row[key] == value for key, value in asked.items())}


def test_b_jets_are_told_from_light_ones_and_less_well_from_c(demo: Path) -> None:
    """240 test jets of each flavour: σ(AUC) is about 0.015."""
    light, c = (metrics(demo, "auc", background=background, **{"class": "b"}) for background in ("light", "c"))
    assert set(light) == set(c) == RUNS
    for run in RUNS:
        assert 0.85 < light[run]["value"] < 0.995
        assert 0.65 < c[run]["value"] < light[run]["value"]
        rejection = metrics(demo, "rejection_at_0.77", background="light", **{"class": "b"})[run]
        assert rejection["value"] is None or rejection["value"] > 5


def test_without_the_signs_of_impact_parameters_flavours_are_harder_to_tell(demo: Path) -> None:
    lost = metrics(demo, "delta_auc_of_random_signs", background="light", **{"class": "b"})
    assert set(lost) == RUNS - {"bdt"}  # the table has features of other names
    assert all(row["value"] < -2 * row["error"] < 0 for row in lost.values())


def test_the_report_shows_what_the_field_expects(demo: Path) -> None:
    plots = {path.stem for path in (demo / "report" / "plots").glob("*.png")}
    assert {"roc_b_light", "roc_b_c", "efficiency_jet_pt_gev", "importance_b", "input_n_tracks"} <= plots
    compared = metrics(demo, "delta_log_rejection_at_0.77", against="likelihood", background="c", **{"class": "b"})
    assert set(compared) == RUNS - {"likelihood"}


def test_scores_of_jets_are_written_back(demo: Path, cli, tmp_path: Path) -> None:
    [sample] = demo.glob("sample_*")
    cli("predict", demo / "runs" / "lstm", sample / "b.root", "-o", tmp_path)
    with uproot.open(tmp_path / "b_friend.root") as file:
        scores = file["Friends"].arrays(["lstm_score_b", "lstm_score_light"], library="np")
    assert len(scores["lstm_score_b"]) == 800
    assert scores["lstm_score_b"].mean() > scores["lstm_score_light"].mean()
