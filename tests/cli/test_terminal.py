from __future__ import annotations

import io

import pytest
from rich.console import Console

from hepml.cli.terminal import Terminal


def _terminal(*, interactive: bool) -> tuple[Terminal, io.StringIO]:
    stream, terminal = io.StringIO(), Terminal()
    terminal.console = Console(file=stream, force_terminal=interactive, width=120, color_system=None)
    return terminal, stream


def test_no_bars_where_nobody_looks():
    terminal, stream = _terminal(interactive=False)
    with terminal.step("process", 10) as bar:
        bar.advance(3, note="three")
    assert stream.getvalue() == ""


@pytest.mark.parametrize(("total", "shown"), [(10, "3/10"), (None, "three of [10]")])
def test_a_bar_on_a_terminal(total, shown):
    terminal, stream = _terminal(interactive=True)
    with terminal.step("process [w]", total) as bar:
        bar.advance(3, note="three of [10]")
    said = stream.getvalue()
    assert "process [w]" in said  # names are words, not markup
    assert shown in said
    assert ("3/" in said) == (total is not None)


def test_lines_are_not_cut_or_read_as_markup():
    terminal, stream = _terminal(interactive=False)
    terminal.say("[red]" + "word " * 60)
    assert stream.getvalue() == "[red]" + "word " * 60 + "\n"
