"""Tiny datasets written straight with `hepml.io`: real representations, no processor and no ROOT file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import BucketCounts, CutFlow, InputSummary, Manifest, Moments, Representation, ShardInfo
from hepml.io.manifest import write_manifest, write_moments
from hepml.io.shards import write_shard
from hepml.recipe import N_BUCKETS
from hepml.representations import JetImage, JetImageOptions, Table

IMAGE = JetImage(JetImageOptions(pixels=7, channels=("pt", "multiplicity"), half_width=1.0, normalise="none"))
TABLE = Table.of({"number": "1", "pt": "GeV"})


@dataclass(frozen=True)
class TinyShard:
    """What one shard holds; `label`, `weight`, `bucket` and `pt` are made up where they are not given."""

    input: str
    n: int
    label: Sequence[int] | int = 0
    weight: Sequence[float] | float = 1.0
    bucket: Sequence[int] | None = None
    pt: Sequence[float] | None = None


@dataclass(frozen=True)
class TinyInput:
    """How an input is scaled."""

    cross_section: float | None = None
    factor: float = 1.0
    sum_w: float | None = None


@dataclass(frozen=True)
class Tiny:
    """A dataset and, row by row, what was written."""

    folder: Path
    manifest: Manifest
    label: NDArray[np.int64]
    weight: NDArray[np.float64]
    bucket: NDArray[np.int64]
    pt: NDArray[np.float64]
    shard: NDArray[np.int64]
    images: NDArray[np.float32] = field(repr=False)


def write_tiny(
    folder: Path,
    shards: Sequence[TinyShard],
    *,
    classes: Sequence[str] = ("a", "b"),
    inputs: Mapping[str, TinyInput] | None = None,
    images: bool = False,
    recipe: Mapping[str, Any] | None = None,
    seed: int = 1,
) -> Tiny:
    """Write a dataset with the input ``table`` (the row's number and pt) and, on demand, ``image``."""
    rng = np.random.default_rng(seed)
    representations: dict[str, Representation] = {"table": TABLE} | ({"image": IMAGE} if images else {})
    names = list(dict.fromkeys(shard.input for shard in shards))
    counts = {name: _no_counts(len(classes)) for name in names}
    moments: dict[str, dict[str, Moments]] = {name: {} for name in names}
    infos, columns, dense = [], [], []
    first_row = 0
    for number, shard in enumerate(shards):
        flat = _flat_columns(shard, rng)
        stored = {"table": TABLE.encode(ak.Array({"number": first_row + np.arange(shard.n), "pt": flat["pt"]}))}
        if images:
            stored["image"] = IMAGE.encode(_particles(shard.n, rng))
            dense.append(IMAGE.decode(stored["image"])[""])
        path = f"shards/{shard.input}/{number:04d}_0-{shard.n}.parquet"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        written = write_shard(folder / path, _shard_columns(flat, stored))
        infos.append(ShardInfo(path, shard.input, written.rows, written.size, written.checksum))
        counts[shard.input] += _count(flat, len(classes))
        for name, representation in representations.items():
            for value in representation.moments(stored[name], flat["bucket"], n_groups=N_BUCKETS).values():
                here = moments[shard.input]
                here[name] = here[name] + value if name in here else value
        columns.append(flat | {"shard": np.full(shard.n, number)})
        first_row += shard.n
    manifest = _manifest(classes, representations, counts, infos, inputs or {}, recipe or {})
    write_manifest(folder, manifest)
    for name in names:
        write_moments(folder / "moments" / f"{name}.npz", moments[name])
    whole = {name: np.concatenate([part[name] for part in columns]) for name in columns[0]}
    return Tiny(folder, manifest, **whole, images=np.concatenate(dense) if dense else np.empty(0, np.float32))


def _flat_columns(shard: TinyShard, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    bucket = rng.integers(0, N_BUCKETS, shard.n) if shard.bucket is None else np.asarray(shard.bucket)
    pt = rng.uniform(200, 400, shard.n) if shard.pt is None else np.asarray(shard.pt, dtype=np.float64)
    return {
        "label": np.broadcast_to(shard.label, shard.n).astype(np.int64),
        "weight": np.broadcast_to(shard.weight, shard.n).astype(np.float64),
        "bucket": bucket.astype(np.int64),
        "pt": pt,
    }


def _particles(n: int, rng: np.random.Generator) -> ak.Array:
    sizes = rng.integers(0, 9, n)
    total = int(sizes.sum())
    flat = {"pt": rng.uniform(1, 9, total), "eta": rng.normal(0, 0.3, total), "phi": rng.normal(0, 0.3, total)}
    return ak.Array({name: ak.unflatten(values, sizes) for name, values in flat.items()})


def _shard_columns(flat: Mapping[str, NDArray[Any]], stored: Mapping[str, ak.Array]) -> dict[str, Any]:
    inputs = {f"{name}.{field}": record[field] for name, record in stored.items() for field in record.fields}
    return inputs | {
        "label": flat["label"].astype(np.int16),
        "weight": flat["weight"],
        "bucket": flat["bucket"].astype(np.uint8),
        "spectator.jet_pt_gev": flat["pt"],
        "key.event": np.arange(len(flat["pt"])),
    }


def _no_counts(n_classes: int) -> BucketCounts:
    shape = (n_classes + 1, N_BUCKETS)
    return BucketCounts(np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape))


def _count(flat: Mapping[str, NDArray[Any]], n_classes: int) -> BucketCounts:
    counts = _no_counts(n_classes)
    at = (flat["label"], flat["bucket"])
    for target, values in ((counts.n, 1), (counts.sum_w, flat["weight"]), (counts.sum_w2, flat["weight"] ** 2)):
        np.add.at(target, at, values)
    return counts


def _manifest(
    classes: Sequence[str],
    representations: Mapping[str, Representation],
    counts: Mapping[str, BucketCounts],
    shards: Sequence[ShardInfo],
    inputs: Mapping[str, TinyInput],
    recipe: Mapping[str, Any],
) -> Manifest:
    summaries = []
    for name, of_input in counts.items():
        scaling = inputs.get(name, TinyInput())
        sum_w = float(of_input.sum_w.sum()) if scaling.sum_w is None else scaling.sum_w
        flow = CutFlow.start([sum_w])
        summaries.append(InputSummary(name, None, scaling.cross_section, scaling.factor, flow, of_input, {}))
    return Manifest(
        hash="0" * 32,
        digest="1" * 32,
        hepml_version="0.0",
        classes=tuple(classes),
        representations={name: representation.spec for name, representation in representations.items()},
        spectators={"jet_pt_gev": "float64"},
        keys={"event": "int64"},
        inputs=tuple(summaries),
        files=(),
        shards=tuple(shards),
        recipe=dict(recipe),
    )
