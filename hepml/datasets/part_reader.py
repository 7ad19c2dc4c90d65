"""Reading the rows of one part: stored columns, still sparse, with label, weight and row number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Batch, Representation, batch_name
from hepml.datasets.row_groups import RowGroup
from hepml.datasets.sparse_rows import SparseRows
from hepml.datasets.survey import WeightedRows
from hepml.datasets.training_weights import TrainingWeights
from hepml.datasets.weights import kept_rows
from hepml.io.shards import read_rows

LABEL, WEIGHT, BUCKET, ROW = "label", "weight", "bucket", "row"
SPECTATOR = "spectator."


@dataclass(frozen=True)
class PartReader:
    """Reads row groups, keeps the rows of one part, and makes dense batches of them.

    Attributes
    ----------
    buckets : array of bool, shape (100,)
        Those of the part.
    representations : mapping of str to Representation
        By input name.
    fields : mapping of str to tuple of str
        Input name → the stored fields of its representation.
    spectators : tuple of str
        Those that a batch shall have.
    scale : mapping of str to float
        Input of the recipe → factor from raw to physics weight.
    training : TrainingWeights, optional
        None: the weights are the signed physics weights.
    """

    buckets: NDArray[np.bool_]
    representations: Mapping[str, Representation]
    fields: Mapping[str, tuple[str, ...]]
    spectators: tuple[str, ...]
    scale: Mapping[str, float]
    training: TrainingWeights | None

    @property
    def arrays(self) -> Mapping[str, ArraySpec]:
        """The arrays of a batch, by batch name."""
        return arrays_of(self.representations)

    def read(self, group: RowGroup) -> SparseRows:
        """Return the part's rows of a row group: the stored columns, the final ``weight``, and ``row``.

        Raises
        ------
        DatasetError
            The shard is missing or damaged.
        """
        stored = [f"{name}.{field}" for name, fields in self.fields.items() for field in fields]
        stored += [SPECTATOR + name for name in self.spectators]
        binned = [SPECTATOR + name for name in self.training.binning.edges] if self.training else []
        names = list(dict.fromkeys([*stored, *binned, LABEL, WEIGHT, BUCKET]))
        rows = SparseRows.of(read_rows(group.path, columns=names, row_group=group.index))
        chosen = self.buckets[rows.flat(BUCKET)]
        weight = rows.flat(WEIGHT) * self.scale[group.input]
        if self.training is not None:
            chosen &= kept_rows(weight, self.training.negative)
        index = np.flatnonzero(chosen)
        label, weight = rows.flat(LABEL)[index].astype(np.int32), weight[index]
        if self.training is not None:
            values = {name: rows.flat(SPECTATOR + name)[index] for name in self.training.binning.edges}
            weight = self.training.of(label, weight, values)
        taken = rows.only(stored).take(index)
        return taken.with_flat({LABEL: label, WEIGHT: weight, ROW: group.first_row + index})

    def batch(self, rows: SparseRows) -> Batch:
        """Turn rows that `read` returned, in any order, into a dense batch."""
        inputs: dict[str, NDArray[Any]] = {}
        for name, representation in self.representations.items():
            dense = representation.decode(rows.record({field: f"{name}.{field}" for field in self.fields[name]}))
            inputs |= {batch_name(name, suffix): array for suffix, array in dense.items()}
        return Batch(
            inputs=inputs,
            label=rows.flat(LABEL),
            weight=rows.flat(WEIGHT),
            spectators={name: rows.flat(SPECTATOR + name) for name in self.spectators},
            row=rows.flat(ROW),
        )


def arrays_of(representations: Mapping[str, Representation]) -> dict[str, ArraySpec]:
    """Return the dense arrays of these inputs, by batch name."""
    return {
        batch_name(name, suffix): spec
        for name, representation in representations.items()
        for suffix, spec in representation.arrays.items()
    }


def read_weighted(
    groups: Sequence[RowGroup],
    *,
    buckets: NDArray[np.bool_],
    spectators: Sequence[str],
    scale: Mapping[str, float],
) -> Iterator[WeightedRows]:
    """Yield labels, physics weights and spectators of a part, one row group at a time; reads no inputs.

    Raises
    ------
    DatasetError
        A shard is missing or damaged.
    """
    names = [SPECTATOR + name for name in spectators]
    for group in groups:
        rows = SparseRows.of(read_rows(group.path, columns=[*names, LABEL, WEIGHT, BUCKET], row_group=group.index))
        index = np.flatnonzero(buckets[rows.flat(BUCKET)])
        yield WeightedRows(
            label=rows.flat(LABEL)[index].astype(np.int32),
            physics_weight=rows.flat(WEIGHT)[index] * scale[group.input],
            spectators={name: rows.flat(SPECTATOR + name)[index] for name in spectators},
        )
