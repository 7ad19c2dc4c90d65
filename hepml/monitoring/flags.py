"""From scores to flags: good, bad, not enough statistics, or masked as a known problem."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from hepml.contracts import LumiFlag, LumiScore, Status, Threshold
from hepml.errors import InputError, nearest
from hepml.monitoring.known_problems import KnownProblem, masking_problems

_NO_CELLS = np.zeros(0, np.int32)


def flag_scores(
    scores: Iterable[LumiScore], thresholds: Mapping[str, Threshold], *, known: Sequence[KnownProblem] = ()
) -> list[LumiFlag]:
    """Return the flag of each score.

    Parameters
    ----------
    scores : iterable of LumiScore
        No histogram of a lumisection twice.
    thresholds : mapping of str to Threshold
        By histogram.
    known : sequence of KnownProblem
        What may mask a flag.

    Raises
    ------
    InputError
        A histogram has no threshold, or comes twice in a lumisection.
    """
    flags: dict[tuple[int, int, str], LumiFlag] = {}
    for score in scores:
        if score.histogram not in thresholds:
            msg = f"{score.histogram!r} has no threshold: {nearest(score.histogram, thresholds)}"
            raise InputError(msg)
        if score.key in flags:
            msg = f"run {score.run}, lumisection {score.lumi}: {score.histogram!r} comes twice: leave one of them out"
            raise InputError(msg)
        flags[score.key] = _flag(score, thresholds[score.histogram].value, known)
    return [flags[key] for key in sorted(flags)]


def _flag(score: LumiScore, threshold: float, known: Sequence[KnownProblem]) -> LumiFlag:
    status = _status(score, threshold)
    masking: tuple[KnownProblem, ...] = ()
    if status == "bad":
        masking = masking_problems(
            known, run=score.run, histogram=score.histogram, cells=score.cells, shape=score.shape
        )
    return LumiFlag(
        run=score.run,
        lumi=score.lumi,
        histogram=score.histogram,
        shape=score.shape,
        score=score.score,
        threshold=threshold,
        status="masked" if masking else status,
        entries=score.entries,
        cells=score.cells if status == "bad" else _NO_CELLS,
        who=_joined(problem.who for problem in masking),
        why=_joined(problem.why for problem in masking),
    )


def _status(score: LumiScore, threshold: float) -> Status:
    """Return the status before known problems; a score that is not a number says nothing."""
    if not score.enough or math.isnan(score.score):
        return "not enough statistics"
    return "bad" if score.score > threshold else "good"


def _joined(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(words))
