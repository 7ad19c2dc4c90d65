"""Where tables go."""

from __future__ import annotations

from rich.console import Console

_WIDE = 1000


def output_console() -> Console:
    """Return stdout as a console; where it is no terminal, so wide that no table is cut or folded."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDE)
