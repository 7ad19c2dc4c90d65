"""From a user's `examples` function to a coffea processor."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pydantic
from coffea.processor import ProcessorABC

from hepml.contracts import Chunk, Examples
from hepml.errors import InputError
from hepml.options import validate_options
from hepml.processing.checked_examples import checked_examples
from hepml.processing.failure import Failure, explain
from hepml.processing.release import release_memory
from hepml.processing.sink import Sink


def processor(
    examples: Callable[[Any, Any], Examples],
    Options: type[pydantic.BaseModel],  # noqa: N803  (a class)
    schema: type[Any],
) -> type[Any]:
    """Make a coffea `ProcessorABC` class of a function from events to examples.

    Parameters
    ----------
    examples : callable
        ``examples(events, options) -> Examples``: pure and columnar.
    Options : type of pydantic.BaseModel
        Of its options.
    schema : type
        The NanoEvents schema that `events` needs.

    Returns
    -------
    type
        ``Processor(options=None, sink=None)``; `options` is a mapping or an `Options`.  Without a sink, it is for plain
        coffea: ``process(events)`` returns ``{dataset: {"n": …, "cutflow": …, "histograms": …}}``, which accumulates,
        and raises a `HepmlError` where something is wrong.  With a sink, the examples go there, and what is returned
        is ``{"rows": {chunk: n}, "failures": {chunk: Failure}}``: it never raises, so no executor repeats a mistake.
    """
    source = str(getattr(getattr(inspect.unwrap(examples), "__code__", None), "co_filename", ""))

    class Processor(ProcessorABC):
        def __init__(
            self, options: Mapping[str, Any] | pydantic.BaseModel | None = None, sink: Sink | None = None
        ) -> None:
            given = options if options is not None else {}
            self.options = given if isinstance(given, Options) else validate_options(Options, given, path="options")
            self.sink = sink

        def process(self, events: Any) -> dict[str, Any]:
            chunk = _chunk_of(events)
            release_memory()
            try:
                _refuse_other_length(chunk, len(events))
                found = checked_examples(examples(events, self.options), n_events=len(events))
                if self.sink is None:
                    return {chunk.input: {"n": found.n, "cutflow": found.cutflow, "histograms": dict(found.histograms)}}
                rows = self.sink.write(chunk, found)
            except Exception as problem:  # noqa: BLE001  (whatever a user's code and damaged input may raise)
                failure = explain(problem, chunk=chunk, events=events, source=source)
            else:
                return chunk_result(chunk, rows=rows)
            if self.sink is None:
                raise failure.error from None
            return chunk_result(chunk, failure=failure)

    Processor.schema = schema
    Processor.Options = Options
    return Processor


def chunk_result(chunk: Chunk, *, rows: int = 0, failure: Failure | None = None) -> dict[str, Any]:
    """Return what a processor with a sink returns for one chunk; keys differ between chunks, so it accumulates."""
    if failure is not None:
        return {"rows": {}, "failures": {chunk.name: failure}}
    return {"rows": {chunk.name: rows}, "failures": {}}


def _refuse_other_length(chunk: Chunk, n_events: int) -> None:
    """Refuse a file that has become shorter since it was planned: coffea would give what is left of the chunk."""
    if n_events != chunk.n_entries:
        msg = (
            f"{chunk.path}, tree {chunk.tree!r}: entries {chunk.start} to {chunk.stop} were planned and {n_events} are "
            "there: the file has changed since, so run the same command again"
        )
        raise InputError(msg)


def _chunk_of(events: Any) -> Chunk:
    """Return the chunk that coffea says `events` is; events made by hand may say little."""
    about = getattr(events, "metadata", None) or {}
    start = int(about.get("entrystart", 0))
    return Chunk(
        input=str(about.get("dataset", "events")),
        path=str(about.get("filename", "")),
        tree=str(about.get("treename", "")),
        uuid=str(about.get("fileuuid", "")),
        start=start,
        stop=int(about.get("entrystop", start + len(events))),
    )
