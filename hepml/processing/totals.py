"""Sums over the chunks of one input; one side-car in memory at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import hist
import numpy as np

from hepml.contracts import BucketCounts, CutFlow, Moments, ShardInfo
from hepml.errors import HepmlError, ProcessorError, ShapeError
from hepml.io.histograms import histograms_from_json
from hepml.io.manifest import read_moments
from hepml.processing.digest import add_digests
from hepml.processing.side_car import ChunkRecord, SkippedChunk, chunk_path
from hepml.recipe import N_BUCKETS


class Totals:
    """What the chunks of one input amount to.  Add them in a fixed order: sums of floats depend on it.

    Attributes
    ----------
    counts, cutflow, dropped
        As in an `InputSummary`.
    digest : int
        Of all rows.
    shards : list of ShardInfo
        In the order of addition.
    parts : dict of int to list of ShardInfo
        Shards of parts of examples that hold rows of a bucket; neither they nor their rows count in the above.
    histograms : dict of str to hist.Hist
        Summed.
    moments : dict of str to Moments
        Summed, by batch name.
    n_processed, n_skipped : Counter
        Entries by path of the file.
    reasons : dict of str to list of str
        Why entries were skipped, by path of the file, each reason once.
    """

    def __init__(self, name: str, *, n_classes: int) -> None:
        shape = (n_classes + 1, N_BUCKETS)
        self.name = name
        self.counts = BucketCounts(np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape))
        self.cutflow: CutFlow | None = None
        self.dropped: Counter[str] = Counter()
        self.digest = 0
        self.shards: list[ShardInfo] = []
        self.parts: dict[int, list[ShardInfo]] = {}
        self.histograms: dict[str, hist.Hist] = {}
        self.moments: dict[str, Moments] = {}
        self.n_processed: Counter[str] = Counter()
        self.n_skipped: Counter[str] = Counter()
        self.reasons: dict[str, list[str]] = {}

    def add(self, record: ChunkRecord | SkippedChunk, folder: Path) -> None:
        """Add one chunk of the dataset in `folder`.

        Raises
        ------
        ProcessorError
            Its cut flow or histograms differ from those before.
        DatasetError
            Its moments are damaged.
        """
        path, n_entries = record.chunk.path, record.chunk.n_entries
        if isinstance(record, SkippedChunk):
            self.n_skipped[path] += n_entries
            reasons = self.reasons.setdefault(path, [])
            if record.reason not in reasons:
                reasons.append(record.reason)
            return
        self.n_processed[path] += n_entries
        self.dropped.update(record.dropped)
        self._add_cutflow(record.cutflow)
        self._add_histograms(histograms_from_json(record.histograms))
        if record.shard is None:
            return
        if record.partial is None:
            moments = read_moments(chunk_path(folder, record.chunk, ".npz"))
            self.add_rows(record.shard, digest=record.digest, counts=record.counts, moments=moments)
            return
        for bucket in np.flatnonzero(record.counts.n.sum(axis=0)).tolist():
            self.parts.setdefault(bucket, []).append(record.shard)

    def add_rows(self, shard: ShardInfo, *, digest: int, counts: BucketCounts, moments: Mapping[str, Moments]) -> None:
        """Add the rows of one shard of whole examples."""
        self.shards.append(shard)
        self.digest = add_digests(self.digest, digest)
        self.counts += counts
        for name, more in moments.items():
            self.moments[name] = self.moments[name] + more if name in self.moments else more

    def _add_cutflow(self, cutflow: CutFlow) -> None:
        try:
            self.cutflow = cutflow if self.cutflow is None else self.cutflow + cutflow
        except ShapeError as problem:
            msg = f"input {self.name!r}: {problem}"
            raise ProcessorError(msg) from None

    def _add_histograms(self, histograms: dict[str, hist.Hist]) -> None:
        for name, histogram in histograms.items():
            try:
                before = self.histograms.get(name)
                self.histograms[name] = histogram if before is None else before + histogram
            except (HepmlError, ValueError, TypeError) as problem:
                msg = f"histogram {name!r} cannot be summed over chunks ({problem}): give it the same axes in each"
                raise ProcessorError(msg) from None
