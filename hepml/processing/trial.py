"""Trying a processor on a few entries: which branches it reads, and what it makes of them."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coffea.processor import IterativeExecutor

from hepml.contracts import Chunk
from hepml.errors import DatasetError
from hepml.processing.coffea_runner import make_runner, quiet_coffea, work_item
from hepml.processing.dataset_sink import DatasetSink
from hepml.processing.side_car import ChunkRecord


@dataclass(frozen=True)
class Trial:
    """What came of one chunk.

    Attributes
    ----------
    record : ChunkRecord
        Its side-car.
    branches : frozenset of str
        What was read.
    bytes_stored : int
        The shard.
    seconds : float
        All of it.
    """

    record: ChunkRecord
    branches: frozenset[str]
    bytes_stored: int
    seconds: float


def try_chunk(chunk: Chunk, processor_class: type[Any], options: Any, sink: DatasetSink) -> Trial:
    """Process one chunk as `process` would, into a temporary folder that is removed.

    Raises
    ------
    HepmlError
        What `process` would raise.
    """
    with tempfile.TemporaryDirectory(prefix="hepml-") as place:
        sink = dataclasses.replace(sink, folder=Path(place))
        executor = IterativeExecutor(status=False, retries=0)
        runner = make_runner(executor, schema=processor_class.schema, metrics=True)
        begin = time.perf_counter()
        with quiet_coffea():
            result = runner.run([work_item(chunk)], processor_class(options, sink))
        seconds = time.perf_counter() - begin
        for failure in result["out"]["failures"].values():
            raise failure.error
        record = sink.record(chunk)
        if not isinstance(record, ChunkRecord):
            msg = f"{chunk.path}: the trial left nothing behind: run it again"
            raise DatasetError(msg)
        return Trial(
            record,
            frozenset(column.rpartition("-")[0] for column in result["metrics"]["columns"]),
            record.shard.size if record.shard is not None else 0,
            seconds,
        )
