"""Flags of lumisections against the truth: faults found, places found, false alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import FlagRates, LumiFlag
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.fraction import weighted_fraction

FEW = 0.3
"""Lumisections with less than this share of the median entries of their histogram are told apart."""

_FLAGGED = ("bad", "masked")


def flag_rates(
    flags: Sequence[LumiFlag],
    kinds: NDArray[np.int64],
    cells: Sequence[NDArray[np.int64]],
    *,
    names: Mapping[int, str],
) -> list[FlagRates]:
    """Return rates by kind of fault, and those of good lumisections with many and with few entries.

    Parameters
    ----------
    flags : sequence of LumiFlag
        Those without enough statistics are left out.
    kinds : array of int64, shape (n,)
        Of the fault of each; 0 where it is good.
    cells : sequence of array of int64
        Injected cells of each, as row × columns + column.
    names : mapping of int to str
        Kind → its name.
    """
    scored = np.array([flag.status != "not enough statistics" for flag in flags], np.bool_)
    few = _has_few_entries(flags)
    rates = [
        _rates(name, kind != 0, flags, cells, scored & (kinds == kind)) for kind, name in sorted(names.items()) if kind
    ]
    good = scored & (kinds == 0)
    rates.append(_rates("good", False, flags, cells, good & ~few))
    if (good & few).any():
        rates.append(_rates("good, few entries", False, flags, cells, good & few))
    return [one for one in rates if one.n]


def _has_few_entries(flags: Sequence[LumiFlag]) -> NDArray[np.bool_]:
    entries = np.array([flag.entries for flag in flags])
    names = np.array([flag.histogram for flag in flags])
    median = {name: float(np.median(entries[names == name])) for name in np.unique(names).tolist()}
    return np.asarray(entries < FEW * np.array([median[name] for name in names.tolist()]))


def _rates(
    kind: str,
    is_fault: bool,
    flags: Sequence[LumiFlag],
    cells: Sequence[NDArray[np.int64]],
    chosen: NDArray[np.bool_],
) -> FlagRates:
    here = np.flatnonzero(chosen).tolist()
    flagged = [index for index in here if flags[index].status in _FLAGGED]
    share = weighted_fraction(np.isin(here, flagged)) if here else undefined("there is none")
    placed = [index for index in flagged if is_fault and len(flags[index].cells)]
    found = [np.isin(cells[index], flags[index].cells).mean() for index in placed if len(cells[index])]
    wrong = [1 - np.isin(flags[index].cells, cells[index]).mean() for index in placed]
    return FlagRates(kind, is_fault, len(here), _pair(share), _pair(_mean(found)), _pair(_mean(wrong)))


def _mean(values: Sequence[float]) -> Estimate:
    """Return the mean with its error."""
    if not values:
        return undefined("there is none")
    n = len(values)
    error = float(np.std(values, ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
    return Estimate(float(np.mean(values)), error, "standard error")


def _pair(estimate: Estimate) -> tuple[float, float]:
    return estimate.value, estimate.error
