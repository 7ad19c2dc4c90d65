"""Sharing a plan out over jobs; what a job is given grows with its files, not with their entries."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from hepml.contracts import Chunk
from hepml.io.root import FileInfo
from hepml.processing.plan import Plan


@dataclass(frozen=True)
class Piece:
    """Some successive chunks of one file.

    Attributes
    ----------
    input, path, tree : str
        Which file.
    uuid : str
        Empty where the file has not been opened: whoever reads it finds out, and plans all of it.
    n_entries : int
        Of the whole file.
    first, stop : int
        Which of the file's chunks, half open.
    """

    input: str
    path: str
    tree: str
    uuid: str = ""
    n_entries: int = 0
    first: int = 0
    stop: int = 0

    @property
    def info(self) -> FileInfo:
        """What is known of the file."""
        return FileInfo(self.path, self.tree, self.uuid, self.n_entries, {})


def share_chunks(plan: Plan, n_jobs: int) -> list[list[Piece]]:
    """Return the pieces of each job: `n_jobs` of nearly as many chunks, or one per chunk where there are fewer.

    Examples
    --------
    >>> file = FileInfo("a.root", "Events", "5b1f7a72-8a3b-4b3e-9f57-1d2c3b4a5f60", 1000, {})
    >>> shares = share_chunks(Plan((("w", file),), chunk_size=100), 3)
    >>> [(piece.first, piece.stop) for pieces in shares for piece in pieces]
    [(0, 4), (4, 7), (7, 10)]
    """
    files = list(_files(plan))
    n_chunks = sum(piece.stop for piece in files)
    bounds = [-(-n_chunks * job // n_jobs) for job in range(n_jobs + 1)] if n_jobs < n_chunks else range(n_chunks + 1)
    return _cut(files, list(bounds))


def share_files(plan: Plan, files_per_job: int) -> list[list[Piece]]:
    """Return the pieces of each job: whole files, `files_per_job` of them."""
    return group_pieces(list(_files(plan)), files_per_job)


def group_pieces(pieces: Sequence[Piece], per_job: int) -> list[list[Piece]]:
    """Return successive groups of pieces."""
    return [list(pieces[start : start + per_job]) for start in range(0, len(pieces), per_job)]


def chunks_of(piece: Piece, chunk_size: int) -> tuple[Chunk, ...]:
    """Return the chunks of a piece of a file that has been opened."""
    return Plan(((piece.input, piece.info),), chunk_size).chunks[piece.first : piece.stop]


def _files(plan: Plan) -> Iterator[Piece]:
    """Yield every file as a piece of all its chunks, in the order of the plan's chunks."""
    n_entries = {(name, info.path, info.tree): info.n_entries for name, info in plan.files}
    for (name, path, tree, uuid), chunks in groupby(plan.cut(), key=lambda c: (c.input, c.path, c.tree, c.uuid)):
        yield Piece(name, path, tree, uuid, n_entries[name, path, tree], 0, sum(1 for _ in chunks))


def _cut(files: Sequence[Piece], bounds: Sequence[int]) -> list[list[Piece]]:
    """Cut files, which follow one another, at numbers of chunks."""
    shares: list[list[Piece]] = [[] for _ in bounds[1:]]
    begin, job = 0, 0
    for file in files:
        end = begin + file.stop
        while begin < end:
            stop = min(end, bounds[job + 1])
            first = file.stop - (end - begin)
            shares[job].append(
                Piece(file.input, file.path, file.tree, file.uuid, file.n_entries, first, first + stop - begin)
            )
            begin = stop
            job += begin == bounds[job + 1]
    return shares


def default_n_jobs(n_chunks: int, *, chunks_per_job: int = 10, most: int = 1000) -> int:
    """Return a number of jobs that are neither over before HTCondor has started them, nor too many for a queue."""
    return max(1, min(most, math.ceil(n_chunks / chunks_per_job)))
