"""Which events runs and parts have in common: runs are compared on the same ones, parts have other ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hepml.errors import RunError
from hepml.evaluation.labelled import LabelledScores


def refuse_other_events(run: str, against: str, same: Mapping[str, bool]) -> None:
    """Raise a RunError that names what differs between two runs, unless nothing does.

    Parameters
    ----------
    run, against : str
        The runs.
    same : mapping of str to bool
        What was looked at, in the plural, and whether it is the same in both.
    """
    different = [name for name, equal in same.items() if not equal]
    if different:
        msg = (
            f"runs {run!r} and {against!r} can only be compared on the same events, "
            f"but their {' and '.join(different)} differ: evaluate both on the same part of one dataset"
        )
        raise RunError(msg)


def remark_on_folds(validation: LabelledScores, test: LabelledScores) -> str:
    """Return what to add to a method where validation and test are the same events; empty where they are not.

    With folds every event is in both, but what it is scored by has seen it in neither.
    """
    shared = np.isin(test.row, validation.row).any()
    return " (the same events, scored by other folds)" if shared else ""
