"""The figures of a report: which there are, in which order, under which name, with which caption."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import hist
import numpy as np

from hepml.contracts import Curve, Metric
from hepml.plots import (
    Figure,
    Label,
    draw_confusion,
    draw_mean_images,
    draw_roc,
    draw_scores,
    draw_spectator,
    draw_training,
)
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
    """

    classes: tuple[str, ...]
    estimators: Mapping[str, str]
    metrics: Sequence[Metric]
    curves: Sequence[Curve]
    images: Mapping[str, MeanImage]
    histograms: Mapping[str, Mapping[str, hist.Hist]]

    @property
    def label(self) -> Label:
        """The words above every figure."""
        return Label(right=" against ".join(self.classes))


@dataclass(frozen=True)
class PlannedFigure:
    """One figure before it is drawn; the words are those of `ReportFigure`."""

    name: str
    title: str
    caption: str
    alternative: str
    draw: Callable[[], Figure]


def plan_figures(content: Drawable) -> list[PlannedFigure]:
    """Return the figures of a classification report, in their order."""
    return [figure for family in _FAMILIES for figure in family(content)]


def _rocs(content: Drawable) -> Iterator[PlannedFigure]:
    groups = _grouped(content.curves, "roc", lambda curve: curve.class_)
    for class_, curves in groups.items():
        yield PlannedFigure(
            "roc" if len(groups) == 1 else f"roc_{class_}",
            f"ROC of {class_}",
            "Background rejection against signal efficiency on the test part. Bands are one standard deviation at "
            "fixed signal efficiency, with the fluctuation of the cut.",
            f"ROC curves of {', '.join(str(curve.run) for curve in curves)}.",
            partial(draw_roc, curves, content.metrics, label=content.label),
        )


def _scores(content: Drawable) -> Iterator[PlannedFigure]:
    groups = _grouped(content.curves, "score_histogram", lambda curve: (curve.run, curve.labels["score_of"]))
    several = len({score_of for _, score_of in groups}) > 1
    for (run, score_of), curves in groups.items():
        yield PlannedFigure(
            f"scores_{run}_{score_of}" if several else f"scores_{run}",
            f"Scores of {run}" + (f" for {score_of}" if several else ""),
            "Unit area for each class. Points are the training part, filled is the test part; p is that of a weighted "
            "Kolmogorov–Smirnov test between them.",
            f"Histograms of the {score_of} score of {run} for each class, training over test.",
            partial(draw_scores, curves, [m for m in content.metrics if m.run == run], label=content.label),
        )


def _confusions(content: Drawable) -> Iterator[PlannedFigure]:
    if len(content.classes) < 3:  # with two classes it says less than the ROC
        return
    for run, curves in _grouped(content.curves, "confusion_matrix", lambda curve: curve.run).items():
        yield PlannedFigure(
            f"confusion_{run}",
            f"Confusion matrix of {run}",
            "For the events of each class in the test part, the fraction that scores highest as each class.",
            f"Confusion matrix of {run}.",
            partial(draw_confusion, curves[0], label=content.label),
        )


def _trainings(content: Drawable) -> Iterator[PlannedFigure]:
    for run, curves in _grouped(content.curves, "training", lambda curve: curve.run).items():
        step = "Trees" if content.estimators[str(run)] in TREE_MODELS else "Epoch"
        if all({"loss", "validation_loss"} <= set(curve.columns) for curve in curves):
            yield PlannedFigure(
                f"training_{run}",
                f"Training of {run}",
                "Loss on the training and validation parts for each seed and fold; what was kept is marked.",
                f"Training and validation loss of {run}.",
                partial(draw_training, curves, label=content.label, epoch_name=step),
            )


def _mean_images(content: Drawable) -> Iterator[PlannedFigure]:
    for name, image in content.images.items():
        if image.by_class:
            yield PlannedFigure(
                f"mean_{name}",
                f"Mean {name} of each class",
                f"{image.axes.content}, weighted, over the test part, and the difference of the classes.",
                f"Mean images of {' and '.join(image.by_class)}, and their difference.",
                partial(draw_mean_images, image.by_class, image_axes=image.axes, label=content.label),
            )


def _inputs(content: Drawable) -> Iterator[PlannedFigure]:
    for name, by_input in content.histograms.items():
        if _can_share_a_figure(list(by_input.values())):
            yield PlannedFigure(
                f"input_{name}",
                f"Input: {name}",
                "As the processor filled it, one line for each input, unit area.",
                f"Distribution of {name} for each input.",
                partial(draw_spectator, by_input, label=content.label),
            )


def _can_share_a_figure(histograms: Sequence[hist.Hist]) -> bool:
    """Return whether histograms have one axis, the same for all; what else a processor fills is not drawn."""
    if any(histogram.ndim != 1 for histogram in histograms):
        return False
    return all(np.array_equal(histogram.axes[0].edges, histograms[0].axes[0].edges) for histogram in histograms)


def _grouped(curves: Sequence[Curve], name: str, key: Callable[[Curve], Any]) -> dict[Any, list[Curve]]:
    groups: dict[Any, list[Curve]] = {}
    for curve in curves:
        if curve.name == name:
            groups.setdefault(key(curve), []).append(curve)
    return groups


_FAMILIES: tuple[Callable[[Drawable], Iterator[PlannedFigure]], ...] = (
    _rocs,
    _scores,
    _confusions,
    _trainings,
    _mean_images,
    _inputs,
)
