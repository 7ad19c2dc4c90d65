"""The sink of `process`: examples → shard, moments, and last the side-car that makes them count."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hepml.contracts import Chunk, CombineRule, Examples, RepresentationSpec, ShardInfo
from hepml.errors import DatasetError
from hepml.io.histograms import histograms_to_json
from hepml.io.manifest import read_moments, write_moments
from hepml.io.shards import verify_shard, write_shard
from hepml.processing.clean import clean
from hepml.processing.digest import content_digest
from hepml.processing.side_car import (
    ChunkRecord,
    SkippedChunk,
    chunk_path,
    read_side_car,
    write_side_car,
)
from hepml.processing.sink import Sink
from hepml.processing.stored_rows import Settings, StoredRows, bucket_counts, bucket_moments, stored_rows


@dataclass(frozen=True)
class DatasetSink(Sink):
    """Stores the examples of each chunk in the folder of a dataset.

    Attributes
    ----------
    folder : Path
        The dataset.
    made_by : str
        Hash of what makes it; a chunk made by something else is made again.
    settings : Settings
        What of the recipe the rows depend on.
    nonfinite : {"stop", "drop"}
        What to do about NaN and inf.
    skip_allowed : bool
        Whether a chunk that an earlier call skipped is finished, or is to be tried again.
    """

    folder: Path
    made_by: str
    settings: Settings
    nonfinite: Literal["stop", "drop"]
    skip_allowed: bool

    def finished(self, chunk: Chunk) -> bool:
        """Return whether the chunk's side-car is there, is ours, and what it speaks of is there too."""
        record = self.record(chunk)
        if not isinstance(record, ChunkRecord):
            return record is not None and self.skip_allowed
        if record.dropped and self.nonfinite == "stop":
            return False
        moments = chunk_path(self.folder, chunk, ".npz")
        return record.shard is None or (has_shard(self.folder, record.shard) and moments.is_file())

    def record(self, chunk: Chunk) -> ChunkRecord | SkippedChunk | None:
        """Return what the side-car of a chunk says; None where there is none or it was made by something else."""
        record = read_side_car(self.folder, chunk, n_classes=len(self.settings.classes))
        return record if record is not None and record.made_by == self.made_by else None

    def write(self, chunk: Chunk, examples: Examples) -> int:
        """Write shard, moments and side-car of a chunk, and return the number of rows."""
        examples, dropped = clean(examples, chunk, policy=self.nonfinite)
        rows = stored_rows(examples, chunk.input, self.settings)
        shard = None
        if rows.n:
            shard = write_rows(self.folder, chunk_path(self.folder, chunk, ".parquet"), chunk.input, rows)
            representations = {name: representation for name, (representation, _) in examples.inputs.items()}
            write_moments(chunk_path(self.folder, chunk, ".npz"), bucket_moments(rows, representations))
        record = ChunkRecord(
            chunk=chunk,
            made_by=self.made_by,
            shard=shard,
            digest=content_digest(rows.columns, n_rows=rows.n),
            counts=bucket_counts(rows, n_classes=len(self.settings.classes)),
            dropped=dropped,
            cutflow=examples.cutflow,
            representations={name: _plain(pair[0].spec) for name, pair in examples.inputs.items()},
            spectators=_types(rows, "spectator."),
            keys=_types(rows, "key."),
            histograms=histograms_to_json(examples.histograms),
            partial=_rules(examples),
        )
        write_side_car(self.folder, record)
        return rows.n

    def skip(self, chunk: Chunk, reason: str) -> None:
        """Write a side-car that says why there is no shard."""
        write_side_car(self.folder, SkippedChunk(chunk, self.made_by, reason))

    def skipped(self, chunk: Chunk) -> bool:
        """Return whether the side-car says so."""
        return isinstance(self.record(chunk), SkippedChunk)

    def paths(self, chunk: Chunk) -> tuple[Path, ...]:
        """Return shard, moments and side-car."""
        return tuple(chunk_path(self.folder, chunk, suffix) for suffix in (".parquet", ".npz", ".json"))

    def verify(self, chunk: Chunk) -> None:
        """Check checksum and rows of the shard, the moments, and that all entries were seen."""
        record, side_car = self.record(chunk), chunk_path(self.folder, chunk, ".json")
        if not isinstance(record, ChunkRecord):
            if record is None:
                msg = f"{side_car}: missing or damaged: run again, which makes it"
                raise DatasetError(msg)
            return
        n_seen, n_rows = record.cutflow.steps[0].n, int(record.counts.n.sum())
        if n_seen != chunk.n_entries:
            msg = f"{side_car}: {n_seen} entries were processed of {chunk.n_entries}: remove it and run again"
            raise DatasetError(msg)
        if n_rows != (record.shard.rows if record.shard is not None else 0):
            msg = f"{side_car}: {n_rows} rows were counted and others are stored: remove it and run again"
            raise DatasetError(msg)
        if record.shard is not None:
            verify_shard(self.folder, record.shard)
            read_moments(chunk_path(self.folder, chunk, ".npz"))


def write_rows(folder: Path, path: Path, input_name: str, rows: StoredRows) -> ShardInfo:
    """Write rows of an input as one shard of the dataset in `folder`, atomically.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    written = write_shard(path, {**rows.columns, "bucket": rows.bucket})
    return ShardInfo(path.relative_to(folder).as_posix(), input_name, written.rows, written.size, written.checksum)


def has_shard(folder: Path, shard: ShardInfo) -> bool:
    """Return whether a shard is there and has the size it should have."""
    path = folder / shard.path
    return path.is_file() and path.stat().st_size == shard.size


def _types(rows: StoredRows, prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): values.dtype.name for name, values in rows.columns.items() if name.startswith(prefix)
    }


def _rules(examples: Examples) -> dict[str, CombineRule] | None:
    if examples.partial is None:
        return None
    return {name: examples.partial.get(name, "same") for name in examples.spectators}


def _plain(spec: RepresentationSpec) -> RepresentationSpec:
    return RepresentationSpec(spec.kind, dict(spec.options))
