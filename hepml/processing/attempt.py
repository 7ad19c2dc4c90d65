"""One attempt at a set of chunks: who is at fault where it fails, and whether to go on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from typing import Any, Literal

from coffea.processor import FuturesExecutor, IterativeExecutor, ProcessorABC

from hepml.contracts import Chunk
from hepml.errors import InputError, ProcessorError, UnavailableError, WorkerError
from hepml.io.root import inspect_file, one_line
from hepml.processing.coffea_runner import make_runner, quiet_coffea, reading_options, work_item
from hepml.processing.failure import Failure, describe
from hepml.processing.sink import Sink
from hepml.processing.watch import Watch, WatchedPool, WatchedProcessor
from hepml.processing.worker_pools import Pool


class Attempts:
    """What does not change between attempts.

    Parameters
    ----------
    processor_class, options
        A class that `processor` made, and its options.
    sink : Sink
        Takes the examples.
    pool : callable, optional
        Makes a pool of so many workers; None: all is done in this process.
    bad_input : {"stop", "skip"}
        What to do about a chunk that cannot be read.
    """

    def __init__(
        self,
        processor_class: type[Any],
        options: Any,
        sink: Sink,
        *,
        pool: Pool | None,
        bad_input: Literal["stop", "skip"],
    ) -> None:
        self._instance: ProcessorABC = processor_class(options, sink)
        self._schema: type[Any] = processor_class.schema
        self._sink, self._skip_allowed = sink, bad_input == "skip"
        self._pool = pool

    def is_fatal(self, failure: Failure) -> bool:
        """Return whether trying again, or going on, is pointless."""
        return not failure.transient and not (failure.unreadable and self._skip_allowed)

    def attempt(self, chunks: Sequence[Chunk], watch: Watch, *, workers: int) -> None:
        """Run chunks once; raise what is fatal, and skip what is unreadable for good where that is allowed.

        Raises
        ------
        HepmlError
            Of the first chunk, in order, that makes going on pointless.
        """
        with quiet_coffea():
            if self._pool is None:
                self._here(chunks, watch)
            else:
                with self._pool(min(workers, len(chunks))) as pool:
                    self._in_pool(pool, chunks, watch)
        if any(str(problem).startswith("Failed to open file") for problem in watch.lost):
            for name, failure in _unopenable(unfinished(chunks, self._sink)).items():
                watch.failures.setdefault(name, failure)
        for name in sorted(watch.fatal):
            raise watch.fatal[name].error
        self._raise_schema_error(watch)
        for chunk in chunks:
            found = watch.failures.get(chunk.name)
            if found is not None and found.unreadable and not found.transient:
                self._skip(chunk, found, watch)

    def give_up(self, missing: Iterable[Chunk], watch: Watch) -> None:
        """Raise why chunks are still missing after the last attempt, or skip them where that is allowed.

        Raises
        ------
        WorkerError
            Workers died over them.
        UnavailableError
            They cannot be read, though they may be at another time.
        HepmlError
            Something else is wrong with them.
        """
        left = sorted(missing)
        for chunk in left:
            found = watch.failures.get(chunk.name)
            if found is None and chunk.name in watch.reported:
                msg = (
                    f"{describe(chunk)}: a worker has written the result, and it is not here: workers and this process "
                    "need a shared file system, where the output has the same path"
                )
                raise WorkerError(msg)
            if found is None:
                msg = (
                    f"{len(left)} chunks were not finished because workers {_fate(watch)}, the first is "
                    f"{describe(chunk)}: lower process.chunk_size or --workers if memory is short, and run again"
                )
                raise WorkerError(msg)
            if not self._skip_allowed:
                raise UnavailableError(str(found.error)) if found.transient else found.error
            self._skip(chunk, found, watch)

    def _skip(self, chunk: Chunk, failure: Failure, watch: Watch) -> None:
        self._sink.skip(chunk, str(failure.error))
        watch.done(chunk.name)

    def _here(self, chunks: Sequence[Chunk], watch: Watch) -> None:
        runner = make_runner(IterativeExecutor(status=False, retries=0), schema=self._schema)
        try:
            runner.run(
                [work_item(chunk) for chunk in chunks],
                WatchedProcessor(self._instance, watch),
                uproot_options=reading_options(chunks),
            )
        except Exception as problem:  # noqa: BLE001  (coffea wraps everything in a bare Exception)
            if not watch.fatal:
                watch.lose(problem)

    def _in_pool(self, pool: Executor, chunks: Sequence[Chunk], watch: Watch) -> None:
        executor = FuturesExecutor(pool=WatchedPool(pool, watch), status=False, compression=None, retries=0)
        runner = make_runner(executor, schema=self._schema, by_value=True)
        items = [work_item(chunk) for chunk in chunks]
        runner.run(items, self._instance, uproot_options=reading_options(chunks))

    def _raise_schema_error(self, watch: Watch) -> None:
        """Raise what a schema makes of a tree that it was not written for: no retry will help."""
        for problem in watch.lost:
            if str(problem).startswith("Failed creating nanoevents"):
                reason = one_line(problem.__cause__ or problem)
                name = self._schema.__name__
                msg = f"the schema {name} cannot read this tree ({reason}): set another in the processor file"
                raise ProcessorError(msg) from None


def unfinished(chunks: Iterable[Chunk], sink: Sink) -> list[Chunk]:
    """Return the chunks that are left to do."""
    return [chunk for chunk in chunks if not sink.finished(chunk)]


def _unopenable(chunks: Iterable[Chunk]) -> dict[str, Failure]:
    """Return why chunks cannot even be opened; coffea opens files before it calls a processor."""
    failures: dict[str, Failure] = {}
    reasons: dict[tuple[str, str], InputError | None] = {}
    for chunk in chunks:
        file = (chunk.path, chunk.tree)
        if file not in reasons:
            try:
                inspect_file(*file)
                reasons[file] = None
            except InputError as problem:
                reasons[file] = problem
        error = reasons[file]
        if error is not None:
            failures[chunk.name] = Failure(error, unreadable=True, transient=True)
    return failures


def _fate(watch: Watch) -> str:
    """Say what became of the workers; loky puts their exit codes at the end of a long text, Dask a worker's address."""
    if not watch.lost:
        return "returned nothing"
    codes = re.search(r"exit codes of the workers are (\{.*?\})", str(watch.lost[0]))
    if codes:
        return f"died, exit codes {codes.group(1)}"
    last = re.search(r"last worker that attempt to run the task was (\S+?)\.? ", str(watch.lost[0]))
    return f"died, the last was {last.group(1)}" if last else f"failed ({one_line(watch.lost[0])})"
