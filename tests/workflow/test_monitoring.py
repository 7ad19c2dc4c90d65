"""Monitoring from the sample to scores and a report, on a few lumisections."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import uproot

from hepml import workflow
from hepml.contracts import WHOLE_RUN
from hepml.datasets import open_dataset
from hepml.errors import InputError, RunError, ShapeError
from hepml.inference import load_run
from hepml.io.dqmio import DqmioWriter, read_dqmio
from hepml.io.root_writer import TreeWriter
from hepml.recipe import Recipe, load_recipe
from hepml.samples.monitoring import sample_monitoring
from hepml.samples.monitoring_options import MonitoringSampleOptions
from hepml.workflow.judged_run import judge_maps
from hepml.workflow.progress import SILENT
from hepml.workflow.score_lumisections import score_lumisections

RECIPE = Path(__file__).resolve().parents[2] / "examples" / "monitoring" / "recipe.yaml"
MODELS = ("pca", "beta_binomial", "isolation_forest")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a folder with a sample, a dataset and runs of the models without a network."""
    folder = tmp_path_factory.mktemp("monitoring")
    options = MonitoringSampleOptions(lumisections=(8, 12), formats=("dqmio", "histograms"), fault_block=(1, 3))
    sample_monitoring(folder / "sample", seed=3, options=options)
    settings = {
        "processor.options.known_dead": str(folder / "sample" / "known_dead.json"),
        "evaluation.faults.file": str(folder / "sample" / "truth.root"),
        "models.isolation_forest.options": {"trees": 20},
        **{f"models.{name}.inputs": ["muon"] for name in MODELS},
        **{f"models.{name}.seeds": [1] for name in MODELS},
    }
    inputs = {"monitoring": [str(folder / "sample" / "monitoring.root")]}
    recipe = load_recipe(RECIPE, inputs=inputs, settings=settings)
    workflow.process(recipe, folder / "dataset")
    for name in MODELS:
        workflow.train(recipe, folder / "dataset", folder / name, model=name)
    return folder


@pytest.fixture(scope="module")
def report(project):
    content = workflow.evaluate(
        [project / name for name in ("pca", "isolation_forest")], project / "dataset", project / "report"
    )
    return content, json.loads((project / "report" / "metrics.json").read_text())


def scores(run, files, name, **options):
    blocks = [one for one in score_lumisections(run, files, **options) if one.name == name]
    keys = [key for one in blocks for key in zip(one.run.tolist(), one.lumi.tolist(), strict=True)]
    return dict(zip(keys, np.concatenate([one.score for one in blocks]).tolist(), strict=True)), blocks


def test_blocks_are_of_bounded_size_and_of_every_lumisection(project):
    run = load_run(project / "pca")
    found, blocks = scores(run, [project / "sample" / "monitoring.root"], "muon", block=50)
    with uproot.open({project / "sample" / "monitoring.root": "Events"}) as tree:
        keys = list(zip(tree["run"].array().tolist(), tree["lumi"].array().tolist(), strict=True))
    assert list(found) == keys
    assert max(len(one.run) for one in blocks) <= 75  # pieces are of equal size
    one = blocks[0]
    assert one.observed.shape == one.expected.shape == one.pull.shape == (len(one.run), 12, 60)
    np.testing.assert_array_equal(np.isnan(one.pull), one.masked)
    assert one.masked[0].sum() == 7
    assert not (one.marked & one.masked).any()
    assert one.enough.all()


def test_dqmio_gives_nearly_the_same_scores_without_a_luminosity(project):
    run = load_run(project / "beta_binomial")  # which goes by entries in any case
    ntuple, _ = scores(run, [project / "sample" / "monitoring.root"], "muon")
    dqmio, _ = scores(run, [project / "sample" / "monitoring.parquet"], "muon")
    assert dqmio == pytest.approx(ntuple, abs=1e-6)


def test_harvested_files_are_of_whole_runs(project):
    run = load_run(project / "pca")
    found, _ = scores(run, sorted((project / "sample").glob("DQM_R00000000[1-3].root")), "muon")
    assert sorted(found) == [(1, WHOLE_RUN), (2, WHOLE_RUN), (3, WHOLE_RUN)]


def test_a_lumisection_twice_is_named(project):
    run = load_run(project / "pca")
    shutil.copy(project / "sample" / "monitoring.parquet", project / "again.parquet")
    files = [project / "sample" / "monitoring.parquet", project / "again.parquet"]
    with pytest.raises(InputError, match="'muon' of run 1, lumisection 1, comes twice"):
        list(score_lumisections(run, files, block=20))


def changed(project, name, change):
    """Write the first histograms of the DQMIO file, changed, and return the path."""
    histograms = [
        one for _, one in zip(range(4), read_dqmio([project / "sample" / "monitoring.parquet"]), strict=False)
    ]
    with DqmioWriter(project / name) as writer:
        writer.extend([change(one) for one in histograms])
    return project / name


