"""``histograms.root`` as the statistics tools read it: uproot, pyhf from HistFactory's own XML, and ROOT."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pyhf
import pyhf.readxml
import pytest
import tiny_runs
import uproot

from hepml import workflow

PLACE = "my_trees/test/signal_score"

CHANNEL = f"""<!DOCTYPE Channel SYSTEM "HistFactorySchema.dtd">
<Channel Name="events" InputFile="histograms.root" HistoPath="{PLACE}">
  <Data HistoName="background"/>
  <StatErrorConfig RelErrorThreshold="0.0" ConstraintType="Gaussian"/>
  <Sample Name="signal" HistoName="signal">
    <StatError Activate="True"/>
    <NormFactor Name="mu" Val="1" Low="0" High="5"/>
  </Sample>
  <Sample Name="background" HistoName="background">
    <StatError Activate="True"/>
    <OverallSys Name="background_yield" Low="0.95" High="1.05"/>
  </Sample>
</Channel>
"""
COMBINATION = """<!DOCTYPE Combination SYSTEM "HistFactorySchema.dtd">
<Combination OutputFilePrefix="fit">
  <Input>channel.xml</Input>
  <Measurement Name="strength" Lumi="1.0" LumiRelErr="0.02">
    <POI>mu</POI>
    <ParamSetting Const="True">Lumi</ParamSetting>
  </Measurement>
</Combination>
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """Return the report of a run whose name and classes hold what RooFit dislikes, on weighted events."""
    folder = tmp_path_factory.mktemp("tools")
    rng = np.random.default_rng(1)
    scale = {"signal": 0.02, "background": 0.1}
    for index, (name, weight) in enumerate(scale.items()):
        weights = (weight * rng.uniform(0.5, 1.5, 2000)).astype(np.float32)
        tiny_runs.write_flat(
            folder / f"{name}.root", 2000, seed=index, shift=index, first_event=index * 2000, weight=weights
        )
    project = tiny_runs.write_project(
        folder,
        inputs={name: {"files": str(folder / f"{name}.root"), "label": name} for name in scale},
        processor={"file": str(tiny_runs.FLAT)},
        event_key=["event"],
        models={"my-trees": tiny_runs.TREES},
        evaluation={"permutations": 20, "importance_events": 0},
    )
    workflow.evaluate([project.run("my-trees")], project.dataset, folder / "report")
    return folder / "report"


def _events(report: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    table = pq.read_table(report / "scores.parquet").to_pydict()
    chosen = np.array(table["label"]) == name
    return np.array(table["my-trees_score"])[chosen], np.array(table["weight"])[chosen]


def test_uproot_reads_sums_of_weights_and_of_their_squares(report):
    with uproot.open(report / "histograms.root") as file:
        for name in ("signal", "background"):
            histogram = file[f"{PLACE}/{name}"]
            score, weight = _events(report, name)
            assert histogram.classname == "TH1D"
            assert histogram.title == f"my-trees/test/signal_score/{name}"
            assert histogram.axis().member("fTitle") == "score of signal"
            assert len(histogram.member("fSumw2")) == 42  # with the flow bins
            expected, _ = np.histogram(score, 40, (0, 1), weights=weight)
            squares, _ = np.histogram(score, 40, (0, 1), weights=weight**2)
            np.testing.assert_allclose(histogram.values(), expected, rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(histogram.variances(), squares, rtol=1e-9, atol=1e-12)
            assert histogram.values(flow=True)[[0, -1]].tolist() == [0, 0]


@pytest.fixture
def workspace(report, tmp_path) -> pyhf.Workspace:
    """Return what pyhf makes of HistFactory's XML and the file as it is."""
    (tmp_path / "channel.xml").write_text(CHANNEL)
    (tmp_path / "combination.xml").write_text(COMBINATION)
    (tmp_path / "histograms.root").symlink_to(report / "histograms.root")
    pyhf.readxml.clear_filecache()
    spec = pyhf.readxml.parse(tmp_path / "combination.xml", tmp_path)
    yield pyhf.Workspace(spec)
    pyhf.readxml.clear_filecache()


def test_pyhf_takes_yields_and_errors(report, workspace):
    model = workspace.model()
    start = model.config.suggested_init()
    signal, signal_weight = _events(report, "signal")
    background, background_weight = _events(report, "background")
    expected = sum(
        np.histogram(score, 40, (0, 1), weights=weight)[0]
        for score, weight in ((signal, signal_weight), (background, background_weight))
    )
    np.testing.assert_allclose(model.expected_data(start, include_auxdata=False), expected)
    [sample] = [each for each in workspace["channels"][0]["samples"] if each["name"] == "background"]
    [errors] = [each["data"] for each in sample["modifiers"] if each["type"] == "staterror"]
    squares, _ = np.histogram(background, 40, (0, 1), weights=background_weight**2)
    np.testing.assert_allclose(errors, np.sqrt(squares))


@pytest.mark.parametrize("mu", [1.0, 2.0])
def test_the_fit_finds_the_signal_strength_of_asimov_data(workspace, mu):
    model = workspace.model()
    truth = model.config.suggested_init()
    truth[model.config.poi_index] = mu
    best = pyhf.infer.mle.fit(model.expected_data(truth), model)
    assert best[model.config.poi_index] == pytest.approx(mu, abs=1e-3)
    background_only = pyhf.infer.mle.fit(workspace.data(model), model)
    assert background_only[model.config.poi_index] == pytest.approx(0, abs=1e-2)


ROOT_CODE = """
import sys, warnings
warnings.simplefilter("ignore")
import ROOT
file = ROOT.TFile(sys.argv[1])
histogram = file.Get(sys.argv[2])
print(histogram.GetNbinsX(), histogram.GetSumw2N(), histogram.GetXaxis().GetTitle())
print(histogram.GetSumOfWeights(), *(histogram.GetBinError(i) for i in range(1, histogram.GetNbinsX() + 1)))
"""


def test_real_root_reads_them(report):
    found = sys.executable if importlib.util.find_spec("ROOT") else None
    python = os.environ.get("HEPML_ROOT_PYTHON") or found
    if python is None:
        pytest.skip("ROOT is not installed: pip install --pre root, or set HEPML_ROOT_PYTHON to a Python that has it")
    done = subprocess.run(
        [python, "-c", ROOT_CODE, str(report / "histograms.root"), f"{PLACE}/background"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shape, numbers = done.stdout.splitlines()[-2:]
    assert shape.split(maxsplit=2) == ["40", "42", "score of signal"]
    score, weight = _events(report, "background")
    squares, _ = np.histogram(score, 40, (0, 1), weights=weight**2)
    np.testing.assert_allclose([float(x) for x in numbers.split()], [weight.sum(), *np.sqrt(squares)], rtol=1e-6)
