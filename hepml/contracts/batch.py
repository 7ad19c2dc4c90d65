"""What a model is given: dense batches, and where they come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts.representation import ArraySpec, Moments


@dataclass(frozen=True)
class Batch:
    """Dense arrays of n examples.

    Attributes
    ----------
    inputs : mapping of str to array, each shape (n, …)
        By batch name (see `batch_name`).
    label : array of int32, shape (n,)
        Class index; −1 where there is none.
    weight : array of float64, shape (n,)
        In training: physics weight × class balance × reweighting after the negative-weight policy, mean 1 over the
        part.  In evaluation: the signed physics weight.
    spectators : mapping of str to array, shape (n,)
        Those that were asked for: regression targets, conditions, variables to plot against.
    row : array of int64, shape (n,)
        The row's number in the dataset (shards in name order), the same on every pass.
    """

    inputs: Mapping[str, NDArray[Any]]
    label: NDArray[np.int32]
    weight: NDArray[np.float64]
    spectators: Mapping[str, NDArray[Any]]
    row: NDArray[np.int64]

    @property
    def n(self) -> int:
        """Number of examples."""
        return len(self.row)


class BatchSource(ABC):
    """One part (train, validation, test, …) of a dataset as dense batches, in bounded memory."""

    @property
    @abstractmethod
    def arrays(self) -> Mapping[str, ArraySpec]:
        """The arrays of a batch, by batch name."""

    @property
    @abstractmethod
    def n_rows(self) -> int:
        """Number of examples that a pass delivers."""

    @property
    @abstractmethod
    def moments(self) -> Mapping[str, Moments]:
        """Moments of this part by batch name, one group; arrays without moments are absent."""

    @abstractmethod
    def target_moments(self, names: Sequence[str]) -> Mapping[str, tuple[float, float]]:
        """Return mean and standard deviation (population) of spectators of this part, found without reading inputs.

        Rows count by the size of their weight, |w|: the constants only bring targets to the order of 1, and a variance
        from signed weights may be negative.  NaN does not count; both are NaN where nothing counts.
        """

    @abstractmethod
    def shuffled(self, epoch: int) -> Iterator[Batch]:
        """Yield the part once in large pieces, shuffled; the order depends on the seed and `epoch` alone."""

    @abstractmethod
    def ordered(self) -> Iterator[Batch]:
        """Yield the part once in large pieces, in the order of `Batch.row`."""
