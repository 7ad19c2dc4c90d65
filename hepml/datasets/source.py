"""One part of a dataset as dense batches, in memory that does not grow with the dataset."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Batch, BatchSource, Moments
from hepml.datasets.part_reader import PartReader
from hepml.datasets.prefetch import prefetched
from hepml.datasets.row_groups import RowGroup, epoch_order
from hepml.datasets.sparse_rows import SparseRows, joined
from hepml.datasets.spectator_moments import spectator_moments
from hepml.errors import DatasetError


@dataclass(frozen=True)
class PassPlan:
    """How a part is delivered.

    Attributes
    ----------
    seed : int
        With the epoch it fixes the order.
    piece_rows : int
        Rows of a dense batch; only the last of a pass is smaller.
    pool_rows : int
        Rows that are held sparse and mixed; at least `piece_rows`.
    """

    seed: int
    piece_rows: int
    pool_rows: int


@dataclass(frozen=True)
class _Block:
    """Rows and the order in which they are delivered."""

    rows: SparseRows
    order: NDArray[np.int64]


class PartSource(BatchSource):
    """One part of a dataset.

    Shuffling reads row groups of all shards in an order in which any stretch represents the dataset (`epoch_order`),
    gathers about `pool_rows` rows of them, still sparse, and permutes these; the next pool is read meanwhile.  So
    memory holds two pools and one dense batch, whatever the size of the dataset.  A part that fits into one pool is
    read once, kept, and permuted as a whole.

    Parameters
    ----------
    reader : PartReader
        Reads and decodes.
    groups : sequence of RowGroup
        All of the dataset, in row order.
    n_rows : int
        Rows that a pass delivers.
    moments : mapping of str to Moments
        Of this part, by batch name.
    plan : PassPlan
        Seed and sizes.
    """

    def __init__(
        self,
        reader: PartReader,
        groups: Sequence[RowGroup],
        *,
        n_rows: int,
        moments: Mapping[str, Moments],
        plan: PassPlan,
    ) -> None:
        self._reader, self._groups, self._plan = reader, tuple(groups), plan
        self._n_rows, self._moments = n_rows, moments
        self._kept: SparseRows | None = None

    @property
    def arrays(self) -> Mapping[str, ArraySpec]:
        """The arrays of a batch, by batch name."""
        return self._reader.arrays

    @property
    def n_rows(self) -> int:
        """Number of examples that a pass delivers."""
        return self._n_rows

    @property
    def moments(self) -> Mapping[str, Moments]:
        """Moments of this part by batch name, one group; arrays without moments are absent."""
        return self._moments

    def target_moments(self, names: Sequence[str]) -> Mapping[str, tuple[float, float]]:
        """Return mean and standard deviation of spectators of this part, by |w|; one pass over its scalar columns.

        Raises
        ------
        DatasetError
            A shard is missing or damaged.
        """
        return spectator_moments(self._reader, self._groups, names)

    def shuffled(self, epoch: int) -> Iterator[Batch]:
        """Yield the part once in large pieces, shuffled; the order depends on the seed and `epoch` alone.

        Raises
        ------
        DatasetError
            A shard is missing or damaged.
        """
        rng = np.random.default_rng([self._plan.seed, epoch])
        if self._fits:
            return self._delivered(self._whole(rng))
        # Pools of equal size: a small last one would hold few shards.
        n_pools = -(-self._n_rows // self._plan.pool_rows)
        size = max(-(-self._n_rows // n_pools), self._plan.piece_rows)
        order = epoch_order(self._groups, rng)
        return self._delivered(self._blocks((self._groups[i] for i in order), size=size, rng=rng))

    def ordered(self) -> Iterator[Batch]:
        """Yield the part once in large pieces, in the order of `Batch.row`.

        Raises
        ------
        DatasetError
            A shard is missing or damaged.
        """
        if self._fits:
            return self._delivered(self._whole(None))
        return self._delivered(self._blocks(self._groups, size=self._plan.piece_rows, rng=None))

    @property
    def _fits(self) -> bool:
        return self._n_rows <= self._plan.pool_rows

    def _delivered(self, blocks: Generator[_Block]) -> Iterator[Batch]:
        """Decode blocks piece by piece while the next is read, and see that no row is missing."""
        n_delivered = 0
        with closing(prefetched(blocks)) as ahead:
            for block in ahead:
                n_delivered += len(block.order)
                for start in range(0, len(block.order), self._plan.piece_rows):
                    yield self._reader.batch(block.rows.take(block.order[start : start + self._plan.piece_rows]))
        if n_delivered != self._n_rows:
            msg = (
                f"{n_delivered} rows of a part were found in the shards and {self._n_rows} were expected: "
                "the dataset has changed; run `hepml process` again on it"
            )
            raise DatasetError(msg)

    def _whole(self, rng: np.random.Generator | None) -> Generator[_Block]:
        if self._n_rows == 0:
            return
        if self._kept is None:
            self._kept = joined([self._reader.read(group) for group in self._groups])
        yield _block([self._kept], rng)

    def _blocks(self, groups: Iterable[RowGroup], *, size: int, rng: np.random.Generator | None) -> Generator[_Block]:
        """Yield blocks of at least `size` rows, cut to whole pieces; what is cut off goes into the next block."""
        held: list[SparseRows] = []
        for group in groups:
            held.append(self._reader.read(group))
            n_held = sum(rows.n for rows in held)
            if n_held >= size:
                block = _block(held, rng)
                whole = n_held - n_held % self._plan.piece_rows
                held = [block.rows.take(block.order[whole:])]
                yield _Block(block.rows, block.order[:whole])
                del block
        if any(rows.n for rows in held):
            yield _block(held, rng)


def _block(pieces: Sequence[SparseRows], rng: np.random.Generator | None) -> _Block:
    rows = joined(pieces)
    return _Block(rows, np.arange(rows.n) if rng is None else rng.permutation(rows.n))
