"""The last step of the monitoring demo: the runs that have faults are flagged, and the flags judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hepml.contracts import FlagRates
from hepml.recipe import Recipe
from hepml.workflow.flag import flag
from hepml.workflow.flag_options import FlagOptions
from hepml.workflow.flag_results import Flagged
from hepml.workflow.judge_flags import judge_flags
from hepml.workflow.progress import Progress
from hepml.workflow.run_files import write_run_files


@dataclass(frozen=True)
class FlagStep:
    """Which model flags which runs of which file of the sample, and how often it may be wrong."""

    model: str
    file: str
    runs: range
    false_alarm_rate: float


def flag_runs(
    step: FlagStep, folder: Path, *, files: Path, recipe: Recipe, progress: Progress
) -> tuple[Flagged, tuple[FlagRates, ...]]:
    """Flag the runs as files of their own, in ``flags/``, and compare the flags with the truth of the recipe.

    Raises
    ------
    HepmlError
        As `flag` does.
    """
    arrived = write_run_files(files / step.file, folder / "runs_as_files", runs=step.runs)
    flagged = flag(
        folder / "runs" / step.model,
        arrived,
        folder / "flags",
        dataset=folder / "dataset",
        options=FlagOptions(false_alarm_rate=step.false_alarm_rate),
        progress=progress,
    )
    faults = recipe.evaluation.faults
    return flagged, () if faults is None else tuple(judge_flags(flagged.flags, faults))
