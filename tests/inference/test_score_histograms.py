"""The processor that fills histograms of scores, with two models, on coffea's own executors."""

from __future__ import annotations

import importlib
import os
from contextlib import contextmanager
from pathlib import Path

import hist
import numpy as np
import pytest
import uproot
from coffea.processor import DaskExecutor, FuturesExecutor, IterativeExecutor, Runner
from coffea.util import coffea_console
from distributed import Client, LocalCluster

from hepml import workflow
from hepml.inference import n_loads

FILE = Path(__file__).resolve().parents[2] / "processors" / "score_histograms.py"
CNN = {"estimator": "cnn", "inputs": ["image"], "options": {"filters": [4], "first_kernel": 3, "dense": [8]}}
CROSS_SECTIONS_PB, LUMINOSITY_PER_PB = {"w": 2.0}, 100.0
SCALES = {"w": 2.0 * 100.0 / 700, "qcd": 1.0}
"""σL/Σw: 700 jets of weight 1; the other is counted, like data."""


@pytest.fixture(scope="module")
def module():
    """Return the processor file, imported as a user does beside it; coffea's workers have the same path."""
    with pytest.MonkeyPatch.context() as context:
        context.syspath_prepend(FILE.parent)
        yield importlib.import_module(FILE.stem)


@pytest.fixture(scope="module")
def runs(jets, tmp_path_factory):
    """Return a network on images and trees on a table."""
    cnn = tmp_path_factory.mktemp("runs") / "cnn"
    workflow.train(jets.loaded({"models.cnn": CNN}), jets.dataset, cnn, model="cnn")
    return {"cnn": cnn, "trees": jets.run("trees")}


@pytest.fixture(scope="module")
def expected(jets, runs, tmp_path_factory):
    """Return the histograms of what `predict` writes."""
    found = {}
    for name, run in runs.items():
        folder = tmp_path_factory.mktemp("friends")
        for dataset in SCALES:
            file = jets.folder / f"{dataset}.root"
            [friend] = workflow.predict(run, [file], folder / dataset)
            score = uproot.open(friend.path)["Friends"][f"{name}_score"].array(library="np")
            mass = uproot.open(file)["Events"]["jet_mass"].array(library="np")
            for region, rows in (("all", mass > 0), ("w_mass", (mass >= 60) & (mass < 110))):
                histogram = hist.Hist(hist.axis.Regular(50, 0, 1), storage="weight").fill(score[rows])
                found[f"{dataset}/{region}/{name}_score"] = histogram * SCALES[dataset]
    return found


@contextmanager
def _executor(name):
    """Give one of coffea's executors, with two workers where it has any."""
    if name == "iterative":
        yield IterativeExecutor(status=False)
    elif name == "futures":
        yield FuturesExecutor(workers=2, status=False)
    else:
        with (
            LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
            Client(cluster) as client,
        ):
            yield DaskExecutor(client=client, status=False, retries=0)


@pytest.mark.parametrize("executor", ["iterative", "futures", "dask"])
def test_histograms_are_those_of_predict_and_models_are_loaded_once(
    executor, module, runs, jets, expected, tmp_path, monkeypatch
):
    class Counting(module.ScoreHistograms):
        def process(self, events):
            [(dataset, found)] = super().process(events).items()
            place = (os.getpid(), events.metadata["filename"], events.metadata["entrystart"])
            return {dataset: found | {"loads": {place: n_loads()}}}

    monkeypatch.setattr(coffea_console, "quiet", True)
    before = n_loads() if executor == "iterative" else 0
    fileset = {dataset: {"files": {str(jets.folder / f"{dataset}.root"): "Events"}} for dataset in SCALES}
    processor = Counting(runs.values(), cross_sections_pb=CROSS_SECTIONS_PB, luminosity_per_pb=LUMINOSITY_PER_PB)
    with _executor(executor) as chosen:
        found = Runner(chosen, schema=module.schema, chunksize=100, metadata_cache={})(fileset, processor)
    module.write(tmp_path / "histograms.root", found)
    loads = found["w"]["loads"] | found["qcd"]["loads"]
    assert len(loads) == 14
    assert {n - before for n in loads.values()} <= ({0, 1, 2} if executor == "iterative" else {2})
    assert (os.getpid() in {pid for pid, _, _ in loads}) == (executor == "iterative")
    with uproot.open(tmp_path / "histograms.root") as file:
        for name, wanted in expected.items():
            read = file[name].to_hist()
            np.testing.assert_allclose(read.values(flow=True), wanted.values(flow=True), rtol=1e-12, err_msg=name)
            np.testing.assert_allclose(read.variances(flow=True), wanted.variances(flow=True), rtol=1e-12)
        assert file["w/all/cnn_score"].to_hist().sum(flow=True).value == pytest.approx(200)
        assert file["qcd/all/cnn_score"].to_hist().sum(flow=True).value == 700
