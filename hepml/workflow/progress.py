"""How a verb tells that it is getting on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager


class Step(ABC):
    """One bar."""

    @abstractmethod
    def advance(self, n: float = 1, note: str = "") -> None:
        """Count `n` more as done; `note` is shown beside the bar."""


class Progress(ABC):
    """Somewhere to show that work is getting on."""

    @abstractmethod
    def step(self, description: str, total: float | None) -> AbstractContextManager[Step]:
        """Show a bar while the context lasts; without a `total`, one that only moves."""

    @abstractmethod
    def say(self, text: str) -> None:
        """Show that something is finished, in a line that stays."""


class Silent(Progress):
    """Shows nothing."""

    def step(self, description: str, total: float | None) -> AbstractContextManager[Step]:  # noqa: ARG002
        """Return a bar that nobody sees."""
        return _no_bar()

    def say(self, text: str) -> None:
        """Say nothing."""


class _NoBar(Step):
    def advance(self, n: float = 1, note: str = "") -> None:
        """Show nothing."""


@contextmanager
def _no_bar() -> Iterator[Step]:
    yield _NoBar()


SILENT = Silent()
