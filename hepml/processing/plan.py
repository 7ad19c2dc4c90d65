"""Planning: which files, and which pieces of them.  Nothing is read but the files' directories."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from coffea.nanoevents import BaseSchema
from coffea.processor import IterativeExecutor, Runner
from coffea.processor.executor import FileMeta

from hepml.contracts import Chunk, InputFile
from hepml.errors import InputError
from hepml.io.root import FileInfo, expand_files, inspect_file
from hepml.processing.branch_types import TypeChange, type_changes
from hepml.recipe import Input

_THREADS = 8


@dataclass(frozen=True)
class Plan:
    """What is to be processed.

    Attributes
    ----------
    chunks : tuple of Chunk
        Sorted; a file without entries has one chunk of none.
    files : tuple of (str, FileInfo)
        Input name and file, of those that could be opened.
    left_out : tuple of InputFile
        Files that could not be opened, with the reason.
    changes : tuple of TypeChange
        Branches whose type changes between files; an error where one of them is read.
    """

    chunks: tuple[Chunk, ...]
    files: tuple[tuple[str, FileInfo], ...]
    left_out: tuple[InputFile, ...]
    changes: tuple[TypeChange, ...]

    @property
    def n_entries(self) -> int:
        """Number of planned entries."""
        return sum(chunk.n_entries for chunk in self.chunks)


def make_plan(inputs: Mapping[str, Input], *, chunk_size: int, bad_input: Literal["stop", "skip"]) -> Plan:
    """Open every file of every input, and cut the trees into chunks.

    Parameters
    ----------
    inputs : mapping of str to Input
        As in the recipe; `predict` plans its files as an input of its own.
    chunk_size : int
        Entries per chunk, a target: a file is cut into pieces of equal size.
    bad_input : {"stop", "skip"}
        What to do about a file that cannot be opened.

    Raises
    ------
    InputError
        A file is missing, damaged or lacks the tree (unless skipped), a pattern matches nothing, or a file comes twice.
    """
    wanted = [(name, path, spec.tree) for name, spec in inputs.items() for path in expand_files(spec.files)]
    with ThreadPoolExecutor(_THREADS) as threads:
        found = list(threads.map(lambda item: _inspect(item[1], item[2]), wanted))
    files, left_out = [], []
    for (name, path, tree), info in zip(wanted, found, strict=True):
        if isinstance(info, FileInfo):
            files.append((name, info))
        elif bad_input == "stop":
            raise info
        else:
            left_out.append(InputFile(name, path, tree, "", 0, 0, 0, (str(info),)))
    _refuse_twice(files)
    return Plan(_chunks(files, chunk_size), tuple(files), tuple(left_out), type_changes(info for _, info in files))


def _inspect(path: str, tree: str) -> FileInfo | InputError:
    try:
        return inspect_file(path, tree)
    except InputError as problem:
        return problem


def _refuse_twice(files: list[tuple[str, FileInfo]]) -> None:
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for name, info in files:
        first = seen.setdefault((info.uuid, info.tree), (name, info.path))
        if first != (name, info.path):
            msg = (
                f"{info.path} (input {name!r}) and {first[1]} (input {first[0]!r}) are one file, UUID {info.uuid}: "
                "its events would count twice, so give it once"
            )
            raise InputError(msg)


def _chunks(files: list[tuple[str, FileInfo]], chunk_size: int) -> tuple[Chunk, ...]:
    """Let coffea cut the files; what it would open them for is known already."""
    known = {
        FileMeta(name, info.path, info.tree): {"numentries": info.n_entries, "uuid": uuid.UUID(info.uuid).bytes}
        for name, info in files
    }
    runner = Runner(IterativeExecutor(status=False), schema=BaseSchema, chunksize=chunk_size, metadata_cache=known)
    fileset: dict[str, dict[str, dict[str, str]]] = {}
    for name, info in files:
        fileset.setdefault(name, {"files": {}})["files"][info.path] = info.tree
    pieces = runner.preprocess(fileset)
    return tuple(
        sorted(
            Chunk(p.dataset, p.filename, p.treename, str(uuid.UUID(bytes=p.fileuuid)), p.entrystart, p.entrystop)
            for p in pieces
        )
    )
