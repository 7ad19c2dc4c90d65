"""A `BatchSource` over arrays in memory."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Batch, BatchSource, Moments


class MemorySource(BatchSource):
    """Serve given arrays in pieces; the order of `shuffled` depends on (seed, epoch) alone."""

    def __init__(
        self,
        arrays: Mapping[str, ArraySpec],
        inputs: Mapping[str, NDArray[Any]],
        label: NDArray[Any],
        weight: NDArray[Any] | None = None,
        *,
        seed: int = 1,
        piece_rows: int = 8192,
        spectators: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:
        n = len(label)
        weights = np.ones(n) if weight is None else np.asarray(weight, dtype=np.float64)
        self._arrays = arrays
        self._whole = Batch(inputs, label.astype(np.int32), weights, dict(spectators or {}), np.arange(n))
        self._seed, self._piece_rows = seed, piece_rows

    @property
    def arrays(self) -> Mapping[str, ArraySpec]:
        return self._arrays

    @property
    def n_rows(self) -> int:
        return self._whole.n

    @property
    def moments(self) -> Mapping[str, Moments]:
        inputs = self._whole.inputs
        counted = {name: spec for name, spec in self._arrays.items() if spec.role != "mask"}
        return {name: _moments(_real(inputs, name, spec), spec) for name, spec in counted.items()}

    def target_moments(self, names: Sequence[str]) -> Mapping[str, tuple[float, float]]:
        return {name: _weighted_moments(self._whole.spectators[name], self._whole.weight) for name in names}

    def shuffled(self, epoch: int) -> Iterator[Batch]:
        return self._pieces(np.random.default_rng([self._seed, epoch]).permutation(self.n_rows))

    def ordered(self) -> Iterator[Batch]:
        return self._pieces(np.arange(self.n_rows))

    def _pieces(self, order: NDArray[np.int64]) -> Iterator[Batch]:
        for start in range(0, len(order), self._piece_rows):
            rows = order[start : start + self._piece_rows]
            whole = self._whole
            inputs = {name: values[rows] for name, values in whole.inputs.items()}
            spectators = {name: values[rows] for name, values in whole.spectators.items()}
            yield Batch(inputs, whole.label[rows], whole.weight[rows], spectators, whole.row[rows])


def _weighted_moments(values: NDArray[Any], weight: NDArray[np.float64]) -> tuple[float, float]:
    known = ~np.isnan(values)
    if not known.any():
        return np.nan, np.nan
    size = np.abs(weight[known])
    mean = np.average(values[known], weights=size)
    return float(mean), float(np.sqrt(np.average((values[known] - mean) ** 2, weights=size)))


def _real(inputs: Mapping[str, NDArray[Any]], name: str, spec: ArraySpec) -> NDArray[Any]:
    """Return an array with NaN for what does not count: the padding of a sequence."""
    if spec.role != "sequence":
        return inputs[name]
    return np.where(inputs[f"{name}_mask"][..., None], inputs[name], np.nan)


def _moments(values: NDArray[Any], spec: ArraySpec) -> Moments:
    flat = values.astype(np.float64).reshape(-1, *spec.moments_shape)
    seen = ~np.isnan(flat)
    kept = np.where(seen, flat, 0.0)
    count, total, squares = seen.sum(axis=0), kept.sum(axis=0), np.square(kept).sum(axis=0)
    return Moments(count[None].astype(float), total[None], squares[None])
