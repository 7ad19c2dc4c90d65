"""Everything that is said about one run that scores monitored maps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import hist
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Batch, Curve, Metric, Predictions, TaskSpec
from hepml.evaluation.auc import auc_of
from hepml.evaluation.case import Case
from hepml.evaluation.delta_auc import delta_auc
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.fault_rates import efficiency_at, false_alarm_rate_at, share_above, threshold_at
from hepml.evaluation.figures import medians
from hepml.evaluation.histogram import score_histogram
from hepml.evaluation.leading_figure import LeadingFigure, no_influence
from hepml.evaluation.map_curves import map_curves
from hepml.evaluation.map_sample import MapSample, map_samples
from hepml.evaluation.paired_metrics import of_all_members
from hepml.evaluation.ranking import rank
from hepml.evaluation.same_events import refuse_other_events
from hepml.recipe import Evaluation, Weights

RATE = 0.01
"""Of false alarms, per lumisection and map, at which efficiencies and thresholds are given."""

EFFICIENCIES = (0.75, 0.95)
"""At which false alarms are given."""

FEW = "entries below a third of the median"
"""The selection of lumisections with few entries."""

_WHOLE_MAP = 0.5
"""Share of a map's live cells from which on a fault has no place in it."""


def evaluate_reconstruction(
    predictions: Mapping[str, Predictions],
    evaluation: Evaluation,
    *,
    seed: int,  # noqa: ARG001  (no figure needs it, but every task is judged by the same call)
    trained: Weights,  # noqa: ARG001  (neither this)
) -> tuple[list[Metric], list[Curve]]:
    """Return figures and curves of one run on the test part, for each map (`output`).

    Of each kind of fault (`class_`, named by its map too), and of all together: ``auc`` against good lumisections,
    ``false_alarm_rate_at_0.75`` and ``_0.95`` (at that share of faults found), ``found_at_false_alarm_rate_0.01``;
    with the threshold of the part ``thresholds`` (all good) ``found_at_threshold``, and of flagged ones the means of
    ``cells_found`` (share of the cells with the fault that are marked) and ``cells_wrong`` (share of the marked cells
    that do not have it), but for faults of half of the map or more.

    Of good lumisections: ``threshold_at_0.01``, what ``false_alarm_rate`` it has on the test part, for few
    entries alone too, and ``score_entries_correlation`` (of ranks).  Without truth there are curves: see `map_curves`.
    """
    metrics: list[Metric] = []
    curves: list[Curve] = []
    limits = {sample.output: sample for sample in map_samples(predictions.get("thresholds", predictions["test"]))}
    calibrated = "thresholds" in predictions
    for test in map_samples(predictions["test"]):
        thresholds = {
            member: threshold_at(values[limits[test.output].fault <= 0], RATE) if calibrated else math.nan
            for member, values in limits[test.output].scores.items()
        }
        for member in test.scores:
            metrics += _figures(test, member, thresholds[member], evaluation)
        metrics += _cells(test, thresholds[None], evaluation)
        curves += map_curves(test, thresholds[None], evaluation.kinds_of_faults)
    return metrics + medians(metrics), curves


def compare_reconstructions(predictions: Sequence[Predictions], evaluation: Evaluation) -> list[Metric]:
    """Return the paired ``delta_auc`` of each pair of runs, of all faults of a map, and ``delta_fault_auc`` by kind.

    Raises
    ------
    RunError
        Two runs are not on the same lumisections.
    """
    metrics = []
    for samples in zip(*map(map_samples, predictions), strict=True):
        for one, other in combinations(samples, 2):
            same = {"rows": np.array_equal(one.row, other.row), "faults": np.array_equal(one.fault, other.fault)}
            refuse_other_events(one.run, other.run, same)
            pair = Case(one.run, one.part, against=other.run, output=one.output)
            if one.kinds and one.good.any():
                metrics += _differences("delta_auc", one, other, None, pair)
            for kind in one.kinds if one.good.any() else ():
                named = replace(pair, class_=_class(one, kind, evaluation))
                metrics += _differences("delta_fault_auc", one, other, kind, named)
    return metrics


def map_histograms(predictions: Predictions) -> dict[str, hist.Hist]:
    """Return the scores of good and of bad lumisections, ``<run>/<part>/<map>_score/<good or bad>``."""
    found = {}
    for sample in map_samples(predictions):
        for name, chosen in (("good", sample.fault <= 0), ("bad", sample.fault > 0)):
            place = f"{sample.run}/{sample.part}/{sample.output}_score/{name}"
            scores = np.clip(sample.scores[None][chosen], -4.99, 19.99)
            found[place] = score_histogram(scores, n_bins=50, low=-5.0, high=20.0, label="score")
    return found


