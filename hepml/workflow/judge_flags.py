"""Flags of a sample whose faults are known, judged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import FlagRates, LumiFlag
from hepml.evaluation.flag_rates import flag_rates
from hepml.recipe import Faults
from hepml.workflow.fault_truth import FaultTruth, read_fault_truth


def judge_flags(flags: Sequence[LumiFlag], faults: Faults) -> list[FlagRates]:
    """Return the shares of faults and of good lumisections that are flagged, and how well the places are found.

    Parameters
    ----------
    flags : sequence of LumiFlag
        Of `flag`, or of `flagged_lumisections`.
    faults : Faults
        Where the truth is: ``evaluation.faults`` of the recipe.

    Raises
    ------
    InputError
        The truth cannot be read.
    """
    names = list(dict.fromkeys(flag.histogram for flag in flags))
    truth = read_fault_truth(faults, names)
    kinds = np.zeros(len(flags), np.int64)
    cells: list[NDArray[np.int64]] = [np.zeros(0, np.int64)] * len(flags)
    for name in names:
        here = [index for index, flag in enumerate(flags) if flag.histogram == name]
        _fill(truth, name, here, flags, kinds, cells)
    return flag_rates(flags, kinds, cells, names=faults.kinds)


def _fill(
    truth: FaultTruth,
    name: str,
    here: Sequence[int],
    flags: Sequence[LumiFlag],
    kinds: NDArray[np.int64],
    cells: list[NDArray[np.int64]],
) -> None:
    """Write kinds and injected cells of the flags of one histogram."""
    run, lumi = (np.array([getattr(flags[index], key) for index in here], np.int64) for key in ("run", "lumi"))
    kinds[np.array(here)] = truth.kind(name, run, lumi)
    injected = truth.cells(name, run, lumi, flags[here[0]].shape)
    for place, index in enumerate(here):
        cells[index] = np.flatnonzero(injected[place])
