"""The accounting of a dataset: what was read, what was left out, what was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts.cutflow import CutFlow
from hepml.contracts.representation import RepresentationSpec

FORMAT = 1
"""Version of the dataset format."""


@dataclass(frozen=True)
class InputFile:
    """One input file: entries planned = processed + skipped.

    Attributes
    ----------
    input, path, tree, uuid : str
        Which file; `uuid` is empty for one that could not be opened.
    n_planned, n_processed, n_skipped : int
        Entries.  A file that could not be opened has none planned and a reason.
    reasons : tuple of str
        Why entries or the whole file were skipped, in words.
    """

    input: str
    path: str
    tree: str
    uuid: str
    n_planned: int
    n_processed: int
    n_skipped: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShardInfo:
    """One shard: path relative to the dataset, rows, bytes and checksum (xxh3-128, hex)."""

    path: str
    input: str
    rows: int
    size: int
    checksum: str


@dataclass(frozen=True)
class BucketCounts:
    """Rows, Σw and Σw² per class and bucket, each shape ``(n_classes + 1, 100)``; the last row has the unlabelled."""

    n: NDArray[np.int64]
    sum_w: NDArray[np.float64]
    sum_w2: NDArray[np.float64]

    def __add__(self, other: BucketCounts) -> BucketCounts:
        """Return the counts of both together."""
        return BucketCounts(self.n + other.n, self.sum_w + other.sum_w, self.sum_w2 + other.sum_w2)


@dataclass(frozen=True)
class InputSummary:
    """One input of the recipe: how it is labelled and scaled, and what came out.

    Attributes
    ----------
    name, label : str
        `label` None: the processor's own.
    cross_section : float, optional
        In pb.
    factor : float
        The recipe's `weight` of this input.
    cutflow : CutFlow, optional
        Summed over all processed chunks; its first step's Σw is taken before selection.  None without a single chunk.
    counts : BucketCounts
        Of the rows written.
    dropped : mapping of str to int
        Examples left out because of NaN or inf, by ``<input>.<column>`` (the first such column of each).
    """

    name: str
    label: str | None
    cross_section: float | None
    factor: float
    cutflow: CutFlow | None
    counts: BucketCounts
    dropped: Mapping[str, int]


@dataclass(frozen=True)
class Manifest:
    """Everything about a finished dataset except the moments and histograms, which lie beside it.

    Attributes
    ----------
    hash : str
        Of what made it: processing part of the recipe, processor file, hepml version, input metadata.
    digest : str
        Of its content, 32 hex digits; independent of shards, chunks, workers and file UUIDs.
    classes : tuple of str
        Class names in label order.
    representations : mapping of str to RepresentationSpec
        By input name (of the processor).
    spectators, keys : mapping of str to str
        Name → NumPy dtype name.
    recipe : mapping
        The frozen recipe.
    """

    hash: str
    digest: str
    hepml_version: str
    classes: tuple[str, ...]
    representations: Mapping[str, RepresentationSpec]
    spectators: Mapping[str, str]
    keys: Mapping[str, str]
    inputs: tuple[InputSummary, ...]
    files: tuple[InputFile, ...]
    shards: tuple[ShardInfo, ...]
    recipe: Mapping[str, Any]

    @property
    def rows(self) -> int:
        """Number of examples."""
        return sum(shard.rows for shard in self.shards)

    @property
    def n_skipped(self) -> int:
        """Entries that were planned and left out, plus files that could not be opened."""
        return sum(file.n_skipped + (not file.uuid) for file in self.files)