def test_bad_histograms_have_a_clear_status_or_error(project):
    run = load_run(project / "pca")

    def with_counts(function):
        return lambda one: type(one)(
            one.run, one.lumi, one.subsystem, one.name, function(one.counts), one.axes, one.entries
        )

    empty = changed(project, "empty.parquet", with_counts(np.zeros_like))
    for one in score_lumisections(run, [empty]):
        assert not one.enough.any()
        assert np.isnan(one.score).all()
    nan = changed(project, "nan.parquet", with_counts(lambda counts: np.full_like(counts, np.nan)))
    with pytest.raises(ShapeError, match="Muon/Occupancy of run 1, lumisection 1: a map has 720 cells without a count"):
        list(score_lumisections(run, [nan]))

    def other_binning(one):
        axes = tuple((n - 1, low, high) for n, low, high in one.axes)
        return type(one)(one.run, one.lumi, one.subsystem, one.name, one.counts[:-1, :-1], axes, one.entries)

    with pytest.raises(ShapeError, match="11 × 59 bins cannot be summed to 12 × 60"):
        list(score_lumisections(run, [changed(project, "other.parquet", other_binning)]))
    (project / "broken.parquet").write_bytes(empty.read_bytes()[:100])
    with pytest.raises(InputError, match=r"broken\.parquet: cannot be read"):
        list(score_lumisections(run, [project / "broken.parquet"]))


def test_the_report_has_every_kind_of_fault_and_the_differences(report):
    content, document = report
    assert document["task"] == "reconstruction"
    auc = {
        (m["run"], m["class"] or m["output"]): m["value"]
        for m in document["metrics"]
        if m["name"] == "auc" and not m["member"]
    }
    assert auc["pca", "muon"] > 0.95
    assert auc["isolation_forest", "muon"] < auc["pca", "muon"]
    names = {m["name"] for m in document["metrics"]}
    assert {"false_alarm_rate_at_0.75", "false_alarm_rate_at_0.95", "found_at_threshold", "false_alarm_rate"} <= names
    assert {"cells_found", "cells_wrong", "delta_auc", "delta_fault_auc", "score_entries_correlation"} <= names
    found = [
        m["value"] for m in document["metrics"] if m["name"] == "cells_found" and m["run"] == "pca" and not m["class"]
    ]
    assert min(found) > 0.9
    figures = {figure.name for figure in content.figures}
    assert {"fault_roc_muon", "score_by_run_muon", "score_by_entries_muon", "maps_muon_pca"} <= figures
    assert "maps_muon_isolation_forest" not in figures


def test_without_truth_there_are_distributions(project):
    recipe = load_recipe(RECIPE)
    recipe = recipe.model_copy(update={"evaluation": recipe.evaluation.model_copy(update={"faults": None})})
    judged = judge_maps(load_run(project / "pca"), open_dataset(project / "dataset"), recipe, progress=SILENT)
    assert {m.name for m in judged.metrics} == {"threshold_at_0.01"}
    assert {"score_by_run", "score_by_entries", "fault_scores"} <= {curve.name for curve in judged.curves}
    assert judged.maps == ()


def test_only_reconstruction_runs_score_maps(flat):
    with pytest.raises(RunError, match="learnt a classification task"):
        list(score_lumisections(load_run(flat.run("trees")), []))


def test_lumisections_cut_by_files_are_scored_as_a_whole(tmp_path):
    """Hits of events: of lumisection 2 both files have a part, and scores are those of the sum."""
    rng, files = np.random.default_rng(1), []
    for index, lumis in enumerate(((1, 2), (2, 3))):
        lumi = np.repeat(lumis, 600)
        files.append(tmp_path / f"{index}.root")
        with TreeWriter(files[-1]) as tree:
            tree.extend({"run": np.ones(1200, int), "lumi": lumi, "x": rng.random(1200), "y": rng.random(1200)})
    axis = {"bins": 4, "low": 0.0, "high": 1.0}
    one = {"rows": {"branch": "y", **axis}, "columns": {"branch": "x", **axis}, "occupancy": {"shape": [4, 4]}}
    processor = {"file": str(RECIPE.parents[2] / "processors" / "occupancy.py"), "options": {"maps": {"hits": one}}}
    recipe = Recipe(
        inputs={"data": {"files": [str(file) for file in files]}},
        processor=processor,
        process={"chunk_size": 500},
        event_key=["run", "lumi"],
        split={"parts": {"train": 100}},
        weights={"balance": "none"},
        task={"kind": "reconstruction"},
        training={"early_stopping": None, "keep": "last"},
        models={"beta_binomial": {"inputs": ["hits"]}},
    )
    workflow.process(recipe, tmp_path / "dataset")
    workflow.train(recipe, tmp_path / "dataset", tmp_path / "run")
    blocks = list(score_lumisections(load_run(tmp_path / "run"), files, block=2))
    entries = {int(lumi): n for one in blocks for lumi, n in zip(one.lumi, one.entries, strict=True)}
    assert entries == {1: 600, 2: 1200, 3: 600}
    assert all(np.isfinite(one.score).all() for one in blocks)
