"""The errors that hepml raises on purpose.

Every message names the rule, the value that was found and the remedy, in one line: the command line prints it as it is
and ends with status 1.  Each class is also the builtin error a Python user would expect, except that nothing here is an
`OSError`: coffea may swallow those.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class HepmlError(Exception):
    """The base of all errors that hepml raises on purpose."""


class RecipeError(HepmlError, ValueError):
    """A recipe, or an option in it, is not valid."""


class ProcessorError(HepmlError, RuntimeError):
    """A processor file cannot be loaded, or its code failed on a chunk."""


class InputError(HepmlError, ValueError):
    """A ROOT file, tree or branch is missing, broken or of the wrong type."""


class UnavailableError(InputError):
    """A ROOT file cannot be read here and now; it may be at another time, or from another machine."""


class ShapeError(HepmlError, ValueError):
    """Arrays that belong together do not fit together."""


class DatasetError(HepmlError, ValueError):
    """A dataset is incomplete, damaged, or cannot serve the request."""


class RunError(HepmlError, ValueError):
    """A run is incomplete, or does not fit the input it is applied to."""


class OutputError(HepmlError, RuntimeError):
    """An output folder cannot be written, or holds something else."""


class WorkerError(HepmlError, RuntimeError):
    """A worker process died and its chunks could not be finished."""


class SiteError(HepmlError, ValueError):
    """A site file is not valid."""


class BatchError(HepmlError, RuntimeError):
    """A batch system refuses jobs, cannot be asked about them, or has not finished them."""


class MissingExtraError(HepmlError, ImportError):
    """An optional package is needed that is not installed."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the known words nearest to `name`.

    Examples
    --------
    >>> nearest("jet_ptt", ["jet_pt", "run"])
    "did you mean 'jet_pt'?"
    >>> nearest("zzz", ["a", "b"])
    'known: a, b'
    """
    words = sorted(known)
    close = get_close_matches(name, words, n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(repr(word) for word in close) + "?"
    shown = ", ".join(words[:12]) + (", …" if len(words) > 12 else "")
    return f"known: {shown}" if words else "none is known here"
