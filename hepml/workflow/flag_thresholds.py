"""Thresholds of a folder of flags: made once, from good lumisections that no model has seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hepml.contracts import Threshold
from hepml.monitoring.threshold import find_threshold, threshold_in_words
from hepml.workflow.flag_folder import FlagFolder
from hepml.workflow.flag_model import FlagModel
from hepml.workflow.flag_options import FlagOptions
from hepml.workflow.progress import Progress


def thresholds_of(
    folder: FlagFolder, model: FlagModel, options: FlagOptions, *, progress: Progress
) -> Mapping[str, Threshold]:
    """Return the thresholds that the folder has, after making them if it has none.

    Raises
    ------
    OutputError
        It has those of another model, rate or method.
    DatasetError
        There are no good lumisections to take them from.
    """
    made_by: dict[str, Any] = {
        "model": model.identity,
        "false_alarm_rate": options.false_alarm_rate,
        "extrapolate": options.extrapolate,
    }
    there = folder.thresholds(made_by)
    if there is not None:
        return there
    with progress.step("thresholds", None):
        made = _make(model, options)
    folder.keep_thresholds(made, made_by)
    for threshold in made.values():
        progress.say(threshold_in_words(threshold))
    return made


def _make(model: FlagModel, options: FlagOptions) -> dict[str, Threshold]:
    scores: dict[str, list[np.ndarray]] = {name: [] for name in model.subsystems}
    for block in model.good():
        scores.setdefault(block.name, []).append(np.where(block.enough, block.score, np.nan))
    return {
        name: find_threshold(
            np.concatenate([np.zeros(0), *pieces]),
            histogram=name,
            false_alarm_rate=options.false_alarm_rate,
            extrapolate=options.extrapolate,
        )
        for name, pieces in scores.items()
    }
