"""``flags.parquet``: one row per histogram and lumisection."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hepml.contracts import STATUSES, LumiFlag
from hepml.errors import InputError
from hepml.io.folder import replacing

SCHEMA = pa.schema(
    [
        ("run", pa.int64()),
        ("lumi", pa.int64()),
        ("histogram", pa.string()),
        ("status", pa.string()),
        ("score", pa.float64()),
        ("threshold", pa.float64()),
        ("entries", pa.float64()),
        ("incident", pa.int64()),
        ("rows", pa.int32()),
        ("columns", pa.int32()),
        ("cells", pa.list_(pa.int32())),
        ("who", pa.string()),
        ("why", pa.string()),
    ]
)
"""`cells` are row × columns + column; `incident` is 0 where the flag belongs to none."""


def write_lumi_flags(path: str | Path, flags: Iterable[LumiFlag]) -> None:
    """Write flags, atomically.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    kept = list(flags)
    columns = {name: [getattr(flag, name) for flag in kept] for name in SCHEMA.names if name not in ("rows", "columns")}
    columns |= {"rows": [flag.shape[0] for flag in kept], "columns": [flag.shape[1] for flag in kept]}
    table = pa.table({name: pa.array(columns[name], SCHEMA.field(name).type) for name in SCHEMA.names}, schema=SCHEMA)
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def read_lumi_flags(path: str | Path) -> list[LumiFlag]:
    """Return the flags of a file.

    Raises
    ------
    InputError
        The file is missing, damaged or another one.
    """
    try:
        rows = pq.read_table(path, schema=SCHEMA).to_pylist()
    except (OSError, ValueError, pa.ArrowException) as problem:
        msg = f"{path}: cannot be read as flags ({' '.join(str(problem).split())[:120]}): give a folder of `hepml flag`"
        raise InputError(msg) from None
    flags = [
        LumiFlag(shape=(row.pop("rows"), row.pop("columns")), cells=np.asarray(row.pop("cells") or [], np.int32), **row)
        for row in rows
    ]
    others = {flag.status for flag in flags} - set(STATUSES)
    if others:
        msg = f"{path}: {others.pop()!r} is no status of a flag: give a folder of `hepml flag`"
        raise InputError(msg)
    return flags
