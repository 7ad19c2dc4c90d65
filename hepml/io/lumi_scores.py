"""Scores of lumisections as one parquet file, some of them with the maps that a page shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hepml.contracts import Key, LumiMaps, LumiScore
from hepml.errors import InputError
from hepml.io.folder import replacing

_MAPS = ("observed", "expected", "pull")

SCHEMA = pa.schema(
    [
        ("run", pa.int64()),
        ("lumi", pa.int64()),
        ("histogram", pa.string()),
        ("rows", pa.int32()),
        ("columns", pa.int32()),
        ("score", pa.float64()),
        ("enough", pa.bool_()),
        ("entries", pa.float64()),
        ("cells", pa.list_(pa.int32())),
        ("has_maps", pa.bool_()),
        *((name, pa.list_(pa.float32())) for name in _MAPS),
    ]
)

_BATCH_ROWS = 256


def write_lumi_scores(path: str | Path, scores: Iterable[LumiScore]) -> None:
    """Write scores, atomically.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    with replacing(path) as temporary, pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as writer:
        rows: list[dict[str, Any]] = []
        for score in scores:
            rows.append(_row(score))
            if len(rows) == _BATCH_ROWS:
                writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))
                rows = []
        writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))


def _row(score: LumiScore) -> dict[str, Any]:
    maps = {name: None if score.maps is None else getattr(score.maps, name).ravel() for name in _MAPS}
    return {
        "run": score.run,
        "lumi": score.lumi,
        "histogram": score.histogram,
        "rows": score.shape[0],
        "columns": score.shape[1],
        "score": score.score,
        "enough": score.enough,
        "entries": score.entries,
        "cells": score.cells,
        "has_maps": score.maps is not None,
        **maps,
    }


def read_lumi_scores(path: str | Path, *, maps_of: Collection[Key] = ()) -> Iterator[LumiScore]:
    """Yield the scores of a file, with the maps of those that are asked for and have them.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    wanted = frozenset(maps_of)
    names = SCHEMA.names if wanted else [name for name in SCHEMA.names if name not in _MAPS]
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=names):
                plain = {name: batch.column(name).to_pylist() for name in SCHEMA.names if name not in _MAPS}
                for index in range(batch.num_rows):
                    row = {name: values[index] for name, values in plain.items()}
                    yield _score(row, batch, index, wanted)
    except (OSError, KeyError, pa.ArrowException) as problem:
        msg = f"{path}: scores cannot be read ({' '.join(str(problem).split())[:120]}): remove the file and flag again"
        raise InputError(msg) from None


def _score(row: dict[str, Any], batch: Any, index: int, wanted: frozenset[Key]) -> LumiScore:
    shape, maps = (row["rows"], row["columns"]), None
    if row["has_maps"] and (row["run"], row["lumi"], row["histogram"]) in wanted:
        maps = LumiMaps(*(_map(batch.column(name)[index], shape) for name in _MAPS))
    return LumiScore(
        run=row["run"],
        lumi=row["lumi"],
        histogram=row["histogram"],
        shape=shape,
        score=row["score"],
        enough=row["enough"],
        entries=row["entries"],
        cells=np.asarray(row["cells"], np.int32),
        has_maps=row["has_maps"],
        maps=maps,
    )


def _map(values: Any, shape: tuple[int, int]) -> NDArray[np.float32]:
    return np.asarray(values.values.to_numpy(zero_copy_only=False), np.float32).reshape(shape)