def leading_maps(predictions: Predictions, member: str | None = None) -> list[LeadingFigure]:
    """Return the AUC of all faults of each map; undefined where there is no truth."""
    return [
        LeadingFigure("auc", _auc(sample, member, None), no_influence(predictions.n), True, sample.output)
        for sample in map_samples(predictions)
    ]


def no_map_inputs(batch: Batch, array: str, features: Sequence[str], task: TaskSpec) -> list[Curve]:  # noqa: ARG001
    """Return nothing: exposures say nothing about faults."""
    return []


def _figures(sample: MapSample, member: str | None, threshold: float, evaluation: Evaluation) -> list[Metric]:
    case = Case(sample.run, sample.part, member=member, output=sample.output)
    scores = sample.scores[member]
    good, known = scores[sample.good], not math.isnan(threshold)
    metrics = []
    for kind in [None, *sample.kinds] if sample.kinds and len(good) else []:
        bad = scores[_is(sample, kind)]
        named = replace(case, class_=None if kind is None else _class(sample, kind, evaluation))
        metrics.append(named.metric("auc", _auc(sample, member, kind)))
        for efficiency in EFFICIENCIES:
            rate = false_alarm_rate_at(good, bad, efficiency)
            metrics.append(named.metric(f"false_alarm_rate_at_{efficiency:g}", rate))
        metrics.append(named.metric(f"found_at_false_alarm_rate_{RATE:g}", efficiency_at(good, bad, RATE)))
        if known:
            metrics.append(named.metric("found_at_threshold", share_above(bad, threshold)))
    if known:
        metrics.append(case.metric(f"threshold_at_{RATE:g}", Estimate(threshold, math.nan, "quantile of thresholds")))
    return metrics + (_of_good(sample, good, threshold, case) if len(good) else [])


def _of_good(sample: MapSample, good: NDArray[np.float64], threshold: float, case: Case) -> list[Metric]:
    entries = sample.entries[sample.good]
    few = entries < np.median(entries) / 3
    metrics = [case.metric("score_entries_correlation", _rank_correlation(good, entries))]
    if not math.isnan(threshold):
        metrics.append(case.metric("false_alarm_rate", share_above(good, threshold)))
        metrics.append(replace(case, selection=FEW).metric("false_alarm_rate", share_above(good[few], threshold)))
    return metrics


def _cells(sample: MapSample, threshold: float, evaluation: Evaluation) -> list[Metric]:
    """Return how well flagged faults are localised, by kind and all together."""
    case = Case(sample.run, sample.part, output=sample.output)
    flagged = (sample.scores[None] >= threshold) & (sample.marked > 0)
    local = (sample.injected > 0) & (sample.injected < _WHOLE_MAP * sample.live)
    metrics = []
    for kind in [None, *[kind for kind in sample.kinds if local[sample.fault == kind].any()]] if local.any() else []:
        chosen = flagged & local & _is(sample, kind)
        named = replace(case, class_=None if kind is None else _class(sample, kind, evaluation))
        shares = {
            "cells_found": sample.found[chosen] / sample.injected[chosen],
            "cells_wrong": 1 - sample.found[chosen] / sample.marked[chosen],
        }
        metrics += [named.metric(name, _mean(values)) for name, values in shares.items()]
    return metrics


def _is(sample: MapSample, kind: int | None) -> NDArray[np.bool_]:
    return np.asarray(sample.fault > 0 if kind is None else sample.fault == kind)


def _class(sample: MapSample, kind: int, evaluation: Evaluation) -> str:
    return f"{sample.output} {evaluation.kinds_of_faults.get(kind, f'kind {kind}')}"


def _auc(sample: MapSample, member: str | None, kind: int | None) -> Estimate:
    bad, chosen = _is(sample, kind), sample.good | _is(sample, kind)
    if not bad.any() or not sample.good.any():
        return undefined("there is no good or no bad lumisection")
    return auc_of(rank(bad[chosen], sample.scores[member][chosen]))


def _differences(name: str, one: MapSample, other: MapSample, kind: int | None, pair: Case) -> list[Metric]:
    bad, chosen = _is(one, kind), one.good | _is(one, kind)

    def difference(mine: str | None, theirs: str | None) -> Estimate:
        return delta_auc(bad[chosen], one.scores[mine][chosen], other.scores[theirs][chosen]).estimate

    return of_all_members(name, difference, one.scores, other.scores, pair)


def _mean(values: NDArray[np.float64]) -> Estimate:
    if not len(values):
        return undefined("no fault is flagged")
    error = float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan
    return Estimate(float(values.mean()), error, "standard error of the mean")


def _rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> Estimate:
    """Return Spearman's coefficient, with its error where there is no correlation."""
    ranks = [np.argsort(np.argsort(values)).astype(np.float64) for values in (one, other)]
    if len(one) < 3:
        return undefined("there are fewer than three lumisections")
    return Estimate(float(np.corrcoef(ranks[0], ranks[1])[0, 1]), 1 / math.sqrt(len(one) - 1), "without correlation")
