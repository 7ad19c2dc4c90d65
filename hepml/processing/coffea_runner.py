"""coffea's Runner, as it is used here: no caches, no retries, no bars and no swallowed errors of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import uproot
from coffea.processor import Runner
from coffea.processor.executor import WorkItem
from coffea.util import coffea_console

from hepml.contracts import Chunk
from hepml.io.root import is_url


def make_runner(executor: Any, *, schema: type[Any], by_value: bool = False, metrics: bool = False) -> Runner:
    """Return a runner.

    Parameters
    ----------
    executor : coffea executor
        Made with ``retries=0``: what is worth a second try is decided in `execute`.
    schema : type
        NanoEvents schema.
    by_value : bool
        Whether the processor goes to other processes.
    metrics : bool
        Whether the columns that were read are reported.
    """
    return Runner(
        executor,
        schema=schema,
        metadata_cache={},  # the default is shared by the whole process and outlives a change of the file
        savemetrics=metrics,
        processor_compression=1 if by_value else None,
    )


def work_item(chunk: Chunk) -> WorkItem:
    """Return a chunk as coffea knows it."""
    return WorkItem(chunk.input, chunk.path, chunk.tree, chunk.start, chunk.stop, uuid.UUID(chunk.uuid).bytes, {})


def reading_options(chunks: Iterable[Chunk]) -> dict[str, Any]:
    """Return how uproot is to read the files of chunks.

    Plain reads in this thread where all files are local: uproot's default hands each of them to another thread, which
    costs a small chunk as much as all of its decompression.
    """
    if any(is_url(chunk.path) for chunk in chunks):
        return {}
    return {"handler": uproot.MultithreadedFileSource, "num_workers": 1, "use_threads": False}


@contextmanager
def quiet_coffea() -> Iterator[None]:
    """Hide coffea's own bars, which its `status` does not; in a notebook quiet bars would leave empty widgets."""
    before = coffea_console.quiet, coffea_console.is_jupyter
    coffea_console.quiet, coffea_console.is_jupyter = True, False
    try:
        yield
    finally:
        coffea_console.quiet, coffea_console.is_jupyter = before
