"""Planning: which files, and which pieces of them.  Nothing is read but the files' directories."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Literal

from coffea.nanoevents import BaseSchema
from coffea.processor import IterativeExecutor, Runner
from coffea.processor.executor import FileMeta

from hepml.contracts import Chunk, InputFile
from hepml.errors import InputError
from hepml.io.entry_cache import EntryCache, Stamp, stamp_of
from hepml.io.root import FileInfo, expand_files, inspect_file
from hepml.processing.branch_types import TypeChange, type_changes
from hepml.recipe import Input

_THREADS = 8
_FILES_AT_ONCE = 500

PlannedFile = tuple[str, FileInfo]
"""Name of an input, and a file of it that could be opened."""


@dataclass(frozen=True)
class Plan:
    """What is to be processed.

    Attributes
    ----------
    files : tuple of (str, FileInfo)
        Input name and file, of those that could be opened.
    chunk_size : int
        Entries per chunk, a target: a file is cut into pieces of equal size.
    left_out : tuple of InputFile
        Files that could not be opened, with the reason.
    changes : tuple of TypeChange
        Branches whose type changes between files; an error where one of them is read.
    """

    files: tuple[PlannedFile, ...]
    chunk_size: int
    left_out: tuple[InputFile, ...] = ()
    changes: tuple[TypeChange, ...] = ()

    @cached_property
    def chunks(self) -> tuple[Chunk, ...]:
        """All chunks, sorted; a file without entries has one chunk of none."""
        return tuple(self.cut())

    def cut(self) -> Iterator[Chunk]:
        """Yield the chunks, in order, without keeping them."""
        files = iter(sorted(self.files, key=lambda file: (file[0], file[1].path, file[1].tree)))
        while some := list(islice(files, _FILES_AT_ONCE)):
            yield from _cut(some, self.chunk_size)

    @property
    def n_entries(self) -> int:
        """Number of planned entries."""
        return sum(info.n_entries for _, info in self.files)


def make_plan(
    inputs: Mapping[str, Input], *, chunk_size: int, bad_input: Literal["stop", "skip"], trust_cache: bool = False
) -> Plan:
    """Open every file of every input, and cut the trees into chunks.

    Parameters
    ----------
    inputs : mapping of str to Input
        As in the recipe; `predict` plans its files as an input of its own.
    chunk_size : int
        Entries per chunk, a target: a file is cut into pieces of equal size.
    bad_input : {"stop", "skip"}
        What to do about a file that cannot be opened.
    trust_cache : bool
        Do not open a file that is the same, by size and time, as when it was planned before: for those who verify it
        when they read it.

    Raises
    ------
    InputError
        A file is missing, damaged or lacks the tree (unless skipped), a pattern matches nothing, or a file comes twice.
    """
    wanted = [(name, path, spec.tree) for name, spec in inputs.items() for path in expand_files(spec.files)]
    files, left_out = [], []
    for (name, path, tree), info in zip(wanted, _inspect_all(wanted, trust_cache=trust_cache), strict=True):
        if isinstance(info, FileInfo):
            files.append((name, info))
        elif bad_input == "stop":
            raise info
        else:
            left_out.append(InputFile(name, path, tree, "", 0, 0, 0, (str(info),)))
    return plan_of_files(files, chunk_size=chunk_size, left_out=left_out)


def plan_of_files(files: Sequence[PlannedFile], *, chunk_size: int, left_out: Sequence[InputFile] = ()) -> Plan:
    """Return the plan of files about which all is known.

    Raises
    ------
    InputError
        A file comes twice.
    """
    refuse_twice(files)
    return Plan(tuple(files), chunk_size, tuple(left_out), type_changes(info for _, info in files))


def refuse_twice(files: Sequence[PlannedFile]) -> None:
    """Refuse a file that comes twice, under whatever names.

    Raises
    ------
    InputError
        Names both.
    """
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for name, info in files:
        first = seen.setdefault((info.uuid, info.tree), (name, info.path))
        if first != (name, info.path):
            msg = (
                f"{info.path} (input {name!r}) and {first[1]} (input {first[0]!r}) are one file, UUID {info.uuid}: "
                "its events would count twice, so give it once"
            )
            raise InputError(msg)


def _inspect_all(wanted: Sequence[tuple[str, str, str]], *, trust_cache: bool) -> list[FileInfo | InputError]:
    """Open files, or take what is known of them from earlier planning; what is found is kept for later planning."""
    with ThreadPoolExecutor(_THREADS) as threads:
        stamps = list(threads.map(lambda item: stamp_of(item[1]), wanted))
        cache = EntryCache()
        known = cache.find((path, tree, stamp) for (_, path, tree), stamp in zip(wanted, stamps, strict=True))
        found = list(
            threads.map(lambda item, info: (trust_cache and info) or _inspect(item[1], item[2]), wanted, known)
        )
    new: list[tuple[FileInfo, Stamp | None]] = [
        (now, stamp)
        for now, before, stamp in zip(found, known, stamps, strict=True)
        if isinstance(now, FileInfo) and now != before
    ]
    cache.keep(new)
    return _sharing_branches(found)


def _sharing_branches(found: Sequence[FileInfo | InputError]) -> list[FileInfo | InputError]:
    """Let files with the same branches share one mapping: a thousand names each would fill the memory."""
    shared: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}
    return [
        replace(one, branches=shared.setdefault(tuple(one.branches.items()), one.branches))
        if isinstance(one, FileInfo)
        else one
        for one in found
    ]


def _inspect(path: str, tree: str) -> FileInfo | InputError:
    try:
        return inspect_file(path, tree)
    except InputError as problem:
        return problem


def _cut(files: Sequence[PlannedFile], chunk_size: int) -> list[Chunk]:
    """Let coffea cut the files; what it would open them for is known already."""
    known = {
        FileMeta(name, info.path, info.tree): {"numentries": info.n_entries, "uuid": uuid.UUID(info.uuid).bytes}
        for name, info in files
    }
    runner = Runner(IterativeExecutor(status=False), schema=BaseSchema, chunksize=chunk_size, metadata_cache=known)
    fileset: dict[str, dict[str, dict[str, str]]] = {}
    for name, info in files:
        fileset.setdefault(name, {"files": {}})["files"][info.path] = info.tree
    return [
        Chunk(p.dataset, p.filename, p.treename, str(uuid.UUID(bytes=p.fileuuid)), p.entrystart, p.entrystop)
        for p in runner.preprocess(fileset)
    ]
