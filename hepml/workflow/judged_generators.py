"""Runs that generate, judged on the test part: figures, verdicts, curves, and what pictures are made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hepml.contracts import Batch, Curve, Generative, Metric, TwoSampleScores, Verdict
from hepml.datasets import Dataset
from hepml.errors import RunError
from hepml.estimators.two_sample_classifier import tell_apart
from hepml.evaluation import (
    Case,
    Estimate,
    ShowerSample,
    classifier_figures,
    compare_generators,
    compare_judged,
    copies_of_truth,
    copy_figures,
    judge_showers,
    median_over_members,
    shower_curves,
    verdicts,
)
from hepml.inference import LoadedRun
from hepml.recipe import JudgedGenerator, Recipe
from hepml.workflow.progress import Progress, Step
from hepml.workflow.shower_samples import (
    MadeShowers,
    ShowerReader,
    full_showers,
    make_showers,
    read_showers,
    shower_reader,
)
from hepml.workflow.training_curves import training_curves

PARAMETRISATION = "shower_parametrisation"
"""Estimator that every other one should be better than."""

FEATURES = ("shapes", "cells")
_TRAIN_SHOWERS = 20_000

Scores = dict[str, list[TwoSampleScores]]


@dataclass(frozen=True)
class JudgedGenerators:
    """All that is known of some runs that generate.

    Attributes
    ----------
    readers : sequence of ShowerReader
        One per run.
    test : Batch
        The showers of full simulation that they are compared with.
    truth : ShowerSample
        The same.
    made : mapping of str to MadeShowers
        By run: of its first member.
    metrics, curves, verdicts
        Of all runs.
    n_floor : int
        Showers of full simulation behind the floor.
    """

    readers: Sequence[ShowerReader]
    test: Batch
    truth: ShowerSample
    made: dict[str, MadeShowers]
    metrics: tuple[Metric, ...]
    curves: tuple[Curve, ...]
    verdicts: tuple[Verdict, ...]
    n_floor: int


@dataclass(frozen=True)
class _FullSimulation:
    """The truth, more of it for the floor, and what generators were trained on."""

    test: Batch
    truth: ShowerSample
    floor: ShowerSample
    train: ShowerSample


def judge_generators(
    runs: Sequence[LoadedRun], data: Dataset, recipe: Recipe, *, progress: Progress
) -> JudgedGenerators:
    """Let every member of every run make showers under the conditions of the test part, and judge them.

    Raises
    ------
    DatasetError
        A part that is needed is missing or has too few showers.
    RunError
        A run does not generate showers.
    """
    how, seed = recipe.evaluation.generation, recipe.seed
    readers = [shower_reader(run) for run in runs]
    with progress.step("read showers", None):
        full = _full_simulation(readers[0], data, recipe)
    judge = _Judge(full, how, seed)
    n_steps = 1 + sum(len(_members(run)) for run in runs)
    with progress.step("judge showers", n_steps) as bar:
        floor = judge.floor()
        bar.advance(1)
        judged = {reader.run.info.name: _judge_run(reader, judge, bar) for reader in readers}
    metrics = [*floor, *(metric for each in judged.values() for metric in each.metrics)]
    metrics += _paired(readers, judged, judge)
    metrics = [*metrics, *median_over_members(metrics)]
    made = {name: each.made for name, each in judged.items()}
    samples = [full.truth, *(replace(each.sample, member=None) for each in made.values())]
    curves = [curve for sample in samples for curve in shower_curves(sample, full.truth, how)]
    curves += [curve for run in runs for curve in training_curves(run)]
    return JudgedGenerators(
        readers,
        full.test,
        full.truth,
        made,
        tuple(metrics),
        tuple(curves),
        tuple(verdicts(metrics, how.limits)),
        full.floor.n,
    )


@dataclass(frozen=True)
class _JudgedRun:
    made: MadeShowers
    metrics: list[Metric]
    members: list[tuple[ShowerSample, Scores]]


@dataclass(frozen=True)
class _Judge:
    """What judges every sample of showers alike."""

    full: _FullSimulation
    how: JudgedGenerator
    seed: int

    def floor(self) -> list[Metric]:
        """Return the figures of truth against truth."""
        floor, truth = self.full.floor, self.full.truth
        copies = copies_of_truth(self.full.train, truth, neighbours=self.how.neighbours, seed=self.seed)
        return [
            *judge_showers(truth, floor, self.how, seed=self.seed),
            *copies,
            *self.of_classifiers(floor, self.scores(floor)),
        ]

    def figures(self, sample: ShowerSample, scores: Scores) -> list[Metric]:
        """Return the figures of one member of a run."""
        full, how = self.full, self.how
        return [
            *judge_showers(full.truth, sample, how, seed=self.seed),
            *copy_figures(full.train, full.truth, sample, neighbours=how.neighbours, seed=self.seed),
            *self.of_classifiers(sample, scores),
        ]

    def scores(self, sample: ShowerSample) -> Scores:
        """Return what classifiers say of a sample, by what they have seen."""
        most, truth = self.how.classifier_showers, self.full.truth
        if not most:
            return {}
        return {
            features: [
                tell_apart(
                    _features(truth, features),
                    _features(sample, features),
                    weights=(truth.weight, sample.weight),
                    most=most,
                    seed=self.seed + i,
                )
                for i in range(self.how.classifier_seeds)
            ]
            for features in FEATURES
        }

    def of_classifiers(self, sample: ShowerSample, scores: Scores) -> list[Metric]:
        """Return the figures of classifiers."""
        case = Case(sample.name, "test", member=sample.member)
        return [m for features, each in scores.items() for m in classifier_figures(each, case, features=features)]


def _judge_run(reader: ShowerReader, judge: _Judge, bar: Step) -> _JudgedRun:
    made: list[MadeShowers] = []
    metrics: list[Metric] = []
    members: list[tuple[ShowerSample, Scores]] = []
    chosen = _members(reader.run)
    for name, model in chosen.items():
        member = name if len(chosen) > 1 else None
        showers = make_showers(reader, model, judge.full.test, member=member, seed=judge.seed)
        scores = judge.scores(showers.sample)
        metrics += judge.figures(showers.sample, scores)
        case = Case(reader.run.info.name, "test", member=member)
        took = Estimate(showers.microseconds, math.nan, "wall time, in batches of 1000")
        metrics.append(case.metric("microseconds_per_shower", took))
        made.append(showers)
        members.append((showers.sample, scores))
        bar.advance(1, note=f"{reader.run.info.name} {name}")
    return _JudgedRun(made[0], metrics, members)


def _members(run: LoadedRun) -> dict[str, Generative]:
    """Return the members of a run that generate, by seed; with folds those of the first."""
    found = {}
    for member in run.info.members:
        model = run.models[member.name]
        if not isinstance(model, Generative):
            msg = f"{run.folder}: {run.info.estimator!r} generates nothing: evaluate it with others of its task"
            raise RunError(msg)
        if member.fold in (None, 0):
            found[f"seed{member.seed}"] = model
    return found


def _full_simulation(reader: ShowerReader, data: Dataset, recipe: Recipe) -> _FullSimulation:
    """Read the test part once; for the floor the validation part, and of the training part what is missing."""
    most = recipe.evaluation.generation.showers
    test = read_showers(reader, data, recipe, "test", most=most)
    train = read_showers(reader, data, recipe, "train", most=_TRAIN_SHOWERS)
    batches = []
    if recipe.split.has_validation:
        batches.append(read_showers(reader, data, recipe, "validation", most=test.n))
    missing = test.n - sum(batch.n for batch in batches)
    if missing > 0:
        batches.append(_first(train, missing))
    return _FullSimulation(
        test, full_showers(reader, [test]), full_showers(reader, batches), full_showers(reader, [train])
    )


def _first(batch: Batch, n: int) -> Batch:
    """Return rows at even distances."""
    rows = np.linspace(0, batch.n - 1, min(n, batch.n)).astype(np.int64)
    return Batch(
        {name: values[rows] for name, values in batch.inputs.items()},
        batch.label[rows],
        batch.weight[rows],
        {},
        batch.row[rows],
    )


def _features(sample: ShowerSample, which: str) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return what a classifier sees: shape variables or cells, and the conditions."""
    values = sample.table if which == "shapes" else sample.cells
    return np.column_stack([values, np.log(sample.energy_gev), sample.kind]).astype(np.float32)


def _paired(readers: Sequence[ShowerReader], judged: dict[str, _JudgedRun], judge: _Judge) -> list[Metric]:
    """Return the differences of every other run to the parametrisation, where there is one."""
    simple = next((r.run.info.name for r in readers if r.run.info.estimator == PARAMETRISATION), None)
    if simple is None:
        return []
    reference, reference_scores = judged[simple].members[0]
    metrics = []
    for name, each in judged.items():
        for sample, scores in each.members if name != simple else ():
            case = Case(name, "test", member=sample.member, against=simple)
            metrics += compare_generators(judge.full.truth, sample, reference, n_bins=judge.how.bins)
            for features in scores:
                metrics += compare_judged(scores[features], reference_scores[features], case, features=features)
    return metrics
