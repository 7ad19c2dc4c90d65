"""Friend trees: the scores of all chunks of one file, one entry per input entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hepml.contracts import ObjectIndex
from hepml.errors import DatasetError
from hepml.inference.chunk_scores import ChunkScores, read_chunk_scores
from hepml.inference.friend_columns import friend_columns
from hepml.inference.run_info import RunInfo
from hepml.inference.score_columns import no_scores
from hepml.io.root_writer import TreeWriter

FRIEND_TREE = "Friends"


@dataclass(frozen=True)
class Friend:
    """One friend-tree file.

    Attributes
    ----------
    source, path : str
        Input file and friend; `path` is empty where the input could not be opened.
    n_entries : int
        Entries, the same in both.
    n_selected : int
        Examples with a score.
    n_skipped : int
        Entries that could not be read, and examples left out because of NaN or inf; 1 for a file that could not be
        opened.
    reasons : tuple of str
        Why.
    """

    source: str
    path: str
    n_entries: int
    n_selected: int
    n_skipped: int
    reasons: tuple[str, ...] = ()


def write_friend(path: Path, source: str, chunks: Sequence[Path], *, n_entries: int, info: RunInfo) -> Friend:
    """Write the friend of one file from the scores of its chunks, chunk by chunk.

    Parameters
    ----------
    path : Path
        The friend; it is replaced where it exists.
    source : str
        The input file.
    chunks : sequence of Path
        What `write_chunk_scores` wrote for each of its chunks, in the order of entries.
    n_entries : int
        Planned for the file: what the friend must have.
    info : RunInfo
        The run that the scores are of.

    Raises
    ------
    DatasetError
        The chunks have another number of entries.
    ShapeError
        Two examples come from one place.
    RunError
        The scores of a chunk are damaged.
    OutputError
        The file cannot be written.
    """
    jagged = _are_objects(chunks)
    n_written, n_selected, n_skipped, reasons = 0, 0, 0, []
    with TreeWriter(path, tree=FRIEND_TREE, title=f"scores of run {info.name} for {Path(source).name}") as writer:
        for scores in map(read_chunk_scores, chunks):
            filled = _without_scores(scores, info, jagged=jagged) if scores.skipped else scores
            writer.extend(friend_columns(filled, info.name))
            n_written += scores.n_events
            n_selected += len(scores.index.event)
            n_skipped += scores.n_events if scores.skipped else scores.n_dropped
            reasons += [scores.reason] if scores.reason else []
        if n_written != n_entries:
            msg = f"{source}: {n_entries} entries were planned and {n_written} scored: run the same command again"
            raise DatasetError(msg)
    return Friend(source, str(path), n_entries, n_selected, n_skipped, tuple(dict.fromkeys(reasons)))


def _are_objects(chunks: Sequence[Path]) -> bool:
    """Return whether examples are objects; a chunk that could not be read cannot tell."""
    read = (scores for scores in map(read_chunk_scores, chunks) if not scores.skipped)
    first = next(read, None)
    return first is not None and first.index.counts is not None


def _without_scores(scores: ChunkScores, info: RunInfo, *, jagged: bool) -> ChunkScores:
    """Return what stands for a chunk that could not be read: no object, or no selected event."""
    none = np.empty(0, np.int64)
    index = ObjectIndex(none, none, np.zeros(scores.n_events, np.int64)) if jagged else ObjectIndex(none)
    return replace(scores, index=index, scores=no_scores(info.name, info.task))
