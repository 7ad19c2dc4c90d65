"""Mean and standard deviation of spectators of a part, from one pass over its scalar columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.datasets.part_reader import PartReader, read_weighted
from hepml.datasets.row_groups import RowGroup
from hepml.datasets.survey import WeightedRows
from hepml.datasets.weights import kept_rows


def spectator_moments(
    reader: PartReader, groups: Sequence[RowGroup], names: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """Return weighted mean and standard deviation of the rows that `reader` delivers; NaN does not count.

    Parameters
    ----------
    reader : PartReader
        Says which rows belong to the part, and their weights, whose size counts.
    groups : sequence of RowGroup
        All of the dataset.
    names : sequence of str
        Of the spectators.

    Raises
    ------
    DatasetError
        A shard is missing or damaged.
    """
    if not names:
        return {}
    binned = list(reader.training.binning.edges) if reader.training else []
    columns = list(dict.fromkeys([*names, *binned]))
    found = {name: _Running(0.0, 0.0, 0.0) for name in names}
    for rows in read_weighted(groups, buckets=reader.buckets, spectators=columns, scale=reader.scale):
        kept, weight = _weighted(reader, rows)
        for name in names:
            found[name] += _running(rows.spectators[name][kept], weight)
    return {name: sums.moments for name, sums in found.items()}


@dataclass(frozen=True)
class _Running:
    """Σ|w|, mean, and Σ|w|(x − mean)²: sums about the mean keep their digits where the mean is far from zero."""

    weight: float
    mean: float
    squares: float

    def __add__(self, other: _Running) -> _Running:
        """Return the sums of both samples together (Chan, Golub, LeVeque 1979)."""
        total = self.weight + other.weight
        if total == 0:
            return self
        shift = other.mean - self.mean
        return _Running(
            total,
            self.mean + shift * other.weight / total,
            self.squares + other.squares + shift**2 * self.weight * other.weight / total,
        )

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation; NaN where nothing was counted."""
        return (self.mean, math.sqrt(self.squares / self.weight)) if self.weight else (math.nan, math.nan)


def _weighted(reader: PartReader, rows: WeightedRows) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which rows are delivered, and the size of their weights."""
    if reader.training is None:
        return np.ones(len(rows.label), dtype=np.bool_), np.abs(rows.physics_weight)
    kept = kept_rows(rows.physics_weight, reader.training.negative)
    binned = {name: rows.spectators[name][kept] for name in reader.training.binning.edges}
    return kept, np.abs(reader.training.of(rows.label[kept], rows.physics_weight[kept], binned))


def _running(values: NDArray[np.float64], weight: NDArray[np.float64]) -> _Running:
    values = np.asarray(values, dtype=np.float64)
    weight = np.where(np.isnan(values), 0.0, weight)
    total = float(weight.sum())
    if total == 0:
        return _Running(0.0, 0.0, 0.0)
    counted = np.where(np.isnan(values), 0.0, values)
    mean = float(np.dot(weight, counted)) / total
    return _Running(total, mean, float(np.dot(weight, np.square(counted - mean))))
