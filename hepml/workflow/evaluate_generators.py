"""Runs that generate, on the test part of their dataset → the content of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import hist
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hepml.contracts.report import PartCounts, ReportContent, ReportFigure, RunSummary
from hepml.datasets import Dataset
from hepml.evaluation import FULL_SIMULATION, EvaluationDocument, ShowerSample, what_can_be_seen
from hepml.evaluation.stored_histograms import tool_name
from hepml.inference import LoadedRun
from hepml.io.folder import replacing
from hepml.workflow.judged_generators import PARAMETRISATION, JudgedGenerators
from hepml.workflow.report_content import PACKAGES
from hepml.workflow.report_title import report_title


def generator_content(judged: JudgedGenerators, data: Dataset, figures: Sequence[ReportFigure]) -> ReportContent:
    """Return everything that the report shows."""
    runs = [reader.run for reader in judged.readers]
    simple = next((run.info.name for run in runs if run.info.estimator == PARAMETRISATION), None)
    weight = judged.truth.weight
    counts = PartCounts("test", None, judged.truth.n, float(weight.sum()), float(np.square(weight).sum()))
    return ReportContent(
        title=report_title(runs[0].info.task),
        task=runs[0].info.task,
        runs=tuple(_summary(run, judged, baseline=None if run.info.name == simple else simple) for run in runs),
        metrics=judged.metrics,
        figures=tuple(figures),
        manifest=data.manifest,
        parts=(counts,),
        versions={name: version(name) for name in PACKAGES},
        warnings=tuple(_warnings(judged, data, has_simple=simple is not None)),
        verdicts=judged.verdicts,
    )


def generator_document(judged: JudgedGenerators, data: Dataset, latent: Sequence[Any]) -> EvaluationDocument:
    """Return the content of ``metrics.json``."""
    return EvaluationDocument(
        task="generation",
        dataset=data.manifest.digest,
        runs=tuple(judged.made),
        metrics=judged.metrics,
        curves=(*judged.curves, *latent),
        verdicts=judged.verdicts,
    )


def write_shower_scores(path: Path, judged: JudgedGenerators, keys: Mapping[str, NDArray[Any]]) -> None:
    """Write the shape variables of every shower of the comparison: a row per shower of full simulation.

    Columns: ``weight``, the key columns, ``energy_gev``, ``kind``, the shape variables of full simulation, and those of
    each run's shower under the same conditions as ``<run>_<variable>``.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    truth = judged.truth
    columns: dict[str, NDArray[Any]] = {
        "weight": truth.weight,
        **keys,
        "energy_gev": truth.energy_gev,
        "kind": truth.kind,
        **{name: values.astype(np.float32) for name, values in truth.shapes.items()},
    }
    for run, made in judged.made.items():
        columns |= {f"{run}_{name}": values.astype(np.float32) for name, values in made.sample.shapes.items()}
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def shower_histograms(judged: JudgedGenerators) -> dict[str, hist.Hist]:
    """Return the histograms of all shape variables, Σw and Σw², as ``<sample>/test/<variable>``."""
    edges = {
        curve.labels["variable"]: np.append(curve.columns["low"], curve.columns["high"][-1])
        for curve in judged.curves
        if curve.name == "shower_shape" and curve.run == FULL_SIMULATION
    }
    samples = {"full_simulation": judged.truth, **{run: made.sample for run, made in judged.made.items()}}
    return {
        tool_name(f"{name}/test/{variable}"): _filled(sample, variable, edges[variable])
        for name, sample in samples.items()
        for variable in sample.shapes
    }


def _filled(sample: ShowerSample, variable: str, edges: NDArray[np.float64]) -> hist.Hist:
    axis = hist.axis.Variable(edges, name="x", label=variable)
    return hist.Hist(axis, storage="weight").fill(sample.shapes[variable], weight=sample.weight)


def _summary(run: LoadedRun, judged: JudgedGenerators, *, baseline: str | None) -> RunSummary:
    members = sorted(run.info.members, key=lambda member: member.seconds)
    middle = members[len(members) // 2]
    return RunSummary(
        name=run.info.name,
        estimator=run.info.estimator,
        members=tuple(f"seed{seed}" for seed in run.info.seeds),
        n_parameters=middle.n_parameters,
        training_seconds=middle.seconds,
        predict_microseconds=judged.made[run.info.name].microseconds,
        baseline=baseline,
        recipe=run.info.recipe,
    )


def _warnings(judged: JudgedGenerators, data: Dataset, *, has_simple: bool) -> list[str]:
    texts = [what_can_be_seen(judged.metrics, n=judged.truth.n, n_floor=judged.n_floor)]
    copiers = [v.run for v in judged.verdicts if v.name == "copied" and not v.passes and v.clear]
    texts += [
        f"{run} shows its training showers again: its other figures say nothing of what it has learnt."
        for run in copiers
    ]
    if data.manifest.n_skipped:
        texts.append(f"{data.manifest.n_skipped} input entries or files could not be read and are not in the dataset.")
    if not has_simple:
        texts.append(f"No {PARAMETRISATION} was evaluated with these runs: there is nothing simple to compare with.")
    return texts
