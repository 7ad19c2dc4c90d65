"""The scores of one chunk: made where the chunk is read, kept on disk until its file is complete."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ObjectIndex
from hepml.errors import RunError
from hepml.io.folder import replacing

_SCORE = "score."


@dataclass(frozen=True)
class ChunkScores:
    """Scores of the selected examples of one chunk.

    Attributes
    ----------
    n_events : int
        Entries of the chunk.
    index : ObjectIndex
        Where each example comes from.
    scores : mapping of str to array of float32, shape (n,)
        By branch name; empty where the chunk was skipped.
    skipped : bool
        Whether the chunk could not be read.
    n_dropped : int
        Examples left out because of NaN or inf.
    reason : str
        Why something was skipped or dropped.
    """

    n_events: int
    index: ObjectIndex
    scores: Mapping[str, NDArray[np.float32]]
    skipped: bool = False
    n_dropped: int = 0
    reason: str = ""


def write_chunk_scores(path: Path, chunk: ChunkScores) -> None:
    """Write the scores of a chunk, atomically.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    arrays = {
        "n_events": np.asarray(chunk.n_events),
        "skipped": np.asarray(chunk.skipped),
        "n_dropped": np.asarray(chunk.n_dropped),
        "reason": np.asarray(chunk.reason),
        "event": np.asarray(chunk.index.event, np.int64),
    }
    if chunk.index.counts is not None:
        arrays["object"] = np.asarray(chunk.index.object, np.int64)
        arrays["counts"] = np.asarray(chunk.index.counts, np.int64)
    arrays |= {f"{_SCORE}{name}": values for name, values in chunk.scores.items()}
    with replacing(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)


def read_chunk_scores(path: Path) -> ChunkScores:
    """Read what `write_chunk_scores` wrote.

    Raises
    ------
    RunError
        The file is damaged.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return ChunkScores(
            n_events=int(arrays["n_events"]),
            index=ObjectIndex(arrays["event"], arrays.get("object"), arrays.get("counts")),
            scores={name.removeprefix(_SCORE): arrays[name] for name in arrays if name.startswith(_SCORE)},
            skipped=bool(arrays["skipped"]),
            n_dropped=int(arrays["n_dropped"]),
            reason=str(arrays["reason"]),
        )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as problem:
        reason = " ".join(str(problem).split())
        msg = f"{path}: the scores of a chunk are damaged ({reason}): remove the file and run `hepml predict` again"
        raise RunError(msg) from None
