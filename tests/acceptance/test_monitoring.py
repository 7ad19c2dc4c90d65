"""Detector monitoring from nothing to flags, golden JSON and page, at small size."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import uproot
from coffea.lumi_tools import LumiMask
from reference_maps import write_runs

pytestmark = pytest.mark.acceptance

KINDS = {"dead_cell", "hot_cell", "dead_row", "dead_module", "weak_layer", "noisy_region", "shifted_timing"}


@pytest.fixture(scope="module")
def demo(cli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of ``hepml demo monitoring`` at small size: runs of 10 to 30 lumisections."""
    folder = tmp_path_factory.mktemp("monitoring") / "demo"
    said = cli("demo", "monitoring", "-o", folder, "--events", "800")
    assert "Flags against the truth" in said
    assert "golden lumisections" in said
    return folder


def rows_of(demo: Path) -> list[dict]:
    return pq.read_table(demo / "flags" / "flags.parquet").to_pylist()


def truth_of(demo: Path) -> dict[tuple[int, int, str], int]:
    [file] = demo.glob("sample_*/truth.root")
    with uproot.open(file) as opened:
        truth = opened["Truth"].arrays(library="np")
    pairs = list(zip(truth["run"].tolist(), truth["lumi"].tolist(), strict=True))
    names = ("muon", "calorimeter")
    return {(*pair, name): int(truth[f"{name}_fault"][i]) for name in names for i, pair in enumerate(pairs)}


def test_modules_rows_and_hot_cells_are_found_and_good_ones_left_alone(demo: Path) -> None:
    """Kinds 2 to 4 are beyond any fluctuation; of good ones 1 in 80 may be flagged: so few give thresholds."""
    truth = truth_of(demo)
    flagged = {(row["run"], row["lumi"], row["histogram"]): row["status"] == "bad" for row in rows_of(demo)}
    large = [flagged[key] for key in flagged if truth[key] in (2, 3, 4)]
    good = [flagged[key] for key in flagged if truth[key] == 0]
    assert len(large) > 3
    assert all(large)
    assert np.mean(good) < 0.06


def test_golden_json_keeps_exactly_the_good_lumisections(demo: Path) -> None:
    rows = rows_of(demo)
    bad = {(row["run"], row["lumi"]) for row in rows if row["status"] != "good"}
    good = {(row["run"], row["lumi"]) for row in rows} - bad
    [file] = demo.glob("sample_*/monitoring.root")
    with uproot.open(file) as opened:
        events = opened["Events"].arrays(["run", "lumi"], library="np")
    mask = LumiMask(str(demo / "flags" / "golden.json"))(events["run"].astype(np.uint32), events["lumi"])
    assert set(zip(events["run"][mask].tolist(), events["lumi"][mask].tolist(), strict=True)) == good


def test_the_report_has_figures_by_kind_of_fault(demo: Path) -> None:
    rows = json.loads((demo / "report" / "metrics.json").read_text())["metrics"]
    assert "auc" in {row["name"] for row in rows}
    assert any(kind in json.dumps(row) for row in rows for kind in KINDS)
    assert (demo / "report" / "report.html").is_file()


def test_a_folder_is_watched_and_the_status_tells(demo: Path, cli, tmp_path: Path) -> None:
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    [sample] = demo.glob("sample_*/monitoring.root")
    write_runs(incoming / "run_33.root", sample, range(33, 39))
    (incoming / "broken.root").write_text("nothing")
    given = ("flag", demo / "runs" / "beta_binomial", "-o", tmp_path / "out", "--false-alarm-rate", "0.03")
    said = cli(*given, "--watch", incoming, "--interval", "0.05", "--until-idle", "0.2", status=3)
    assert "left out: " in said
    known = tmp_path / "known.yaml"
    known.write_text("- {histogram: muon, cells: all, until_run: 40, who: Ann, why: maintenance}\n")
    assert "masked" in cli(*given, "--known", known, "--fail-on-bad", status=4)
    assert {row["histogram"] for row in pq.read_table(tmp_path / "out" / "flags.parquet").to_pylist()} == {
        "muon",
        "calorimeter",
    }
    assert "none.root" in cli(*given, tmp_path / "none.root", status=1)
