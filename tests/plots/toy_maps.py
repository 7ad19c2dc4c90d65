"""Curves and pictures of monitored maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hepml.contracts import Curve
from hepml.plots import MapPicture


def fault_curves(names: Sequence[str]) -> list[Curve]:
    rate = np.array([0.0, 0.01, 0.1, 1.0])
    return [
        Curve(
            "fault_roc",
            {"false_alarm_rate": rate, "efficiency": rate**power},
            run,
            labels={"kind": kind, "n_good": 500},
        )
        for power, run in enumerate(names, start=1)
        for kind in ("dead_cell", names[0])
    ]


def score_curves(names: Sequence[str]) -> list[Curve]:
    runs = np.arange(30.0, 36.0)
    columns = {
        "run": runs,
        "median": 0 * runs,
        "low_score": 0 * runs - 1,
        "high_score": 0 * runs + 1,
        "highest": runs / 12,
    }
    alarms = {"false_alarm_rate": 0 * runs + 0.02, "false_alarm_rate_error": 0 * runs + 0.01}
    return [Curve("score_by_run", columns | alarms, run, labels={"threshold": 2.1}) for run in names]


def map_picture(name: str) -> MapPicture:
    observed = np.random.default_rng(1).poisson(20.0, (6, 10)).astype(np.float32)
    observed[0, 0] = np.nan
    cells = np.zeros(observed.shape, bool)
    cells[2:4, 3:7] = True
    expected = np.where(np.isnan(observed), np.float32(np.nan), np.float32(20))
    return MapPicture(name, "muon", name, name, observed, expected, observed - 20, cells, cells)
