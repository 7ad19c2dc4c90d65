"""Bars and lines on stderr; bars only where somebody is looking."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress

from hepml.workflow.progress import Progress, Step


class Terminal(Progress):
    """Shows bars on stderr where it is a terminal, and lines always."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)

    def step(self, description: str, total: float | None) -> AbstractContextManager[Step]:
        """Show a bar while the context lasts; without a `total`, one that only moves."""
        return self._bar(description, total)

    def say(self, text: str) -> None:
        """Show a line."""
        self.console.print(text, markup=False, soft_wrap=True)

    @contextmanager
    def _bar(self, description: str, total: float | None) -> Iterator[Step]:
        columns = _columns(counted=total is not None)
        with RichProgress(*columns, console=self.console, disable=not self.console.is_terminal) as bars:
            yield _Bar(bars, bars.add_task(description, total=total, note=""))


class _Bar(Step):
    def __init__(self, bars: RichProgress, task: TaskID) -> None:
        self._bars, self._task = bars, task

    def advance(self, n: float = 1, note: str = "") -> None:
        """Move the bar."""
        self._bars.update(self._task, advance=n, note=note)


def _columns(*, counted: bool) -> list[ProgressColumn]:
    counts = [MofNCompleteColumn(), TimeRemainingColumn()] if counted else []
    words = TextColumn("{task.description}", markup=False)
    note = TextColumn("{task.fields[note]}", markup=False)
    return [words, BarColumn(), TimeElapsedColumn(), *counts, note]
