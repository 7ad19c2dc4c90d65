"""How good builders of tracks are, side by side on the same events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import BarrelEvents, Curve, FoundTracks, Metric, PropagationSteps
from hepml.errors import DatasetError
from hepml.evaluation.binning import equal_population_edges
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.step_pulls import pull_curves, step_metrics
from hepml.evaluation.track_counts import Reconstructable, count_tracks
from hepml.evaluation.track_matching import match_tracks
from hepml.evaluation.track_rates import track_rate, track_rate_curve, track_rate_difference

_BINNED = ("track_efficiency", "track_fake_rate", "track_duplicate_rate")
_PT_BINS, _ETA_BINS, _MULTIPLICITY_BINS = 8, 10, 8


@dataclass(frozen=True)
class TrackJudgement:
    """Figures of merit and the curves behind the plots."""

    metrics: tuple[Metric, ...]
    curves: tuple[Curve, ...]

    def metric(self, name: str, *, run: str, selection: str | None = None) -> Metric:
        """Return one of the figures.

        Raises
        ------
        DatasetError
            There is no such figure.
        """
        for each in self.metrics:
            if (each.name, each.run, each.selection) == (name, run, selection):
                return each
        msg = f"there is no {name!r} of {run!r} with selection {selection!r}: ask for one of {self._names()}"
        raise DatasetError(msg)

    def _names(self) -> list[str]:
        return sorted({metric.name for metric in self.metrics})


def judge_tracks(
    found: Mapping[str, FoundTracks],
    events: BarrelEvents,
    *,
    expected: Reconstructable | None = None,
    steps: Mapping[str, PropagationSteps] | None = None,
) -> TrackJudgement:
    """Return rates, pulls and paired differences of builders.

    Parameters
    ----------
    found : mapping of str to FoundTracks
        By the name of the builder; the others are compared with the first one.
    events : BarrelEvents
        With the truth.
    expected : Reconstructable, optional
        Which particles an efficiency counts; default: those with six hits.
    steps : mapping of str to PropagationSteps, optional
        Predictions on the hits of true particles, by builder: pulls.
    """
    wanted = expected or Reconstructable()
    counts = {run: count_tracks(tracks, match_tracks(tracks, events), events, wanted) for run, tracks in found.items()}
    metrics = [_metric(each.name, track_rate(each), run) for run, rates in counts.items() for each in rates]
    against = next(iter(counts))
    for run in list(counts)[1:]:
        for first, second in zip(counts[run], counts[against], strict=True):
            change = track_rate_difference(first, second, n_events=events.n_events)
            metrics.append(_metric(f"delta_{first.name}", change, run, against=against))
    edges = _edges(events, wanted)
    curves = [
        track_rate_curve(each, variable, edges[variable], run=run)
        for run, rates in counts.items()
        for each in rates
        if each.name in _BINNED
        for variable in edges
    ]
    for run, each in (steps or {}).items():
        metrics += step_metrics(each, run=run)
        curves += pull_curves(each, run=run)
    return TrackJudgement(tuple(metrics), tuple(curves))


def _metric(name: str, figure: Estimate, run: str, *, against: str | None = None) -> Metric:
    return Metric(name, figure.value, figure.error, figure.method, run=run, against=against, weights="none")


def _edges(events: BarrelEvents, wanted: Reconstructable) -> dict[str, NDArray[np.float64]]:
    """Return bins of pT (equal in its logarithm), η and the number of particles, around what is wanted."""
    chosen = wanted.mask(events)
    if not chosen.any():
        return {}
    pt, eta = events.pt_gev[chosen], float(np.abs(events.eta[chosen]).max())
    return {
        "pt_gev": np.geomspace(pt.min(), pt.max() * (1 + 1e-9), _PT_BINS + 1),
        "eta": np.linspace(-eta, eta, _ETA_BINS + 1),
        "n_particles": equal_population_edges(np.diff(events.particle_offsets), _MULTIPLICITY_BINS),
    }
