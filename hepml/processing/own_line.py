"""Where in a user's file something went wrong."""

from __future__ import annotations

import linecache
import traceback


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
        lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == source]
        line = lines[-1] if lines else None
        linecache.checkcache(source)
        code = linecache.getline(source, line) if line else ""
    if line is None:
        return source
    code = " ".join(code.split())[:80]
    return f"{source}, line {line}" + (f", in `{code}`" if code else "")
