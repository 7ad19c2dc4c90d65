"""Targets of several regressions on the same events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hepml.contracts import Predictions
from hepml.errors import RunError
from hepml.evaluation.regressed import RegressedTarget, regressed_targets
from hepml.evaluation.same_events import refuse_other_events


def same_targets(predictions: Sequence[Predictions]) -> Iterator[tuple[str, list[RegressedTarget]]]:
    """Yield the name of each output of the first run, and what every run predicts of it.

    Raises
    ------
    RunError
        A run does not predict it, or not of the same events.
    """
    by_run = [{target.output: target for target in regressed_targets(values)} for values in predictions]
    for output, first in by_run[0].items():
        yield output, [_of_output(targets, output, first) for targets in by_run]


def _of_output(targets: dict[str, RegressedTarget], output: str, first: RegressedTarget) -> RegressedTarget:
    """Return the target of a run, or raise a RunError unless it is of the same events as that of the first run."""
    if output not in targets:
        found = next(iter(targets.values())).run
        msg = f"run {found!r} does not predict {output!r}, as {first.run!r} does: compare runs of one recipe"
        raise RunError(msg)
    other = targets[output]
    same = {
        "parts": first.part == other.part,
        "rows": np.array_equal(first.row, other.row),
        "true values": np.array_equal(first.truth, other.truth),
        "weights": np.array_equal(first.weight, other.weight),
    }
    refuse_other_events(first.run, other.run, same)
    return other
