"""The files of a submission: what it is, what each job has to do, and what each job says it has done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, TypeVar

import pydantic

from hepml.batch.site import Site
from hepml.contracts import InputFile
from hepml.errors import BatchError
from hepml.io.folder import write_bytes_atomic
from hepml.processing.share import Piece
from hepml.workflow.condor.order import Order
from hepml.workflow.condor.predict_order import PredictOrder
from hepml.workflow.condor.process_order import ProcessOrder

SUBMISSION_FILE, ORDER_FILE, REPORT_FILE = "submission.json", "order.json", "report.json"
RETURNED = "output"
"""Folder of results in a job's own folder, where it does not see that of the output."""

START_AGAIN = "remove the folder `condor` in the output and submit again; chunks in the output itself are kept"

Record = TypeVar("Record")


@dataclass(frozen=True)
class Submission:
    """What was submitted.

    Attributes
    ----------
    id : str
        Unique; HTCondor's jobs carry it.
    created : str
        When, UTC.
    hepml_version : str
        Of whoever submitted.
    n_jobs, n_files, n_entries : int
        Of all jobs; entries are 0 where files are opened by the jobs.
    opened : bool
        Whether the files were planned before; if not, the jobs do it.
    site : Site
        Where the jobs run.
    left_out : tuple of InputFile
        Files that could not be opened, where the user allowed that.
    """

    format: Literal[1]
    id: str
    created: str
    hepml_version: str
    name: str
    n_jobs: int
    n_files: int
    n_entries: int
    opened: bool
    site: Site
    shipped: tuple[str, ...]
    left_out: tuple[InputFile, ...] = ()


@dataclass(frozen=True)
class OrderFile:
    """What all jobs do: kind and values of an `Order`, what it was made by, and where results go.

    `output` is empty where jobs do not see the output's folder.
    """

    format: Literal[1]
    kind: Literal["dataset", "friends"]
    values: dict[str, Any]
    made_by: str
    hepml_version: str
    output: str


@dataclass(frozen=True)
class Job:
    """What one job does.

    Attributes
    ----------
    number : int
        From 1.
    pieces : tuple of Piece
        What it reads.
    read_from : mapping of str to str
        Path of a file as planned → where the job finds it.
    done : tuple of str
        Names of chunks that an earlier try has brought home.
    """

    number: int
    pieces: tuple[Piece, ...]
    read_from: Mapping[str, str] = field(default_factory=dict)
    done: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """What a job says at its end.

    Attributes
    ----------
    number, exit_code : int
        Which, and how it ended.
    error : str
        Why, if not well.
    host, python, hepml_version : str
        Where it ran, and in what.
    seconds, peak_memory_mb : float, int
        What it took.
    files : tuple of Piece
        Each file that it opened, whole.
    left_out : tuple of InputFile
        Those that it could not open, where the user allowed that.
    finished : tuple of str
        Names of the chunks that are finished.
    """

    number: int
    exit_code: int
    error: str
    host: str
    python: str
    hepml_version: str
    seconds: float
    peak_memory_mb: int
    files: tuple[Piece, ...] = ()
    left_out: tuple[InputFile, ...] = ()
    finished: tuple[str, ...] = ()


def write_record(path: Path, record: Any) -> None:
    """Write one of the above as JSON, atomically.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    content = pydantic.TypeAdapter(type(record)).dump_json(record, indent=1)
    write_bytes_atomic(path, content + b"\n")


def read_record(path: Path, kind: type[Record], *, remedy: str = START_AGAIN) -> Record:
    """Read what `write_record` wrote; `remedy` is for a file that is not there.

    Raises
    ------
    BatchError
        It is missing, damaged, or of another version.
    """
    try:
        return pydantic.TypeAdapter(kind).validate_json(path.read_bytes())
    except FileNotFoundError:
        msg = f"{path}: missing: {remedy}"
    except (OSError, ValueError) as problem:
        reason = " ".join(str(problem).split())[:160]
        msg = f"{path}: damaged, or of another version of hepml ({reason}): {START_AGAIN}"
    raise BatchError(msg)


def read_order(path: Path) -> Order:
    """Return the order of a file, made of what was shipped beside it.

    Raises
    ------
    BatchError
        The file is damaged, or this hepml, or the processor, would make other results.
    """
    found = read_record(path, OrderFile)
    kinds: Mapping[str, type[ProcessOrder] | type[PredictOrder]] = {"dataset": ProcessOrder, "friends": PredictOrder}
    order = kinds[found.kind].thaw(found.values, path.parent)
    if order.made_by != found.made_by:
        msg = (
            f"{path}: was submitted by hepml {found.hepml_version} and this is {version('hepml')}, or the processor "
            "file has changed since: its results would not fit the others; use the same environment everywhere"
        )
        raise BatchError(msg)
    return order
