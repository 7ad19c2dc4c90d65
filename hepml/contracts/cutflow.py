"""Counts and weight sums after each step of a selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError


@dataclass(frozen=True)
class CutStep:
    """What passed one step: rows, Σw and Σw²."""

    name: str
    n: int
    sum_w: float
    sum_w2: float


@dataclass(frozen=True)
class CutFlow:
    """The steps of a selection, in order; the first counts **all** events of the chunk before any cut.

    The first step's Σw is what the cross-section is divided by, so it must be taken before selection.

    Examples
    --------
    >>> weight = np.array([1.0, 2.0, -1.0])
    >>> flow = CutFlow.start(weight).then("pt > 20 GeV", weight[:2])
    >>> [(step.name, step.n, step.sum_w) for step in flow.steps]
    [('all', 3, 2.0), ('pt > 20 GeV', 2, 3.0)]
    """

    steps: tuple[CutStep, ...]

    @classmethod
    def start(cls, weight: Any) -> CutFlow:
        """Begin with all events: `weight` has one entry per event of the chunk, before any cut."""
        return cls((_step("all", weight),))

    def then(self, name: str, weight: Any) -> CutFlow:
        """Return the flow with one more step: `weight` has one entry per row that is left."""
        if name in {step.name for step in self.steps}:
            msg = f"cut flow has two steps named {name!r}: give each its own name"
            raise ShapeError(msg)
        return CutFlow((*self.steps, _step(name, weight)))

    def __add__(self, other: CutFlow) -> CutFlow:
        """Return the sum, step by step."""
        mine, theirs = [s.name for s in self.steps], [s.name for s in other.steps]
        if mine != theirs:
            msg = f"cut flows have different steps: {mine} and {theirs}; name the same steps for every chunk"
            raise ShapeError(msg)
        return CutFlow(
            tuple(
                CutStep(a.name, a.n + b.n, a.sum_w + b.sum_w, a.sum_w2 + b.sum_w2)
                for a, b in zip(self.steps, other.steps, strict=True)
            )
        )


def _step(name: str, weight: Any) -> CutStep:
    values: NDArray[np.float64] = np.asarray(weight, dtype=np.float64).reshape(-1)
    return CutStep(name, len(values), float(values.sum()), float(np.square(values).sum()))
