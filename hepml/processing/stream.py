"""The examples of files one chunk after the other, in this process; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from coffea.processor import IterativeExecutor

from hepml.contracts import Chunk, Examples
from hepml.processing.clean import clean
from hepml.processing.coffea_runner import make_runner, quiet_coffea, reading_options, work_item
from hepml.processing.plan import Plan
from hepml.processing.sink import Sink

Made = TypeVar("Made")


def stream_examples(
    plan: Plan, processor_class: type[Any], options: Any, take: Callable[[Examples], Made]
) -> Iterator[Made]:
    """Yield what `take` makes of the examples of each chunk of a plan, in order.

    Their columns are read from the file when they are first looked at, and it is open as long as `take` runs.

    Raises
    ------
    HepmlError
        What `process` would raise, at the chunk at which it happens; NaN and infinity are errors.
    """
    for chunk in plan.cut():
        sink = _Taken(take)
        runner = make_runner(IterativeExecutor(status=False, retries=0), schema=processor_class.schema)
        with quiet_coffea():
            result = runner.run(
                [work_item(chunk)], processor_class(options, sink), uproot_options=reading_options([chunk])
            )
        for failure in result["out"]["failures"].values():
            raise failure.error
        yield from sink.made


class _Taken(Sink):
    """Keeps what is made of the examples of one chunk in memory."""

    def __init__(self, take: Callable[[Examples], Any]) -> None:
        self.made: list[Any] = []
        self._take = take

    def finished(self, chunk: Chunk) -> bool:  # noqa: ARG002
        """Return false: nothing is kept of earlier chunks."""
        return False

    def write(self, chunk: Chunk, examples: Examples) -> int:
        """Take them."""
        self.made.append(self._take(clean(examples, chunk, policy="stop")[0]))
        return examples.n

    def skip(self, chunk: Chunk, reason: str) -> None:
        """Do nothing: there is no trace of a chunk."""

    def skipped(self, chunk: Chunk) -> bool:  # noqa: ARG002
        """Return false."""
        return False

    def paths(self, chunk: Chunk) -> Sequence[Path]:  # noqa: ARG002
        """Return no file."""
        return ()

    def verify(self, chunk: Chunk) -> None:
        """Do nothing: nothing is stored."""
