"""What went wrong in a chunk: the input's fault, the processor file's, or ours, in one line with the place.

Whatever leaves a worker process loses its cause and its traceback on the way, so the message says it all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from hepml.contracts import Chunk
from hepml.errors import HepmlError, InputError, OutputError, ProcessorError, nearest
from hepml.io.root import one_line
from hepml.processing.own_line import own_place

_MISSING_FIELD = re.compile(r"no field (?:named )?['\"]([^'\"]+)['\"]")


@dataclass(frozen=True)
class Failure:
    """Why a chunk is not done.

    Attributes
    ----------
    error : HepmlError
        What to raise; its message is complete.
    unreadable : bool
        The input could not be read, so the chunk may be skipped where the recipe allows it.
    transient : bool
        It may go well when tried again.
    """

    error: HepmlError
    unreadable: bool = False
    transient: bool = False


def describe(chunk: Chunk) -> str:
    """Return the place of a chunk for messages."""
    return f"{chunk.path}, tree {chunk.tree!r}, entries {chunk.start} to {chunk.stop}"


def explain(problem: Exception, *, chunk: Chunk, events: Any, source: str) -> Failure:
    """Say whose fault an exception is that was raised while a chunk was processed.

    Parameters
    ----------
    problem : Exception
        With its traceback.
    chunk : Chunk
        Where it happened.
    events : NanoEvents array
        For the names of its fields.
    source : str
        Path of the processor file.
    """
    where = own_place(problem, source)
    if isinstance(problem, InputError | OutputError):
        return Failure(problem)
    if isinstance(problem, HepmlError):
        return Failure(type(problem)(f"{where}: {problem} ({describe(chunk)})"))
    if isinstance(problem, MemoryError):
        msg = f"{describe(chunk)}: not enough memory: lower process.chunk_size or the number of workers"
        return Failure(ProcessorError(msg))
    if _raised_while_reading(problem):
        return _unreadable(problem, chunk)
    missing = _MISSING_FIELD.search(str(problem))
    if missing and isinstance(problem, AttributeError | LookupError | ValueError):
        name = missing.group(1)
        hint = nearest(name, _field_names(events))
        msg = f"{chunk.path}, tree {chunk.tree!r}: there is no branch {name!r}: {hint} ({where})"
        return Failure(InputError(msg))
    msg = f"{where}: {type(problem).__name__}: {one_line(problem)} ({describe(chunk)})"
    return Failure(ProcessorError(msg))


def _unreadable(problem: Exception, chunk: Chunk) -> Failure:
    branch = _branch_being_read(problem)
    place = describe(chunk) + (f", branch {branch!r}" if branch else "")
    reason = f"{type(problem).__name__}: {one_line(problem)}"
    msg = f"{place}: cannot be read ({reason}): copy the file again, or set process.bad_input: skip"
    return Failure(InputError(msg), unreadable=True, transient=isinstance(problem, OSError))


def _frames(problem: BaseException) -> Iterator[TracebackType]:
    trace = problem.__traceback__
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _raised_while_reading(problem: BaseException) -> bool:
    """Return whether uproot was at work: events are virtual arrays, read wherever they are first touched."""
    modules = {str(trace.tb_frame.f_globals.get("__name__", "")) for trace in _frames(problem)}
    return any(name.startswith("uproot.") for name in modules)


def _branch_being_read(problem: BaseException) -> str | None:
    """Return the name of the branch whose `array` method is on the stack."""
    for trace in _frames(problem):
        frame = trace.tb_frame
        if frame.f_code.co_name == "array" and str(frame.f_globals.get("__name__")).startswith("uproot.behaviors"):
            name = getattr(frame.f_locals.get("self"), "name", None)
            return name if isinstance(name, str) else None
    return None


def _field_names(events: Any) -> set[str]:
    """Return the branches and, where a schema made collections of them, the fields of those."""
    names = set(events.fields)
    for collection in events.fields:
        names |= set(events[collection].fields)
    return names
