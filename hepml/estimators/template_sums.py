"""Filling templates: edges from a sample of the items, then sums of weights batch by batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, BatchSource
from hepml.estimators.templates import Group, Template, bin_numbers, category_sizes, edges_of, items_of

Floats = NDArray[np.float64]

_LARGEST_SAMPLE = 500_000  # items from which the edges of bins are taken


@dataclass(frozen=True)
class TemplateSums:
    """Sums of a template that is being filled.

    Attributes
    ----------
    edges : tuple of arrays
        As in `Template`.
    sums : array, shape (2, n_classes, n_bins)
        Σw and Σw² of the items.
    """

    edges: tuple[Floats, ...]
    sums: Floats

    @classmethod
    def empty(cls, edges: tuple[Floats, ...], *, n_classes: int) -> TemplateSums:
        """Return one without content."""
        return cls(edges, np.zeros((2, n_classes, int(np.prod([len(inner) + 2 for inner in edges])))))

    def add(self, values: Floats, row: NDArray[np.int64], label: NDArray[np.int64], weight: Floats) -> None:
        """Add items, shape (m, d), each of a row with a label and a weight."""
        _, n_classes, n_bins = self.sums.shape
        place = label[row] * n_bins + bin_numbers(values, self.edges)
        for power in (1, 2):
            filled = np.bincount(place, weight[row] ** power, n_classes * n_bins)
            self.sums[power - 1] += filled.reshape(n_classes, n_bins)

    def template(self, *, smoothing: float) -> Template:
        """Return what was filled, smoothed; see `densities`."""
        return Template(self.edges, densities(*self.sums, smoothing=smoothing))


def sampled_edges(
    group: Group, train: BatchSource, arrays: Mapping[str, ArraySpec], *, bins: int
) -> tuple[Floats, ...]:
    """Return the inner edges of the features of a group, from items evenly spread over a part."""
    stride, pieces, seen = 1, [], 0
    for batch in train.ordered():
        values, _ = items_of(group, batch.inputs, arrays)
        pieces.append(values[-seen % stride :: stride])
        seen += len(values)
        while sum(map(len, pieces)) > _LARGEST_SAMPLE:  # every other one, from all over the part
            pieces, stride = [np.concatenate(pieces)[::2]], 2 * stride
    return edges_of(np.concatenate(pieces), category_sizes(group, arrays[group.array]), bins=bins)


def densities(sum_w: Floats, sum_w2: Floats, *, smoothing: float) -> Floats:
    """Return ln of the fraction of each class in each bin.

    To the effective numbers of each class (Σw/Σw² of the whole class, times Σw of a bin), which are taken as 0 where
    negative weights leave less, `smoothing` items are added in the shape of the average of all classes and one item
    spread evenly over the bins: no bin is empty.

    Parameters
    ----------
    sum_w, sum_w2 : array, shape (n_classes, n_bins)
        Of the items.
    smoothing : float
        Items.
    """
    total, squares = sum_w.sum(axis=1, keepdims=True), sum_w2.sum(axis=1, keepdims=True)
    effective = np.maximum(sum_w, 0.0) * np.where(squares > 0, total / np.where(squares > 0, squares, 1.0), 0.0)
    effective = np.maximum(effective, 0.0)
    shares = effective / np.maximum(effective.sum(axis=1, keepdims=True), 1.0)
    filled = effective + smoothing * shares.mean(axis=0) + 1.0 / sum_w.shape[1]
    result: Floats = np.log(filled / filled.sum(axis=1, keepdims=True))
    return result
