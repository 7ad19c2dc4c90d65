"""Files as they arrive in a folder: taken when they are complete, until nothing comes any more."""

from __future__ import annotations

import fnmatch
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hepml.errors import InputError

_UNFINISHED = ("*.tmp", "*.part", "*.partial", "*.filepart", "*.crdownload", "*~")


@dataclass(frozen=True)
class Watch:
    """What is watched.

    Attributes
    ----------
    folder : Path
        Its files are looked at, not those of folders in it.
    pattern : str
        Of their names: ``"*.root"``.
    interval_s : float
        Between two looks; a file is complete when two in a row find the same size and time.
    until_idle_s : float, optional
        Stop when for so long no file has changed or come; default: never.
    """

    folder: Path
    pattern: str = "*"
    interval_s: float = 10.0
    until_idle_s: float | None = None


def arriving_files(watch: Watch) -> Iterator[list[Path]]:
    """Yield the files that have become complete or have changed since the last time, by name.

    Names that begin with a dot or end as those of copies under way do (``.tmp``, ``.part``, ``~``) are not looked at.

    Raises
    ------
    InputError
        The folder is not there.
    """
    if not watch.folder.is_dir():
        msg = f"{watch.folder}: there is no such folder to watch: make it first, or check the name"
        raise InputError(msg)
    before: dict[Path, tuple[int, int]] = {}
    taken: dict[Path, tuple[int, int]] = {}
    last_change = time.monotonic()
    while True:
        now = _look(watch)
        if now != before:
            last_change = time.monotonic()
        complete = [path for path, state in now.items() if before.get(path) == state != taken.get(path)]
        before = now
        if complete:
            taken |= {path: now[path] for path in complete}
            yield complete
            last_change = time.monotonic()
        elif watch.until_idle_s is not None and time.monotonic() - last_change >= watch.until_idle_s:
            return
        else:
            time.sleep(watch.interval_s)


def _look(watch: Watch) -> dict[Path, tuple[int, int]]:
    """Return size and time of the files, by path in the order of names."""
    found = {}
    with os.scandir(watch.folder) as entries:
        for entry in entries:
            if _is_wanted(entry.name, watch.pattern) and entry.is_file():
                state = entry.stat()
                if state.st_size:
                    found[Path(entry.path)] = (state.st_size, state.st_mtime_ns)
    return dict(sorted(found.items()))


def _is_wanted(name: str, pattern: str) -> bool:
    unfinished = name.startswith(".") or any(fnmatch.fnmatch(name, ending) for ending in _UNFINISHED)
    return not unfinished and fnmatch.fnmatch(name, pattern)
