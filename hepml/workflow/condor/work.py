"""What a job does: its share of the chunks, and a report of how that went."""

from __future__ import annotations

import platform
import resource
import socket
import sys
import time
import traceback
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from hepml.batch import exit_codes
from hepml.contracts import Chunk, InputFile
from hepml.errors import HepmlError, InputError, OutputError, UnavailableError, WorkerError
from hepml.io.folder import output_errors, remove_temporary
from hepml.io.root import FileInfo, inspect_file
from hepml.processing import choose_workforce, execute
from hepml.processing.share import Piece, chunks_of
from hepml.workflow.condor.order import Order
from hepml.workflow.condor.records import RETURNED, Job, OrderFile, Report, read_order, read_record, write_record

_MAY_PASS = (UnavailableError, WorkerError, OutputError)
"""What may go well at another time, or on another machine."""


def work(order_file: str | Path, job_file: str | Path, *, report: str | Path, workers: int = 1) -> Report:
    """Do the share of one job, and write what became of it; what an earlier try has finished is not done again.

    Parameters
    ----------
    order_file, job_file : path
        What all jobs do, and what this one does.
    report : path
        File for the report.
    workers : int
        Worker processes.
    """
    begin, done = time.monotonic(), _Done()
    code, error = exit_codes.DONE, ""
    number = 0
    try:
        job = read_record(Path(job_file), Job)
        number = job.number
        _do(Path(order_file), job, done, workers=workers)
        code = exit_codes.PARTIAL if done.skipped or done.left_out else exit_codes.DONE
    except HepmlError as problem:
        code, error = exit_codes.TRANSIENT if isinstance(problem, _MAY_PASS) else exit_codes.WRONG, str(problem)
    except Exception as problem:  # noqa: BLE001  (a mistake of ours: told with its traceback, as all that a job says)
        traceback.print_exc()
        code, error = exit_codes.WRONG, f"{type(problem).__name__}: {problem}"
    found = Report(
        number=number,
        exit_code=code,
        error=error,
        host=socket.gethostname(),
        python=platform.python_version(),
        hepml_version=version("hepml"),
        seconds=round(time.monotonic() - begin, 1),
        peak_memory_mb=_peak_memory_mb(),
        files=tuple(done.files),
        left_out=tuple(done.left_out),
        finished=tuple(done.finished),
    )
    try:
        write_record(Path(report), found)
    except OutputError as problem:  # a full disk: another machine has room
        return replace(found, exit_code=exit_codes.TRANSIENT, error=str(problem))
    return found


@dataclass
class _Done:
    """What has been achieved so far: it is reported even if the rest fails."""

    files: list[Piece] = field(default_factory=list)
    left_out: list[InputFile] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    skipped: bool = False


def _do(order_file: Path, job: Job, done: _Done, *, workers: int) -> None:
    order, about = read_order(order_file), read_record(order_file, OrderFile)
    folder = Path(about.output or RETURNED)
    with output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    if not about.output:
        remove_temporary(folder)  # of a try that was evicted; in the output's own folder other jobs are at work
    chunks = _chunks(order, job, done)
    sink, (processor, options) = order.sink(folder), order.processor
    try:
        execute(
            chunks,
            processor,
            options,
            sink,
            workforce=choose_workforce(None, workers=workers),
            retries=order.how.retries,
            bad_input=order.how.bad_input,
        )
    finally:
        done.finished += [chunk.name for chunk in chunks if sink.finished(chunk)]
    done.skipped = any(sink.skipped(chunk) for chunk in chunks)


def _chunks(order: Order, job: Job, done: _Done) -> list[Chunk]:
    """Open every file, see that it is the one that was planned, and return the chunks that are left to do."""
    chunks = []
    for piece in job.pieces:
        path = job.read_from.get(piece.path, piece.path)
        try:
            info = inspect_file(path, piece.tree)
        except InputError as problem:
            if order.how.bad_input == "stop" or piece.uuid:  # it could be opened when it was planned
                raise UnavailableError(str(problem)) from None
            done.left_out.append(InputFile(piece.input, piece.path, piece.tree, "", 0, 0, 0, (str(problem),)))
            continue
        found = replace(piece, uuid=info.uuid, n_entries=info.n_entries)
        _refuse_another(piece, info)
        done.files.append(found)
        whole = found if piece.uuid else replace(found, first=0, stop=sys.maxsize)
        names = set(job.done)
        chunks += [replace(c, path=path) for c in chunks_of(whole, order.how.chunk_size) if c.name not in names]
    return chunks


def _refuse_another(piece: Piece, info: FileInfo) -> None:
    if piece.uuid and (info.uuid, info.n_entries) != (piece.uuid, piece.n_entries):
        msg = (
            f"{info.path}: {piece.n_entries} entries of UUID {piece.uuid} were planned, and this is {info.n_entries} "
            f"of {info.uuid}: the file has changed since; submit again, into another folder"
        )
        raise InputError(msg)


def _peak_memory_mb() -> int:
    """Return the peak of this process, or of the largest of its workers."""
    unit = 1024 if sys.platform == "darwin" else 1
    usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(usage) // 1024 // unit
