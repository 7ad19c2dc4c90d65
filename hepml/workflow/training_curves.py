"""The training curves of a run, from the histories of its members."""

from __future__ import annotations

import numpy as np

from hepml.contracts import Curve
from hepml.estimators import read_history
from hepml.inference import LoadedRun, MemberInfo


def training_curves(run: LoadedRun) -> list[Curve]:
    """Return one ``training`` curve per member: ``epoch``, and the figures of each epoch.

    Raises
    ------
    RunError
        A history is missing or damaged.
    """
    return [_curve(run, member) for member in run.info.members]


def _curve(run: LoadedRun, member: MemberInfo) -> Curve:
    history = read_history(run.folder / member.place)
    names = dict.fromkeys(name for epoch in history for name in epoch.figures)
    columns = {name: np.array([epoch.figures.get(name, np.nan) for epoch in history]) for name in names}
    columns["epoch"] = np.array([epoch.index for epoch in history], np.float64)
    labels = {"kept_epoch": member.best_epoch}
    return Curve("training", columns, run.info.name, member.name, part="train", labels=labels)
