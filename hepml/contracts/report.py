"""What a report shows: everything it needs, computed and drawn before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from hepml.contracts.manifest import Manifest
from hepml.contracts.metric import Metric
from hepml.contracts.task import TaskSpec
from hepml.contracts.verdict import Verdict

Section = Literal[
    "performance",
    "working_points",
    "calibration",
    "overtraining",
    "variables",
    "learning",
    "events",
    "inputs",
]
"""Which part of a report a figure belongs to."""


@dataclass(frozen=True)
class RunSummary:
    """One run of a report.

    Attributes
    ----------
    name : str
        As in `Metric.run`.
    estimator : str
        Its key in the table of estimators.
    members : tuple of str
        As in `Metric.member`: one per seed and fold.
    n_parameters : int, optional
        Fitted parameters of one member (of trees: leaves; the median over members).
    training_seconds : float, optional
        Wall time of one member's fit (the median over members).
    predict_microseconds : float, optional
        Wall time in which one member scores one event, in batches; without the time to read it.
    baseline : str, optional
        Name of the run of the same report that this one must not be worse than; the report says so when it is.
    recipe : mapping
        The frozen recipe it was trained with.
    """

    name: str
    estimator: str
    members: tuple[str, ...] = ()
    n_parameters: int | None = None
    training_seconds: float | None = None
    predict_microseconds: float | None = None
    baseline: str | None = None
    recipe: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportFigure:
    """One picture of a report.

    Attributes
    ----------
    name : str
        File stem under ``plots/``.
    title, caption : str
        Heading, and what there is to see, in full sentences.
    alternative : str
        The same for somebody who cannot see the picture, in a sentence or two.
    png : bytes
        The picture itself.
    section : Section
        Where it is shown.
    """

    name: str
    title: str
    caption: str
    alternative: str
    png: bytes = field(repr=False)
    section: Section = "performance"


@dataclass(frozen=True)
class PartCounts:
    """Examples of one class in one part of the dataset: rows, Σw and Σw² (physics weights)."""

    part: str
    class_: str | None
    n: int
    sum_w: float
    sum_w2: float


@dataclass(frozen=True)
class ReportContent:
    """Everything a report shows; rooms below fill it, `hepml.reports` renders it.

    Attributes
    ----------
    title : str
        Heading of the report.
    task : TaskSpec
        What the runs have learnt.
    runs : tuple of RunSummary
        In the order in which they are shown everywhere.
    metrics : tuple of Metric
        All rows of ``metrics.json``.
    figures : tuple of ReportFigure
        In the order in which they are shown.
    manifest : Manifest
        Accounting of the dataset.
    parts : tuple of PartCounts
        What the split made of it.
    versions : mapping of str to str
        Of hepml and of what it stands on, when the report was made.
    warnings : tuple of str
        What a reader must know before believing a number; shown first.
    verdicts : tuple of Verdict
        Of runs that generate: which figures are within their limits.
    """

    title: str
    task: TaskSpec
    runs: tuple[RunSummary, ...]
    metrics: tuple[Metric, ...]
    figures: tuple[ReportFigure, ...]
    manifest: Manifest
    parts: tuple[PartCounts, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
