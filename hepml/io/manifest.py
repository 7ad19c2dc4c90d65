"""The manifest of a dataset: strict JSON; the moments of its inputs are in `hepml.io.moments`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from hepml.contracts import (
    BucketCounts,
    CutFlow,
    CutStep,
    InputFile,
    InputSummary,
    Manifest,
    RepresentationSpec,
    ShardInfo,
)
from hepml.contracts.manifest import FORMAT
from hepml.errors import DatasetError
from hepml.io.folder import write_text_atomic
from hepml.io.moments import read_moments, write_moments
from hepml.recipe import N_BUCKETS

__all__ = [
    "MANIFEST",
    "counts_from_json",
    "cutflow_from_json",
    "read_manifest",
    "read_moments",
    "write_manifest",
    "write_moments",
]

MANIFEST = "manifest.json"

REMEDY = "run `hepml process` again on this folder: it makes what is missing"


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` atomically; written last, it is what makes a dataset complete.

    Raises
    ------
    DatasetError
        A number in it is NaN or infinite.
    OutputError
        The file cannot be written.
    """
    values = {"format": FORMAT, **asdict(manifest)}
    try:
        text = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False, default=_plain)
    except ValueError as problem:
        msg = f"{folder / MANIFEST}: a count or a sum of weights is not finite ({problem}): check the input's weights"
        raise DatasetError(msg) from None
    write_text_atomic(folder / MANIFEST, text + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of the dataset in `folder`.

    Raises
    ------
    DatasetError
        There is no dataset, it is not finished, the manifest is damaged or has another format version.
    """
    path = folder / MANIFEST
    values = _read_json(folder, path)
    found = values.get("format") if isinstance(values, dict) else None
    if found != FORMAT:
        msg = f"{path}: dataset format {found!r} is not {FORMAT}, which this version reads: process the input again"
        raise DatasetError(msg)
    try:
        return _manifest(values)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        msg = f"{path}: the manifest is damaged ({type(problem).__name__}: {problem}): delete it and {REMEDY}"
        raise DatasetError(msg) from None


def _read_json(folder: Path, path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if any(folder.glob("shards/*/*")):
            msg = f"{folder}: the dataset is not finished, it has shards but no {MANIFEST}: {REMEDY}"
        else:
            msg = f"{folder}: there is no dataset here (no {MANIFEST}): give the folder that `hepml process` wrote"
        raise DatasetError(msg) from None
    except (OSError, ValueError) as problem:
        msg = f"{path}: the manifest cannot be read ({problem}): delete it and {REMEDY}"
        raise DatasetError(msg) from None


def _plain(value: Any) -> Any:
    """Return what `json` cannot write as what it can."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    msg = f"a {type(value).__name__} has no place in a manifest"
    raise TypeError(msg)


def _manifest(values: dict[str, Any]) -> Manifest:
    classes = tuple(str(name) for name in values["classes"])
    kinds = values["representations"]
    return Manifest(
        hash=str(values["hash"]),
        digest=str(values["digest"]),
        hepml_version=str(values["hepml_version"]),
        classes=classes,
        representations={str(k): RepresentationSpec(str(v["kind"]), dict(v["options"])) for k, v in kinds.items()},
        spectators={str(name): np.dtype(kind).name for name, kind in values["spectators"].items()},
        keys={str(name): np.dtype(kind).name for name, kind in values["keys"].items()},
        inputs=tuple(_summary(item, n_classes=len(classes)) for item in values["inputs"]),
        files=tuple(_file(item) for item in values["files"]),
        shards=tuple(_shard(item) for item in values["shards"]),
        recipe=dict(values["recipe"]),
    )


def _summary(values: dict[str, Any], *, n_classes: int) -> InputSummary:
    scale, label, cutflow = values["cross_section"], values["label"], values["cutflow"]
    return InputSummary(
        name=str(values["name"]),
        label=None if label is None else str(label),
        cross_section=None if scale is None else float(scale),
        factor=float(values["factor"]),
        cutflow=None if cutflow is None else cutflow_from_json(cutflow),
        counts=counts_from_json(values["counts"], n_classes=n_classes),
        dropped={str(name): int(n) for name, n in values["dropped"].items()},
    )


def counts_from_json(values: Mapping[str, Any], *, n_classes: int) -> BucketCounts:
    """Rebuild counts from plain lists.

    Raises
    ------
    ValueError
        Not of shape ``(n_classes + 1, 100)``.
    """
    counts = BucketCounts(
        np.asarray(values["n"], dtype=np.int64),
        np.asarray(values["sum_w"], dtype=np.float64),
        np.asarray(values["sum_w2"], dtype=np.float64),
    )
    for found in (counts.n.shape, counts.sum_w.shape, counts.sum_w2.shape):
        if found != (n_classes + 1, N_BUCKETS):
            msg = f"counts of shape {found}, expected {(n_classes + 1, N_BUCKETS)}"
            raise ValueError(msg)
    return counts


def cutflow_from_json(values: Mapping[str, Any]) -> CutFlow:
    """Rebuild a cut flow from plain JSON."""
    steps = values["steps"]
    return CutFlow(tuple(CutStep(str(s["name"]), int(s["n"]), float(s["sum_w"]), float(s["sum_w2"])) for s in steps))


def _file(values: dict[str, Any]) -> InputFile:
    return InputFile(
        input=str(values["input"]),
        path=str(values["path"]),
        tree=str(values["tree"]),
        uuid=str(values["uuid"]),
        n_planned=int(values["n_planned"]),
        n_processed=int(values["n_processed"]),
        n_skipped=int(values["n_skipped"]),
        reasons=tuple(str(reason) for reason in values["reasons"]),
    )


def _shard(values: dict[str, Any]) -> ShardInfo:
    return ShardInfo(
        path=str(values["path"]),
        input=str(values["input"]),
        rows=int(values["rows"]),
        size=int(values["size"]),
        checksum=str(values["checksum"]),
    )
