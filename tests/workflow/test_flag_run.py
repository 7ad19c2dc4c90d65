"""A trained run flags files of any form alike, from Python and from the command line."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
from coffea.nanoevents import BaseSchema
from coffea.processor import IterativeExecutor, ProcessorABC, Runner
from reference_maps import TEST, read_runs, write_runs

import hepml
from hepml import workflow
from hepml.errors import DatasetError, OutputError
from hepml.samples.monitoring import sample_monitoring
from hepml.samples.monitoring_options import MonitoringSampleOptions

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Analysis:
    """A sample, and what was made of it."""

    sample: Path
    recipe: hepml.recipe.Recipe
    folder: Path
    test_file: Path


@pytest.fixture(scope="module")
def analysis(tmp_path_factory):
    folder = tmp_path_factory.mktemp("analysis")
    options = MonitoringSampleOptions(lumisections=(8, 14), formats=("dqmio",))
    sample_monitoring(folder / "sample", seed=3, options=options)
    sample = folder / "sample" / "monitoring.root"
    recipe = hepml.load_recipe(
        PROJECT / "examples" / "monitoring" / "recipe.yaml",
        inputs={"monitoring": [str(sample)]},
        settings={"processor.options.known_dead": str(folder / "sample" / "known_dead.json")},
    )
    workflow.process(recipe, folder / "dataset")
    workflow.train(recipe, folder / "dataset", folder / "runs" / "beta_binomial", model="beta_binomial")
    return Analysis(sample, recipe, folder, write_runs(folder / "test.root", sample, TEST))


OPTIONS = hepml.FlagOptions(false_alarm_rate=0.03)


@pytest.fixture(scope="module")
def flagged(analysis):
    return hepml.flag(
        analysis.folder / "runs" / "beta_binomial", [analysis.test_file], analysis.folder / "f", options=OPTIONS
    )


def test_good_runs_are_good_and_faulty_lumisections_are_bad(flagged):
    assert 0.02 < flagged.n_bad / len(flagged.flags) < 0.2
    assert {one.histogram for one in flagged.flags} == {"muon", "calorimeter"}
    assert len(hepml.flagged_lumisections(flagged.folder)) == flagged.n_bad
    assert "Calorimeter" in (flagged.folder / "dashboard.html").read_text()


def test_dqmio_gives_the_same_lumisections_their_flags(analysis, flagged, tmp_path):
    """Exposure is not in DQMIO, so scores differ; the largest faults are flagged from both."""
    found = hepml.flag(
        analysis.folder / "runs" / "beta_binomial",
        [analysis.sample.parent / "monitoring.parquet"],
        tmp_path / "flags",
        options=OPTIONS,
    )
    same = {one.key: one for one in found.flags}
    assert len(found.flags) > len(flagged.flags)
    assert all(same[one.key].status == "bad" for one in flagged.flags if one.score > 20)


class Counts(ProcessorABC):
    """Returns the lumisections of the events that a golden mask keeps."""

    def __init__(self, golden):
        self.golden = golden

    def process(self, events):
        kept = events[self.golden(events)]
        return {"pairs": set(zip(ak.to_list(kept.run), ak.to_list(kept.lumi), strict=True))}

    def postprocess(self, accumulator):
        return accumulator


def test_a_coffea_processor_keeps_exactly_the_good_lumisections(analysis, flagged):
    runner = Runner(IterativeExecutor(status=False), schema=BaseSchema, chunksize=37)
    found = runner({"all": {"files": {str(analysis.sample): "Events"}}}, Counts(hepml.GoldenMask(flagged.folder)))
    bad = {one.key[:2] for one in flagged.flags if one.status != "good"}
    assert found["pairs"] == {one.key[:2] for one in flagged.flags} - bad
    assert 0 < len(found["pairs"]) < len(read_runs(analysis.sample)["run"])


def test_thresholds_need_the_dataset_once(analysis, flagged, tmp_path):
    moved = tmp_path / "elsewhere" / "run"
    shutil.copytree(analysis.folder / "runs" / "beta_binomial", moved)
    with pytest.raises(DatasetError, match="give it with --dataset"):
        hepml.flag(moved, [analysis.test_file], tmp_path / "a", options=OPTIONS)
    first = hepml.flag(
        moved, [analysis.test_file], tmp_path / "b", dataset=analysis.folder / "dataset", options=OPTIONS
    )
    assert hepml.flag(moved, [], tmp_path / "b", options=OPTIONS).n_bad == first.n_bad == flagged.n_bad


def test_another_run_needs_another_folder(analysis, flagged):
    workflow.train(analysis.recipe, analysis.folder / "dataset", analysis.folder / "runs" / "pca", model="pca")
    with pytest.raises(OutputError, match="holds flags made with model"):
        hepml.flag(analysis.folder / "runs" / "pca", [analysis.test_file], flagged.folder, options=OPTIONS)


def test_empty_maps_say_nothing_and_another_binning_is_an_error(analysis, tmp_path):
    run = analysis.folder / "runs" / "beta_binomial"
    counts = read_runs(analysis.sample, range(36, 37))["calorimeter_counts"]
    zeros = {"calorimeter_counts": np.zeros_like(counts)}
    empty = write_runs(tmp_path / "empty.root", analysis.sample, range(36, 37), **zeros)
    found = hepml.flag(run, [empty], tmp_path / "a", dataset=analysis.folder / "dataset", options=OPTIONS)
    assert {one.status for one in found.flags if one.histogram == "calorimeter"} == {"not enough statistics"}
    assert found.golden == {}
    other = write_runs(tmp_path / "other.root", analysis.sample, range(36, 37), calorimeter_counts=counts[:, :33])
    with pytest.raises(hepml.HepmlError, match="33"):
        hepml.flag(run, [other], tmp_path / "b", dataset=analysis.folder / "dataset", options=OPTIONS)
