"""Figures of merit of outputs per item, each with the influence of every event."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.gaussian_items import GaussianItems, gaussian_items
from hepml.evaluation.items import CountedItems, ItemSample
from hepml.evaluation.linearised import Linearised, half_width_of, mean_of
from hepml.evaluation.quantile import distribution

LEAST_PROBABILITY = 1e-12
"""Of the true place, in a likelihood: a model that rules the truth out is not infinitely wrong."""
COVERAGES = {"coverage_68": 0.6827, "coverage_95": 0.9545}


class FigureKey(NamedTuple):
    """Name of a figure, and the feature that it is of; None: of all of them."""

    name: str
    feature: str | None = None


@dataclass(frozen=True)
class ItemFigure:
    """A figure of items, linearised by event.

    Attributes
    ----------
    figure : Linearised
        Its value, and the influence of each event.
    share : array of float64, shape (n,)
        Of each event.
    """

    figure: Linearised
    share: NDArray[np.float64]

    def estimate(self) -> Estimate:
        """Return the figure with its error."""
        return self.figure.estimate(self.share)


def item_figures(sample: ItemSample, member: str | None = None) -> dict[FigureKey, ItemFigure]:
    """Return the figures of one prediction; see `hepml.evaluation.next_item.evaluate_next_item`."""
    items = CountedItems.of(sample.known, sample.weight)
    if sample.spec.judged == "choice":
        return _of_places(sample, member, items)
    names = ("residual_mean", "residual_width", "pull_mean", "pull_width")
    if items is None:
        keys = [FigureKey(name, feature) for feature in sample.features for name in names]
        return _nothing([*keys, *map(FigureKey, (*COVERAGES, "log_likelihood"))], sample)
    return _of_gaussians(gaussian_items(sample, items.chosen, member), items, sample.features)


def found_right(sample: ItemSample, member: str | None = None) -> NDArray[np.bool_]:
    """Return whether the most probable place is the true one, shape (n, length)."""
    return np.asarray(sample.predicted[member][..., 0] == sample.truth[..., 0])


def _of_places(sample: ItemSample, member: str | None, items: CountedItems | None) -> dict[FigureKey, ItemFigure]:
    first = max(sample.seed_items - sample.ahead, 0)
    without_seeds = sample.known.copy()
    without_seeds[:, :first] = False
    right = found_right(sample, member).astype(np.float64)
    likelihood = np.log(np.maximum(sample.predicted[member][..., 1], LEAST_PROBABILITY).astype(np.float64))
    wanted: dict[str, tuple[NDArray[np.float64], CountedItems | None]] = {"hit_accuracy": (right, items)}
    if first:
        wanted["hit_accuracy_without_seeds"] = (right, CountedItems.of(without_seeds, sample.weight))
    wanted["log_likelihood"] = (likelihood, items)
    found: dict[FigureKey, ItemFigure] = {}
    for name, (values, counted) in wanted.items():
        key = FigureKey(name)
        found |= _nothing([key], sample) if counted is None else {key: _mean(values[counted.chosen], counted)}
    return found


def _of_gaussians(each: GaussianItems, items: CountedItems, features: tuple[str, ...]) -> dict[FigureKey, ItemFigure]:
    found = {}
    for index, feature in enumerate(features):
        for name, values in (("residual", each.residual[:, index]), ("pull", each.pull[:, index])):
            found[FigureKey(f"{name}_mean", feature)] = _mean(values, items)
            found[FigureKey(f"{name}_width", feature)] = _width(values, items)
    for name, fraction in COVERAGES.items():
        found[FigureKey(name)] = _mean(each.inside(fraction).astype(np.float64), items)
    return found | {FigureKey("log_likelihood"): _mean(each.log_likelihood, items)}


def _mean(values: NDArray[np.float64], items: CountedItems) -> ItemFigure:
    return ItemFigure(items.by_event(mean_of(values, items.share)), items.event_share)


def _width(values: NDArray[np.float64], items: CountedItems) -> ItemFigure:
    """Return half of the central 68.27% interval: tails do not hide a right core."""
    spread = distribution(values, sample_weight=items.share)
    return ItemFigure(items.by_event(half_width_of(values, spread)), items.event_share)


def _nothing(keys: list[FigureKey], sample: ItemSample) -> dict[FigureKey, ItemFigure]:
    reason = undefined(f"the weights of the items of {len(sample.weight)} events sum to zero or less").method
    n = len(sample.weight)
    empty = ItemFigure(Linearised(math.nan, np.full(n, math.nan), reason), np.zeros(n))
    return dict.fromkeys(keys, empty)


def leading_key(sample: ItemSample) -> FigureKey:
    """Return the one figure by which learning curves judge."""
    return FigureKey("hit_accuracy" if sample.spec.judged == "choice" else "log_likelihood")


Figures = Mapping[FigureKey, ItemFigure]
