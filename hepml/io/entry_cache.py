"""What earlier planning has found in ROOT files, so that ten thousand of them need not be opened again.

A file is known by its absolute path or URL, its size and its modification time; whoever uses what is stored here checks
it when the file is read.  The store is a SQLite file in the user's cache folder; losing it costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import fsspec

from hepml.io.root import FileInfo, is_url

FOLDER_VARIABLE = "HEPML_CACHE"
"""Environment variable that names the folder; default: ``$XDG_CACHE_HOME/hepml`` or ``~/.cache/hepml``."""

_FILE = "entries-1.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS branches (hash TEXT PRIMARY KEY, types TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    path TEXT, tree TEXT, size INTEGER, mtime_ns INTEGER, uuid TEXT, n_entries INTEGER, branches TEXT,
    PRIMARY KEY (path, tree));
"""
_WAIT_SECONDS = 2.0


@dataclass(frozen=True)
class Stamp:
    """What tells that a file is still the same: size in bytes, modification time in ns since 1970."""

    size: int
    mtime_ns: int


def stamp_of(path: str) -> Stamp | None:
    """Return the stamp of a file; None where it cannot be had, as with servers that tell no time.

    Asking a server costs one request, a tenth of opening the file there.
    """
    try:
        if not is_url(path):
            status = Path(path).stat()
            return Stamp(status.st_size, status.st_mtime_ns)
        system, place = fsspec.core.url_to_fs(path)
        found = system.info(place)
        return Stamp(int(found["size"]), round(1e9 * float(found["mtime"])))
    except Exception:  # noqa: BLE001  (no such file, protocol or key: whoever opens the file says it better)
        return None


class EntryCache:
    """The store.  It never fails: where it cannot be read or written, nothing is known and nothing is kept.

    Parameters
    ----------
    folder : path, optional
        Where it is; default: see `FOLDER_VARIABLE`.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self._file = (_default_folder() if folder is None else Path(folder)) / _FILE
        self._branches: dict[str, Mapping[str, str]] = {}

    def find(self, files: Iterable[tuple[str, str, Stamp | None]]) -> list[FileInfo | None]:
        """Return what is known of files, each with its tree and stamp; None where nothing is, or it has changed.

        Files with the same branches share one mapping, so memory grows with the number of files only.
        """
        wanted = list(files)
        found: list[FileInfo | None] = [None] * len(wanted)
        with self._opened() as store:
            if store is None:
                return found
            for place, (path, tree, stamp) in enumerate(wanted):
                if stamp is not None:
                    found[place] = self._find(store, path, tree, stamp)
        return found

    def keep(self, files: Iterable[tuple[FileInfo, Stamp | None]]) -> None:
        """Store what was found in files that had these stamps before they were opened."""
        rows, branches = [], {}
        for info, stamp in files:
            if stamp is not None:
                types = json.dumps(dict(info.branches))
                key = hashlib.blake2b(types.encode(), digest_size=16).hexdigest()
                branches[key] = types
                path = _absolute(info.path)
                rows.append((path, info.tree, stamp.size, stamp.mtime_ns, info.uuid, info.n_entries, key))
        with self._opened() as store:
            if store is not None and rows:
                store.executemany("INSERT OR REPLACE INTO branches VALUES (?, ?)", branches.items())
                store.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
                store.commit()

    def _find(self, store: sqlite3.Connection, path: str, tree: str, stamp: Stamp) -> FileInfo | None:
        row = store.execute(
            "SELECT uuid, n_entries, branches FROM files WHERE path = ? AND tree = ? AND size = ? AND mtime_ns = ?",
            (_absolute(path), tree, stamp.size, stamp.mtime_ns),
        ).fetchone()
        if row is None:
            return None
        uuid, n_entries, key = row
        if key not in self._branches:
            types = store.execute("SELECT types FROM branches WHERE hash = ?", (key,)).fetchone()
            if types is None:
                return None
            self._branches[key] = json.loads(types[0])
        return FileInfo(path, tree, uuid, n_entries, self._branches[key])

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection | None]:
        """Give the store, or None where there can be none; errors on the way end the block."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            store = sqlite3.connect(self._file, timeout=_WAIT_SECONDS)
        except (OSError, sqlite3.Error):
            yield None
            return
        with closing(store):
            try:
                store.executescript(_TABLES)
            except sqlite3.Error as problem:
                if not isinstance(problem, sqlite3.OperationalError):  # no database any more: begin a new one next time
                    self._file.unlink(missing_ok=True)
                yield None
                return
            try:
                yield store
            except sqlite3.Error:  # damaged, locked for too long, or the disk is full: as if nothing were known
                store.rollback()


def _default_folder() -> Path:
    own = os.environ.get(FOLDER_VARIABLE)
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hepml"


def _absolute(path: str) -> str:
    return path if is_url(path) else str(Path(path).absolute())
