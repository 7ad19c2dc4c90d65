"""Curves and events of found tracks whose numbers can be seen by hand."""

from __future__ import annotations

import numpy as np
from track_events import tracks_of, two_events

from hepml.contracts import Barrel, Curve, Metric
from hepml.evaluation import match_tracks

RATES = ("track_efficiency", "track_fake_rate", "track_duplicate_rate")
BARREL = Barrel(2.0, np.array([3.0, 10.0, 20.0, 30.0]), 50.0, 0.005, 0.02, 0.02)


def rate_curves(run: str, efficiency: float, *, variable: str = "pt_gev") -> list[Curve]:
    """Three bins of a factor 4 in pT; two percent of fakes and none of duplicates."""
    edges = np.array([0.5, 2.0, 8.0, 32.0])
    values = {"track_efficiency": [efficiency, 0.99, np.nan], "track_fake_rate": [0.02] * 3}
    return [
        Curve(
            name,
            {
                "low": edges[:-1],
                "high": edges[1:],
                "value": np.array(values.get(name, [0.0] * 3)),
                "error": np.array([0.01, 0.01, np.nan]),
            },
            run=run,
            labels={"variable": variable},
        )
        for name in RATES
    ]


def toy_pulls(run: str) -> tuple[list[Curve], list[Metric]]:
    """Normal pulls in bins of 1, and their width."""
    low = np.arange(-6.0, 6.0)
    density = np.exp(-np.square(low + 0.5) / 2) / np.sqrt(2 * np.pi)
    columns = {"low": low, "high": low + 1, "density": density, "density_error": 0.1 * density}
    names = ("rphi", "z")
    curves = [Curve("pull", columns, run=run, labels={"coordinate": name}) for name in names]
    return curves, [Metric(f"pull_width_{name}", 1.01, 0.02, "quantiles", run=run) for name in names]


def toy_event():
    """The first of two events: particle 0 found, particle 1 lost, and a fake."""
    events = two_events()
    found = tracks_of(events, [[0, 1, 2, -1], [4, 1, 6, 8]])
    return events, 0, found, match_tracks(found, events), BARREL
