"""The curves behind the plots of scores of monitored maps."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Curve
from hepml.evaluation.fault_rates import share_above
from hepml.evaluation.map_sample import MapSample

Floats = NDArray[np.float64]

_ENTRY_BINS = 8


def map_curves(sample: MapSample, threshold: float, kinds: Mapping[int, str]) -> list[Curve]:
    """Return the curves of one run and map, with the label ``output``.

    - ``fault_roc`` of each kind of fault: ``efficiency`` against ``false_alarm_rate``;
    - ``score_by_run`` and ``score_by_entries`` of lumisections that are not known to be bad: ``run`` or ``entries``
      (and ``low``, ``high``), ``median``, ``low_score`` and ``high_score`` (16% and 84%), ``highest``, and where
      there is a threshold ``false_alarm_rate`` with its error;
    - ``fault_scores``: one row per lumisection, ``run``, ``score``, ``fault`` and ``entries``.
    """
    curves = [_roc(sample, kind, kinds) for kind in sample.kinds if sample.good.any()]
    usual = sample.fault <= 0
    if usual.any():
        curves += [_by_run(sample, usual, threshold), _by_entries(sample, usual, threshold)]
    rows = {
        "run": sample.run_number.astype(np.float64),
        "score": sample.scores[None],
        "fault": sample.fault.astype(np.float64),
        "entries": sample.entries,
    }
    names = {kind: kinds.get(kind, f"kind {kind}") for kind in sample.kinds}
    return [*curves, _curve(sample, "fault_scores", rows, threshold=threshold, kinds=names)]


def _curve(sample: MapSample, name: str, columns: Mapping[str, Floats], **labels: object) -> Curve:
    return Curve(name, columns, sample.run, part=sample.part, labels={"output": sample.output, **labels})


def _roc(sample: MapSample, kind: int, kinds: Mapping[int, str]) -> Curve:
    good, bad = np.sort(sample.scores[None][sample.good]), np.sort(sample.scores[None][sample.fault == kind])
    cuts = np.unique(np.concatenate([good, bad]))[::-1]
    columns = {
        "false_alarm_rate": np.concatenate([[0.0], 1 - np.searchsorted(good, cuts) / len(good)]),
        "efficiency": np.concatenate([[0.0], 1 - np.searchsorted(bad, cuts) / len(bad)]),
    }
    return _curve(sample, "fault_roc", columns, kind=kinds.get(kind, f"kind {kind}"), n_good=len(good))


def _by_run(sample: MapSample, usual: NDArray[np.bool_], threshold: float) -> Curve:
    runs = np.unique(sample.run_number[usual])
    rows = [_summary(sample.scores[None][usual & (sample.run_number == run)], threshold) for run in runs]
    return _curve(sample, "score_by_run", {"run": runs.astype(np.float64), **_columns(rows)}, threshold=threshold)


def _by_entries(sample: MapSample, usual: NDArray[np.bool_], threshold: float) -> Curve:
    entries, scores = sample.entries[usual], sample.scores[None][usual]
    edges = np.unique(np.quantile(entries, np.linspace(0, 1, _ENTRY_BINS + 1)))
    index = np.clip(np.searchsorted(edges, entries, side="right") - 1, 0, max(len(edges) - 2, 0))
    filled = np.unique(index)
    rows = [_summary(scores[index == one], threshold) for one in filled]
    places = {
        "low": np.array([entries[index == one].min() for one in filled]),
        "high": np.array([entries[index == one].max() for one in filled]),
        "entries": np.array([np.median(entries[index == one]) for one in filled]),
    }
    return _curve(sample, "score_by_entries", {**places, **_columns(rows)}, threshold=threshold)


_NAMES = ("median", "low_score", "high_score", "highest", "false_alarm_rate", "false_alarm_rate_error")


def _columns(rows: list[tuple[float, ...]]) -> dict[str, Floats]:
    return dict(zip(_NAMES, np.array(rows, np.float64).T, strict=True))


def _summary(scores: Floats, threshold: float) -> tuple[float, ...]:
    low, median, high = np.quantile(scores, (0.16, 0.5, 0.84))
    alarm = share_above(scores, threshold) if not math.isnan(threshold) else None
    rate = (alarm.value, alarm.error) if alarm is not None else (math.nan, math.nan)
    return float(median), float(low), float(high), float(scores.max()), *rate
