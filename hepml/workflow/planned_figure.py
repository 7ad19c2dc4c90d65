"""A figure before it is drawn, and what figures are made of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import hist

from hepml.contracts import Curve, Metric
from hepml.contracts.report import Section
from hepml.plots import Figure, Label, MapPicture, Pen, TrackPicture, pens
from hepml.workflow.baselines import LEVELS
from hepml.workflow.galleries import Gallery
from hepml.workflow.mean_images import MeanImage
from hepml.workflow.tree_models import TREE_MODELS


@dataclass(frozen=True)
class Drawable:
    """Everything that figures are made of.

    Attributes
    ----------
    classes : tuple of str
        In label order.
    estimators : mapping of str to str
        Run → its key in the table of estimators.
    metrics, curves
        Of all runs.
    images : mapping of str to MeanImage
        By batch array.
    histograms : mapping of str to mapping of str to hist.Hist
        What the processor filled: name → input → histogram.
    galleries : sequence of Gallery
        Single events, of each run and class.
    tracks : sequence of TrackPicture
        Single events, of all runs together.
    maps : sequence of MapPicture
        Maps with faults, as each run sees them.
    """

    classes: tuple[str, ...]
    estimators: Mapping[str, str]
    metrics: Sequence[Metric]
    curves: Sequence[Curve]
    images: Mapping[str, MeanImage]
    histograms: Mapping[str, Mapping[str, hist.Hist]]
    galleries: Sequence[Gallery] = ()
    tracks: Sequence[TrackPicture] = ()
    maps: Sequence[MapPicture] = ()

    @property
    def label(self) -> Label:
        """The words above every figure."""
        return Label(right=(" against " if len(self.classes) < 4 else ", ").join(self.classes))

    @property
    def run_pens(self) -> dict[str, Pen]:
        """The pen of each run: the same in every figure."""
        return pens(list(self.estimators))

    @property
    def class_pens(self) -> dict[str, Pen]:
        """The pen of each class: the same in every figure."""
        return pens(self.classes)

    @property
    def baseline(self) -> str | None:
        """The run that others are divided by: the first made of trees, or else the first simple one, or the first."""
        return self.baseline_among(self.estimators)

    def baseline_among(self, runs: Collection[str]) -> str | None:
        """Return the baseline of some of the runs: where tasks differ, not every run is in every figure."""
        estimators = {run: estimator for run, estimator in self.estimators.items() if run in runs}
        trees = [run for run, estimator in estimators.items() if estimator in TREE_MODELS]
        simple = [run for run, estimator in estimators.items() if estimator in LEVELS]
        return next(iter([*trees, *simple, *estimators]), None)

    def grouped(self, name: str, key: Callable[[Curve], Any]) -> dict[Any, list[Curve]]:
        """Return the curves of that name by `key`, in their order."""
        groups: dict[Any, list[Curve]] = {}
        for curve in self.curves:
            if curve.name == name:
                groups.setdefault(key(curve), []).append(curve)
        return groups


@dataclass(frozen=True)
class PlannedFigure:
    """One figure before it is drawn; the words are those of `ReportFigure`."""

    name: str
    title: str
    caption: str
    alternative: str
    draw: Callable[[], Figure]
    section: Section = "performance"


def runs_of(curves: Sequence[Curve]) -> str:
    """Return the names of the curves' runs, each once, for a sentence."""
    return ", ".join(dict.fromkeys(str(curve.run) for curve in curves))


def stem(*words: object) -> str:
    """Return the name of a figure from what tells it apart from others; None and nothing are left out.

    Examples
    --------
    >>> stem("roc", None), stem("efficiency", "jet_pt_gev", "w")
    ('roc', 'efficiency_jet_pt_gev_w')
    """
    return "_".join(str(word) for word in words if word not in (None, ""))
