"""Which events and scores a figure is about, and the selections and weightings that are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from hepml.contracts import Metric
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.items import ItemSample
from hepml.evaluation.labelled import LabelledScores
from hepml.evaluation.regressed import RegressedTarget
from hepml.evaluation.window import describe_window, window_mask
from hepml.recipe import Evaluation

Sample = TypeVar("Sample", LabelledScores, RegressedTarget, ItemSample)


@dataclass(frozen=True)
class Case:
    """What a figure is about: all of `Metric` but the figure itself."""

    run: str
    part: str
    weights: str = "physics"
    selection: str | None = None
    member: str | None = None
    against: str | None = None
    class_: str | None = None
    output: str | None = None
    background: str | None = None

    def metric(self, name: str, estimate: Estimate) -> Metric:
        """Return an estimate for this case."""
        return Metric(
            name=name,
            value=estimate.value,
            error=estimate.error,
            method=estimate.method,
            run=self.run,
            member=self.member,
            against=self.against,
            class_=self.class_,
            part=self.part,
            weights=self.weights,
            selection=self.selection,
            output=self.output,
            background=self.background,
        )


def cases(sample: Sample, evaluation: Evaluation) -> Iterator[tuple[Case, Sample]]:
    """Yield all events and those inside each window, with their weights and, where weights differ, without."""
    for weights, weighted in _weightings(sample):
        case = Case(sample.run, sample.part, weights)
        yield case, weighted
        for name, window in evaluation.windows.items():
            inside = window_mask(sample.spectators, window)
            yield replace(case, selection=describe_window(name, window)), weighted.select(inside)


def _weightings(sample: Sample) -> Iterator[tuple[str, Sample]]:
    yield "physics", sample
    if np.ptp(sample.weight) > 0:
        yield "none", replace(sample, weight=np.ones_like(sample.weight))
