"""The copy of the processor file that datasets and runs keep, to show whoever gets one what made its input."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hepml.errors import DatasetError, ProcessorError
from hepml.inference.run_info import ProcessorCopy
from hepml.processing import ProcessorModule, load_processor_file

PROCESSOR_COPY = "processor.py"


def read_processor_copy(dataset: Path) -> bytes:
    """Return the processor file that made a dataset.

    Raises
    ------
    DatasetError
        It is missing: `process` was stopped in its last moment.
    """
    try:
        return (dataset / PROCESSOR_COPY).read_bytes()
    except OSError:
        msg = f"{dataset}: {PROCESSOR_COPY} is missing: run the same `hepml process` again, which puts it there"
        raise DatasetError(msg) from None


def sha256(content: bytes) -> str:
    """Return the SHA-256 of a file's content, hex."""
    return hashlib.sha256(content).hexdigest()


def processor_of_run(run: Path, known: ProcessorCopy, given: str | Path | None) -> ProcessorModule:
    """Load the processor file that the user names, or the one of the training; never the run's copy unasked.

    A run may come from somebody else: its copy of the processor is there to be read, not to be executed.

    Raises
    ------
    ProcessorError
        The file of the training is gone or has changed; or the file cannot be loaded.
    """
    if given is not None:
        return load_processor_file(given)
    path = Path(known.path)
    if path.is_file() and sha256(path.read_bytes()) == known.sha256:
        return load_processor_file(path)
    state = "has changed since" if path.is_file() else "is not there any more"
    copy = run / PROCESSOR_COPY
    msg = f"{path}: the processor file of the training {state}: read the run's copy and give it with --processor {copy}"
    raise ProcessorError(msg)
