"""Where in a user's file something went wrong."""

from __future__ import annotations

import linecache
import traceback
from types import FrameType


def own_place(problem: BaseException, source: str) -> str:
    """Return file, line and code of the processor file where an exception passed last.

    Parameters
    ----------
    problem : exception
        With its traceback.
    source : str
        Path of the processor file.

    Returns
    -------
    str
        ``"jets.py, line 7, in `x = 1 / 0`"``; only the path where no line of the file took part.
    """
    if isinstance(problem, SyntaxError) and problem.filename == source:
        line, code = problem.lineno, problem.text or ""
    else:
        lines = [n for frame, n in traceback.walk_tb(problem.__traceback__) if source in _files(frame)]
        line = lines[-1] if lines else None
        linecache.checkcache(source)
        code = linecache.getline(source, line) if line else ""
    if line is None:
        return source
    code = " ".join(code.split())[:80]
    return f"{source}, line {line}" + (f", in `{code}`" if code else "")


def _files(frame: FrameType) -> tuple[str, str]:
    """Return where the code of a frame is from; what came to a worker by value has lost one of the two."""
    return frame.f_code.co_filename, str(frame.f_globals.get("__file__", ""))
