"""The cut that keeps a given fraction of the signal, and how it fluctuates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.errors import RecipeError
from hepml.evaluation.roc import RocCurve
from hepml.evaluation.working_point import crossing, half_chord


@dataclass(frozen=True)
class Cut:
    """A cut on the score; of the events at a threshold itself only a part passes.

    Where negative weights make the signal efficiency cross the wanted one several times, the first and the last
    crossing count one half each.

    Attributes
    ----------
    threshold, part : tuple of float
        Of the first and of the last crossing.
    """

    threshold: tuple[float, float]
    part: tuple[float, float]

    def passing(self, score: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return which part of each event passes, in [0, 1]; shape ``(n,)``."""
        first = _passing(score, self.threshold[0], self.part[0])
        if (self.threshold[0], self.part[0]) == (self.threshold[1], self.part[1]):
            return first
        return (first + _passing(score, self.threshold[1], self.part[1])) / 2


@dataclass(frozen=True)
class SignalEfficiencyCut:
    """The cut at a signal efficiency, and the cuts beside it between which slopes are measured.

    Attributes
    ----------
    signal_efficiency : float
        What is kept of the signal, on these events exactly.
    at, tighter, looser : Cut
        There, and at a signal efficiency that is `half_chord` lower and higher.
    half_chord : float
        The distance.
    """

    signal_efficiency: float
    at: Cut
    tighter: Cut
    looser: Cut
    half_chord: float


def cut_at_signal_efficiency(curve: RocCurve, signal_efficiency: float) -> SignalEfficiencyCut:
    """Return the cut where a ROC curve has a signal efficiency; see `working_points`.

    Raises
    ------
    RecipeError
        The signal efficiency is not inside (0, 1).
    """
    if not 0 < signal_efficiency < 1:
        msg = f"a cut needs a signal efficiency between 0 and 1, found {signal_efficiency}"
        raise RecipeError(msg)
    half = float(half_chord(curve, np.array([signal_efficiency]))[0])
    at_cuts = crossing(curve, signal_efficiency + half * np.array([0.0, -1.0, 1.0]))
    at, tighter, looser = (
        Cut(tuple(curve.threshold[index].tolist()), tuple(part.tolist()))
        for index, part in zip(at_cuts.index.T, at_cuts.part.T, strict=True)
    )
    return SignalEfficiencyCut(signal_efficiency, at, tighter, looser, half)


def _passing(score: NDArray[np.float64], threshold: float, part: float) -> NDArray[np.float64]:
    passed = (score > threshold).astype(np.float64)
    passed[score == threshold] = part
    return passed
