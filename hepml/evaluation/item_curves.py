"""The curves behind the plots of outputs per item, and their histograms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import hist
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Curve, Predictions
from hepml.evaluation.gaussian_items import gaussian_items
from hepml.evaluation.histogram import histogram_columns, score_histogram
from hepml.evaluation.item_figures import FigureKey, found_right, item_figures
from hepml.evaluation.items import CountedItems, ItemSample, item_sample
from hepml.evaluation.mean import weighted_mean

PULL_RANGE, RESIDUAL_RANGE = 5.0, 5.0
"""Of histograms: pulls, and residuals in their widths."""


def item_curves(sample: ItemSample) -> list[Curve]:
    """Return the curves of one run; see `hepml.evaluation.next_item.evaluate_next_item`."""
    if sample.spec.judged == "choice":
        return [_curve(sample, "accuracy_by_item", _accuracy_columns(sample))]
    items = CountedItems.of(sample.known, sample.weight)
    if items is None:
        return []
    pulls = gaussian_items(sample, items.chosen, None).pull
    curves = []
    for index, feature in enumerate(sample.features):
        columns = histogram_columns(_pull_histogram(sample, items, pulls[:, index], feature))
        curves.append(_curve(sample, "pull_histogram", columns, feature))
        curves.append(_curve(sample, "width_by_item", _width_columns(sample, feature), feature))
    return curves


def item_histograms(predictions: Predictions) -> dict[str, hist.Hist]:
    """Return histograms by ``<run>/<part>/<output>/<which>``.

    Of places ``share_right``: events by the share of their items that are right; of normal distributions for each
    feature ``<feature>_residual`` and ``<feature>_pull``: items.
    """
    sample = item_sample(predictions)
    items = CountedItems.of(sample.known, sample.weight)
    if items is None:
        return {}
    place = f"{sample.run}/{sample.part}/{sample.spec.name}"
    if sample.spec.judged == "choice":
        return {f"{place}/share_right": _share_histogram(sample)}
    return {f"{place}/{which}": histogram for which, histogram in _of_features(sample, items)}


def _curve(sample: ItemSample, name: str, columns: dict[str, NDArray[np.float64]], feature: str | None = None) -> Curve:
    labels = {"output": feature or sample.spec.name, "seed_items": sample.seed_items}
    return Curve(name, columns, sample.run, part=sample.part, labels=labels)


def _accuracy_columns(sample: ItemSample) -> dict[str, NDArray[np.float64]]:
    """Return ``item`` (of the target), ``accuracy`` and ``accuracy_error``; items that no event has are left out."""
    right = found_right(sample)
    rows = []
    for item in np.flatnonzero(sample.known.any(axis=0)):
        known = sample.known[:, item]
        if sample.weight[known].sum() > 0:
            mean = weighted_mean(right[known, item].astype(np.float64), sample_weight=sample.weight[known])
            rows.append((item + sample.ahead, mean.value, mean.error))
    columns = np.array(rows, np.float64).reshape(-1, 3).T
    return dict(zip(("item", "accuracy", "accuracy_error"), columns, strict=True))


def _width_columns(sample: ItemSample, feature: str) -> dict[str, NDArray[np.float64]]:
    """Return ``item`` (of the target), and the widths of residuals and pulls there with ``…_error``."""
    rows = []
    for item in np.flatnonzero(sample.known.any(axis=0)):
        alone = np.zeros_like(sample.known)
        alone[:, item] = sample.known[:, item]
        found = item_figures(_only(sample, alone))
        widths = (found[FigureKey(name, feature)].estimate() for name in ("residual_width", "pull_width"))
        rows.append((item + sample.ahead, *(number for each in widths for number in (each.value, each.error))))
    names = ("item", "residual_width", "residual_width_error", "pull_width", "pull_width_error")
    return dict(zip(names, np.array(rows, np.float64).T, strict=True))


def _only(sample: ItemSample, known: NDArray[np.bool_]) -> ItemSample:
    return replace(sample, known=known, predicted={None: sample.predicted[None]})


def _pull_histogram(sample: ItemSample, items: CountedItems, pull: NDArray[np.float64], feature: str) -> hist.Hist:
    label = f"(prediction − truth) / predicted σ of {feature}"
    weight = sample.weight[items.event]
    return score_histogram(pull, sample_weight=weight, n_bins=50, low=-PULL_RANGE, high=PULL_RANGE, label=label)


def _share_histogram(sample: ItemSample) -> hist.Hist:
    n_known = sample.known.sum(axis=1)
    some = n_known > 0
    share = (found_right(sample) & sample.known).sum(axis=1)[some] / n_known[some]
    return score_histogram(share, sample_weight=sample.weight[some], label="share of items that are right")


def _of_features(sample: ItemSample, items: CountedItems) -> Iterator[tuple[str, hist.Hist]]:
    each, weight = gaussian_items(sample, items.chosen, None), sample.weight[items.event]
    figures = item_figures(sample)
    for index, feature in enumerate(sample.features):
        name = feature.partition(" [")[0]
        width = figures[FigureKey("residual_width", feature)].figure.value
        half = RESIDUAL_RANGE * width if width > 0 else 0.5
        residual = score_histogram(
            each.residual[:, index],
            sample_weight=weight,
            low=-half,
            high=half,
            label=f"prediction − truth of {feature}",
        )
        yield f"{name}_residual", residual
        yield f"{name}_pull", _pull_histogram(sample, items, each.pull[:, index], feature)
