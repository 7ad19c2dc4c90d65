"""A finished dataset, opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Batch, Manifest, Representation
from hepml.datasets.batch_sizes import default_piece_rows, default_pool_rows
from hepml.datasets.chosen_rows import read_chosen
from hepml.datasets.keys import read_columns, read_keys
from hepml.datasets.part_moments import part_moments
from hepml.datasets.part_reader import BUCKET, PartReader, arrays_of
from hepml.datasets.part_weights import PartWeights, evaluation_part, training_part
from hepml.datasets.row_groups import RowGroup, list_row_groups
from hepml.datasets.source import PartSource, PassPlan
from hepml.datasets.split import part_buckets, part_names
from hepml.errors import DatasetError, nearest
from hepml.io.manifest import read_manifest
from hepml.io.shards import column_names, verify_shard
from hepml.recipe import Split, Weights
from hepml.representations import rebuild


def open_dataset(folder: str | Path) -> Dataset:
    """Open a finished dataset; reads its manifest and the footers of its shards.

    Raises
    ------
    DatasetError
        There is no finished dataset, it has no examples, or a shard is missing, cut short or of other rows.
    """
    path = Path(folder).expanduser()
    manifest = read_manifest(path)
    if manifest.rows == 0:
        msg = f"{path}: the dataset has no examples: loosen the selection, or give more input files"
        raise DatasetError(msg)
    groups = list_row_groups(path, manifest)
    return Dataset(path, manifest, groups, tuple(column_names(groups[0].path)))


@dataclass(frozen=True)
class Dataset:
    """A finished dataset.

    Attributes
    ----------
    folder : Path
        Where it is.
    manifest : Manifest
        Its accounting.
    row_groups : tuple of RowGroup
        The pieces of its shards, in row order.
    columns : tuple of str
        The columns of a shard.
    """

    folder: Path
    manifest: Manifest
    row_groups: tuple[RowGroup, ...]
    columns: tuple[str, ...]

    def verify(self) -> None:
        """Read every shard and compare its checksum with the manifest's.

        Raises
        ------
        DatasetError
            Names the first shard that differs.
        """
        for shard in self.manifest.shards:
            verify_shard(self.folder, shard)

    def parts(self, split: Split) -> tuple[str, ...]:
        """Return the names of the parts of a split."""
        return part_names(split)

    def n_rows(self, part: str, split: Split, *, fold: int | None = None, fraction: float | None = None) -> int:
        """Return the number of rows of a part, from the manifest; with folds and none given, of fold 0."""
        chosen = part_buckets(split, part, 0 if split.folds and fold is None else fold, fraction=fraction)
        return sum(int(summary.counts.n[:, chosen].sum()) for summary in self.manifest.inputs)

    def arrays(self, inputs: Sequence[str]) -> dict[str, ArraySpec]:
        """Return the arrays of a batch of these inputs, by batch name.

        Raises
        ------
        DatasetError
            The dataset has no such input.
        """
        return arrays_of(self._representations(inputs))

    def keys(self, rows: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
        """Return the key columns (run, lumi, event, …) of these rows, which are increasing.

        Raises
        ------
        DatasetError
            A shard is missing or damaged.
        """
        return read_keys(self.row_groups, tuple(self.manifest.keys), rows)

    def buckets(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the bucket of the split of each of these rows, which are increasing.

        Raises
        ------
        DatasetError
            A shard is missing or damaged.
        """
        return read_columns(self.row_groups, [BUCKET], rows)[BUCKET]

    def read(self, rows: NDArray[np.int64], *, inputs: Sequence[str], spectators: Sequence[str] = ()) -> Batch:
        """Return some rows, given by their increasing numbers, as one dense batch; weights are those that are stored.

        Raises
        ------
        DatasetError
            There is no such row, input or spectator, or a shard is missing or damaged.
        """
        self._check_spectators(spectators)
        representations = self._representations(inputs)
        fields = {name: self._fields(name) for name in representations}
        return read_chosen(self.row_groups, rows, representations=representations, fields=fields, spectators=spectators)

    def source(
        self,
        part: str,
        *,
        inputs: Sequence[str],
        spectators: Sequence[str] = (),
        fold: int | None = None,
        fraction: float | None = None,
        training: bool,
        weights: Weights,
        split: Split,
        seed: int,
        piece_rows: int | None = None,
        pool_rows: int | None = None,
    ) -> PartSource:
        """Return one part as batches.

        Parameters
        ----------
        part : str
            Name of the part.
        inputs, spectators : sequence of str
            Which inputs of the processor, and which spectators, a batch has.
        fold : int, optional
            Which fold; needed where `split` has folds.
        fraction : float, optional
            Of the part ``"train"``: its rows, weights and moments are then those of a subset of the part's buckets, and
            a smaller fraction's are among a larger one's.
        training : bool
            Training weights, mean 1; otherwise the signed physics weights.
        weights, split : Weights, Split
            The recipe's.
        seed : int
            With the epoch it fixes the order of `shuffled`.
        piece_rows : int, optional
            Rows of a dense batch; by default what fits into 48 MiB, at most 8192.
        pool_rows : int, optional
            Rows mixed at a time; by default 65,536, or fewer where they are large.

        Raises
        ------
        DatasetError
            An unknown part, fold, input or spectator, or a fraction of another part; a split by another column than the
            dataset's; in training a part or class without events; weights that are all zero or cannot be used.
        """
        self._check(split, [*spectators, *(weights.reweight.columns if training and weights.reweight else ())])
        representations = self._representations(inputs)
        arrays = arrays_of(representations)
        buckets = part_buckets(split, part, fold, fraction=fraction)
        basis = _reweighting_basis(split, part, fold, buckets)
        chosen = self._weights(part, buckets, basis, weights, training=training)
        reader = PartReader(
            buckets=buckets,
            representations=representations,
            fields={name: self._fields(name) for name in representations},
            spectators=tuple(spectators),
            scale=chosen.scale,
            training=chosen.training,
        )
        pieces = piece_rows or default_piece_rows(arrays.values())
        pool = max(pool_rows or default_pool_rows(self.manifest), pieces)
        return PartSource(
            reader,
            self.row_groups,
            n_rows=chosen.n_rows,
            moments=part_moments(self.folder, self.manifest, buckets, arrays),
            plan=PassPlan(seed, pieces, pool),
        )

    def _weights(
        self, part: str, buckets: NDArray[np.bool_], basis: NDArray[np.bool_], weights: Weights, *, training: bool
    ) -> PartWeights:
        if not training:
            return evaluation_part(self.manifest, weights, part=part, buckets=buckets)
        return training_part(
            self.manifest, self.row_groups, weights, part=part, buckets=buckets, training_buckets=basis
        )

    def _representations(self, inputs: Sequence[str]) -> dict[str, Representation]:
        known = self.manifest.representations
        for name in inputs:
            if name not in known:
                msg = f"{self.folder}: the dataset has no input {name!r}: {nearest(name, known)}"
                raise DatasetError(msg)
        return {name: rebuild(known[name]) for name in inputs}

    def _fields(self, name: str) -> tuple[str, ...]:
        """Return the stored fields of an input."""
        return tuple(column.removeprefix(f"{name}.") for column in self.columns if column.startswith(f"{name}."))

    def _check_spectators(self, spectators: Sequence[str]) -> None:
        known = self.manifest.spectators
        for name in spectators:
            if name not in known:
                msg = f"{self.folder}: the dataset has no spectator {name!r}: {nearest(name, known)}"
                raise DatasetError(msg)

    def _check(self, split: Split, spectators: Sequence[str]) -> None:
        self._check_spectators(spectators)
        made_by = self.manifest.recipe.get("split", {}).get("column")
        if split.column != made_by:
            msg = (
                f"{self.folder}: its buckets were made by {made_by or 'the hash of the event'!r} and the split says "
                f"column: {split.column!r}; process the input again to change it"
            )
            raise DatasetError(msg)


def _reweighting_basis(split: Split, part: str, fold: int | None, buckets: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the buckets of the training part; a fraction of it, or a split without it, is a basis for itself."""
    if part == "train" or "train" not in part_names(split):
        return buckets
    return part_buckets(split, "train", fold)
