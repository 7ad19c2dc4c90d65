"""From parts of examples, scattered over chunks and files, to whole examples: one bucket of the split at a time.

All parts of an example are in one bucket, so memory is bounded by a bucket.  The shards of the chunks stay, for a later
call that finds something missing; the combined ones are made anew from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Additive, CombineRule, Representation, ShardInfo
from hepml.errors import HepmlError, ProcessorError
from hepml.io.shards import column_names, read_rows
from hepml.processing.dataset_sink import write_rows
from hepml.processing.digest import content_digest
from hepml.processing.side_car import SHARDS, ChunkRecord
from hepml.processing.stored_rows import StoredRows, bucket_counts, bucket_moments
from hepml.processing.totals import Totals
from hepml.representations import rebuild
from hepml.representations.parts import combine_values, differing_groups


def combine_parts(folder: Path, total: Totals, form: ChunkRecord) -> None:
    """Write ``shards/<input>/combined_<bucket>.parquet`` for every bucket with parts, and add them to `total`.

    A shard is read once for each bucket of which it holds a row.

    Parameters
    ----------
    folder : Path
        The dataset.
    total : Totals
        Of one input; its `parts` say what to read.
    form : ChunkRecord
        Of any chunk: representations, keys and rules are the same in all.

    Raises
    ------
    ProcessorError, ShapeError
        The parts of an example contradict one another.
    DatasetError
        A shard is damaged.
    OutputError
        Something cannot be written.
    """
    representations = {name: rebuild(spec) for name, spec in form.representations.items()}
    for bucket, shards in sorted(total.parts.items()):
        parts = _read_bucket(folder, shards, bucket)
        try:
            rows = _whole_rows(parts, representations, bucket=bucket, keys=list(form.keys), rules=form.partial or {})
        except HepmlError as problem:
            msg = f"input {total.name!r}: {problem}"
            raise type(problem)(msg) from None
        path = folder / SHARDS / total.name / f"combined_{bucket:02d}.parquet"
        total.add_rows(
            write_rows(folder, path, total.name, rows),
            digest=content_digest(rows.columns, n_rows=rows.n),
            counts=bucket_counts(rows, n_classes=len(total.counts.n) - 1),
            moments=bucket_moments(rows, representations),
        )


def _read_bucket(folder: Path, shards: Sequence[ShardInfo], bucket: int) -> ak.Array:
    """Return the rows of a bucket; one shard at a time is in memory as a whole."""
    names = column_names(folder / shards[0].path)
    pieces = []
    for shard in shards:
        rows = read_rows(folder / shard.path, columns=names)
        pieces.append(ak.to_packed(rows[rows["bucket"] == bucket]))
    return ak.concatenate(pieces)


def _whole_rows(
    parts: ak.Array,
    representations: Mapping[str, Representation],
    *,
    bucket: int,
    keys: Sequence[str],
    rules: Mapping[str, CombineRule],
) -> StoredRows:
    """Return one row per key, in the order of keys: nothing is left of how the parts were cut."""
    key, group = np.unique(_matrix(parts, keys), axis=0, return_inverse=True)
    group = group.reshape(-1).astype(np.int64)
    stored = {name: _combined(name, parts, each, group, len(key)) for name, each in representations.items()}
    columns: dict[str, Any] = {
        f"{name}.{field}": whole[field] for name, whole in stored.items() for field in whole.fields
    }
    of_column: dict[str, CombineRule] = {"label": "same", "weight": "same"}
    of_column |= {f"spectator.{name}": rule for name, rule in rules.items()}
    for name, rule in of_column.items():
        values = ak.to_numpy(parts[name])
        if rule == "same":
            _refuse_differences(name, values, group, dict(zip(keys, key.T, strict=True)))
        columns[name] = combine_values(values, group, n_groups=len(key), rule=rule)
    columns |= {f"key.{name}": np.ascontiguousarray(column) for name, column in zip(keys, key.T, strict=True)}
    return StoredRows(columns, np.full(len(key), bucket, np.uint8), stored)


def _matrix(parts: ak.Array, keys: Sequence[str]) -> NDArray[np.int64]:
    return np.stack([ak.to_numpy(parts[f"key.{name}"]) for name in keys], axis=1)


def _combined(name: str, parts: ak.Array, representation: Representation, group: NDArray[np.int64], n: int) -> ak.Array:
    assert isinstance(representation, Additive)  # checked of every chunk
    prefix = f"{name}."
    fields = {field.removeprefix(prefix): parts[field] for field in parts.fields if field.startswith(prefix)}
    try:
        return representation.combine(ak.zip(fields, depth_limit=1), group, n_groups=n)
    except HepmlError as problem:
        msg = f"{name!r} of its examples: {problem}"
        raise type(problem)(msg) from None


def _refuse_differences(
    name: str, values: NDArray[Any], group: NDArray[np.int64], key: Mapping[str, NDArray[np.int64]]
) -> None:
    wrong = differing_groups(values, group, n_groups=len(next(iter(key.values()))))
    if not len(wrong):
        return
    found = ", ".join(str(value) for value in np.unique(values[group == wrong[0]])[:3])
    example = ", ".join(f"{column} {of_group[wrong[0]]}" for column, of_group in key.items())
    what = name.replace("spectator.", "spectator ")
    remedy = ", or give it a rule in Examples.partial" if what != name else ""
    msg = f"the parts of the example of {example} differ in {what} ({found}): make it the same in all{remedy}"
    raise ProcessorError(msg)
