"""What is known about one chunk of a dataset: a JSON file beside its shard, written last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hepml.contracts import BucketCounts, Chunk, CombineRule, CutFlow, RepresentationSpec, ShardInfo
from hepml.contracts.manifest import FORMAT
from hepml.io.folder import write_text_atomic
from hepml.io.manifest import cutflow_from_json
from hepml.recipe import N_BUCKETS

SHARDS = "shards"


@dataclass(frozen=True)
class SkippedChunk:
    """A chunk that was left out, and why."""

    chunk: Chunk
    made_by: str
    reason: str


@dataclass(frozen=True)
class ChunkRecord:
    """A chunk that was processed.

    Attributes
    ----------
    chunk : Chunk
        Which.
    made_by : str
        Hash of what made it.
    shard : ShardInfo, optional
        None where no row was left.
    digest : int
        Of its rows.
    counts, dropped, cutflow
        As in an `InputSummary`.
    representations, spectators, keys
        As in a `Manifest`.
    histograms : mapping
        As plain JSON.
    partial : mapping of str to {"sum", "min", "max", "same"}, optional
        Rule of every spectator where the rows are parts of examples; `merge` combines them.
    """

    chunk: Chunk
    made_by: str
    shard: ShardInfo | None
    digest: int
    counts: BucketCounts
    dropped: Mapping[str, int]
    cutflow: CutFlow
    representations: Mapping[str, RepresentationSpec]
    spectators: Mapping[str, str]
    keys: Mapping[str, str]
    histograms: Mapping[str, Any]
    partial: Mapping[str, CombineRule] | None


def chunk_path(folder: Path, chunk: Chunk, suffix: str) -> Path:
    """Return the path of a file of a chunk; `suffix` is ``".parquet"``, ``".npz"`` or ``".json"``."""
    return folder / SHARDS / f"{chunk.name}{suffix}"


def write_side_car(folder: Path, record: ChunkRecord | SkippedChunk) -> None:
    """Write the side-car of a chunk atomically; from then on the chunk is finished.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    values: dict[str, Any] = {"format": FORMAT, **asdict(record)}
    if isinstance(record, ChunkRecord):
        values |= {"digest": f"{record.digest:x}", "counts": _sparse(record.counts)}
    write_text_atomic(chunk_path(folder, record.chunk, ".json"), json.dumps(values, ensure_ascii=False))


def read_side_car(folder: Path, chunk: Chunk, *, n_classes: int) -> ChunkRecord | SkippedChunk | None:
    """Read the side-car of a chunk; None where there is none, or none that this version can use."""
    path = chunk_path(folder, chunk, ".json")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values["format"] != FORMAT:
            return None
        if "reason" in values:
            return SkippedChunk(chunk, str(values["made_by"]), str(values["reason"]))
        return _record(values, chunk, n_classes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None


def _record(values: dict[str, Any], chunk: Chunk, n_classes: int) -> ChunkRecord:
    shard = values["shard"]
    return ChunkRecord(
        chunk=chunk,
        made_by=str(values["made_by"]),
        shard=None if shard is None else ShardInfo(**shard),
        digest=int(values["digest"], 16),
        counts=_dense(values["counts"], n_classes),
        dropped={str(name): int(n) for name, n in values["dropped"].items()},
        cutflow=cutflow_from_json(values["cutflow"]),
        representations={name: RepresentationSpec(**spec) for name, spec in values["representations"].items()},
        spectators=dict(values["spectators"]),
        keys=dict(values["keys"]),
        histograms=dict(values["histograms"]),
        partial=None if values["partial"] is None else dict(values["partial"]),
    )


def _sparse(counts: BucketCounts) -> dict[str, Any]:
    cell = np.flatnonzero(counts.n)
    parts = {"n": counts.n, "sum_w": counts.sum_w, "sum_w2": counts.sum_w2}
    return {"cell": cell.tolist()} | {name: part.ravel()[cell].tolist() for name, part in parts.items()}


def _dense(values: Mapping[str, Any], n_classes: int) -> BucketCounts:
    shape = (n_classes + 1, N_BUCKETS)
    counts = BucketCounts(np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape))
    for part, name in ((counts.n, "n"), (counts.sum_w, "sum_w"), (counts.sum_w2, "sum_w2")):
        part.ravel()[values["cell"]] = values[name]
    return counts
