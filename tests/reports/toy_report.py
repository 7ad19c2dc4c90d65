"""A report of three classifiers of normal scores: real metrics and curves of toy predictions, and a toy manifest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hepml.contracts import (
    BucketCounts,
    Curve,
    CutFlow,
    InputFile,
    InputSummary,
    Manifest,
    Metric,
    OutputSpec,
    Predictions,
    RepresentationSpec,
    ShardInfo,
    TaskSpec,
)
from hepml.contracts.report import PartCounts, ReportContent, ReportFigure, RunSummary
from hepml.evaluation import compare_runs, evaluate_predictions
from hepml.recipe import Evaluation

TASK = TaskSpec(
    "classification", (OutputSpec("score", 1, "sigmoid", "binary_crossentropy", "label"),), ("w", "qcd"), "w"
)
WINDOWS = Evaluation(windows={"w_mass": {"jet_mass_gev": (65.0, 95.0)}}, permutations=40)
DISTANCES = {"cnn": 1.84, "dnn": 1.80, "bdt": 1.76}
RECIPE = {"inputs": {"w": {"files": ["w.root"], "label": "w"}}, "weights": {"negative": "keep", "balance": "classes"}}
DIGEST = "0123456789abcdef" * 2
# One transparent pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def predictions(run: str, distance: float, *, part: str = "test", n: int = 2000, seeds: int = 3) -> Predictions:
    """Scores of n events per class; runs see the same events, so that their scores are correlated."""
    rng = np.random.default_rng(1 if part == "test" else 2)
    label = np.repeat(np.array([0, 1], dtype=np.int32), n)
    common = rng.normal(size=2 * n)
    own = np.random.default_rng([n, *run.encode()])
    members = {}
    for seed in range(1, seeds + 1):
        noise = 0.98 * common + 0.2 * own.normal(size=2 * n)
        margin = np.where(label == 0, 0.5, -0.5) * distance + noise
        members[f"seed{seed}"] = {"score": (1 / (1 + np.exp(-2 * margin)))[:, np.newaxis]}
    average = np.mean([outputs["score"] for outputs in members.values()], axis=0)
    mass = np.where(label == 0, rng.normal(80, 10, 2 * n), rng.normal(60, 25, 2 * n))
    rows = np.arange(2 * n)
    weight = np.ones(2 * n)
    return Predictions(run, part, TASK, {"score": average}, label, weight, {"jet_mass_gev": mass}, rows, members)


def evaluated(n: int = 2000) -> tuple[list[Metric], list[Curve]]:
    """Metrics and curves of all runs."""
    metrics, curves, tests = [], [], []
    for run, distance in DISTANCES.items():
        parts = {part: predictions(run, distance, part=part, n=n) for part in ("test", "train")}
        found = evaluate_predictions(parts, WINDOWS, seed=1)
        metrics += found[0]
        curves += found[1]
        tests.append(parts["test"])
    return metrics + compare_runs(tests, WINDOWS), curves


def manifest(*, path: str = "data/w.root", reason: str = "") -> Manifest:
    """Two inputs of one file each; 40 entries of the second were skipped where a reason is given."""
    n = np.zeros((3, 100), dtype=np.int64)
    flow = CutFlow.start(np.ones(5000)).then("250 < pT < 300 GeV", np.ones(4100)).then("|η| < 2", np.ones(4000))
    files, inputs = [], []
    for index, name in enumerate(("w", "qcd")):
        skipped = 40 if reason and name == "qcd" else 0
        files.append(
            InputFile(
                name,
                path if name == "w" else "data/qcd.root",
                "Events",
                f"uuid{index}",
                5000,
                5000 - skipped,
                skipped,
                (reason,) if skipped else (),
            )
        )
        counts = n.copy()
        counts[index] = 40
        inputs.append(InputSummary(name, name, None, 1.0, flow, BucketCounts(counts, 1.0 * counts, 1.0 * counts), {}))
    inputs[1] = replace(inputs[1], dropped={"image.pt": 3} if reason else {})
    return Manifest(
        hash="5a" * 16,
        digest=DIGEST,
        hepml_version="0.1.0",
        classes=("w", "qcd"),
        representations={"image": RepresentationSpec("jet_image", {"pixels": 37, "half_width": 1.0})},
        spectators={"jet_pt_gev": "float32", "jet_mass_gev": "float32"},
        keys={"run": "int64", "lumi": "int64", "event": "int64"},
        inputs=tuple(inputs),
        files=tuple(files),
        shards=(
            ShardInfo("shards/w/a.parquet", "w", 4000, 1, ""),
            ShardInfo("shards/qcd/a.parquet", "qcd", 4000, 1, ""),
        ),
        recipe=RECIPE,
    )


def content(metrics: list[Metric], figures: tuple[ReportFigure, ...] = ()) -> ReportContent:
    """The report of these metrics."""
    seeds = ("seed1", "seed2", "seed3")
    runs = (
        RunSummary("cnn", "cnn", seeds, 31_201, 412.0, 184.0, "bdt", RECIPE),
        RunSummary("dnn", "dnn", seeds, 5_313, 61.0, 2.3, "bdt", RECIPE),
        RunSummary("bdt", "bdt", seeds, 6_200, 4.2, 0.84, None, RECIPE),
    )
    parts = [
        PartCounts(part, name, n, float(n), float(n)) for part, n in (("train", 2400), ("test", 1200)) for name in "wq"
    ]
    return ReportContent(
        "W against QCD jets", TASK, runs, tuple(metrics), figures, manifest(), tuple(parts), {"hepml": "0.1.0"}
    )


def figure(*, title: str = "ROC", alternative: str = "Rejection falls with signal efficiency.") -> ReportFigure:
    """A picture of one pixel."""
    return ReportFigure("roc", title, "All runs on the test part.", alternative, PNG)
