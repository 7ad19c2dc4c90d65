"""The neutrino examples from nothing to their reports, at small size."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import uproot

pytestmark = pytest.mark.acceptance

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "neutrinos"
FLAVOURS = ("numu", "nue", "nutau", "nc", "cosmic")


@pytest.fixture(scope="module")
def demo(cli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of ``hepml demo neutrinos`` at small size."""
    folder = tmp_path_factory.mktemp("neutrinos") / "demo"
    cli("demo", "neutrinos", "-o", folder, "--events", "1500", "--workers", "2")
    return folder


def metrics(report: Path) -> list[dict]:
    return json.loads((report / "metrics.json").read_text())["metrics"]


def test_the_report_shows_what_the_field_expects(demo: Path) -> None:
    plots = {path.stem for path in (demo / "report" / "plots").glob("*.png")}
    for run in ("cvn", "bdt"):
        assert {f"confusion_{run}", f"purity_matrix_{run}"} <= plots
    assert "selection_nu_energy_gev" in plots
    assert {f"selection_scan_{flavour}" for flavour in FLAVOURS} <= plots
    assert {f"events_cvn_{flavour}" for flavour in FLAVOURS} <= plots
    assert any(name.startswith("heat_maps_cvn_") for name in plots)
    assert any("left_out" in name for name in plots)
    assert any("categor" in name for name in plots)


def test_both_models_know_something_and_are_compared_event_by_event(demo: Path) -> None:
    """450 test events of five classes: 20% would be chance, ± 2%."""
    rows = metrics(demo / "report")
    accuracy = {
        row["run"]: row["value"]
        for row in rows
        if (row["name"], row["part"], row["member"], row["selection"]) == ("accuracy", "test", None, None)
    }
    assert min(accuracy.values()) > 0.35
    assert {row["name"] for row in rows if row["against"] == "bdt"} >= {"delta_auc", "delta_accuracy"}
    assert {row["name"] for row in rows} >= {"efficiency", "purity", "s_over_sqrt_sb_at_best_cut"}


def test_energies_and_final_states_come_from_one_network(demo: Path, cli, tmp_path: Path) -> None:
    [sample] = demo.glob("sample_*")
    inputs = [word for name in ("numu", "nue") for word in ("--input", f"{name}={sample / name}.root")]
    cli("run", EXAMPLES / "energy.yaml", "-o", tmp_path / "out", *inputs, "--set", "training.epochs=2")
    rows = metrics(tmp_path / "out" / "report")
    outputs = {row["output"] for row in rows if row["run"] == "cvn" and row["name"] == "accuracy"}
    assert {None, "n_proton", "n_pion", "n_pizero"} <= outputs
    compared = {
        (row["run"], row["against"], row["output"]) for row in rows if row["name"] == "delta_relative_resolution"
    }
    assert ("cvn", "sum", "nu_energy_gev") in compared
    assert ("cvn", "lep_sum_curve", "lep_energy_gev") in compared
    assert ("cvn", "bdt", "nu_energy_gev") in compared
    plots = {path.stem for path in (tmp_path / "out" / "report" / "plots").glob("response_*.png")}
    assert any("relative" in name for name in plots)
    friends = tmp_path / "friends"
    cli("predict", tmp_path / "out" / "runs" / "cvn", sample / "numu.root", "-o", friends)
    with uproot.open(friends / "numu_friend.root") as file:
        assert {"cvn_score", "cvn_nu_energy_gev", "cvn_n_pion_0"} <= set(file["Friends"].keys())
