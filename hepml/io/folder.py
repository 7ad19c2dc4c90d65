"""Output folders and files: claimed before use, written under a temporary name, renamed when complete."""

from __future__ import annotations

import errno
import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hepml.errors import OutputError

_TEMPORARY = ".tmp-"
_CLAIM = ".hepml-"


def claim_folder(path: str | Path, *, kind: str, marker: str) -> Path:
    """Create an output folder, or take one that an earlier call of the same kind has made.

    Parameters
    ----------
    path : str or Path
        The folder; its parents are created.
    kind : str
        What the folder is to hold, in a word: ``"dataset"``, ``"run"``, ….  The file ``.hepml-<kind>`` is written
        before anything else, so that an incomplete output is recognised.
    marker : str
        Name of the file that a complete output of this kind has: ``"manifest.json"``, ….

    Returns
    -------
    Path
        The folder; it exists and can be written.

    Raises
    ------
    OutputError
        The path is a file, cannot be written, or holds something else.
    """
    folder = Path(path).expanduser()
    claim = folder / f"{_CLAIM}{kind}"
    with output_errors(folder):
        if folder.exists() and not folder.is_dir():
            msg = f"{folder}: the {kind} needs a folder and this is a file: choose another name"
            raise OutputError(msg)
        folder.mkdir(parents=True, exist_ok=True)
        held = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith(_TEMPORARY))
        if held and not {claim.name, marker} & set(held):
            shown = ", ".join(held[:3]) + (", …" if len(held) > 3 else "")
            msg = f"{folder}: the folder holds something that is not a {kind} ({shown}): choose another or empty it"
            raise OutputError(msg)
        claim.write_text(f"An output folder of hepml: {kind}.\n", encoding="utf-8")
    return folder


@contextmanager
def exclusive(folder: Path, *, kind: str, wait_seconds: float = 0) -> Iterator[int]:
    """Hold a claimed folder for this process while the context lasts; the system frees it when the process dies.

    Yields a file descriptor: a child that inherits it holds the folder, too, even when this process is killed.

    Raises
    ------
    OutputError
        Another process is writing here.
    """
    deadline = time.monotonic() + wait_seconds
    with output_errors(folder), (folder / f"{_CLAIM}{kind}").open("a", encoding="utf-8") as claim:
        while not _lock(claim.fileno()):
            if time.monotonic() > deadline:
                msg = f"{folder}: another process is writing this {kind}: wait until it ends, or choose another folder"
                raise OutputError(msg)
            time.sleep(0.2)
        yield claim.fileno()


def _lock(descriptor: int) -> bool:
    """Return whether the lock could be had; a file system without locks has atomic writes only, and they do."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` on success and remove it on failure.

    The temporary name keeps the suffix.  A process killed in between leaves `path` as it was.

    Raises
    ------
    OutputError
        For any `OSError` of the body or of the rename.
    """
    final = Path(path)
    temporary = final.with_name(f"{_TEMPORARY}{uuid.uuid4().hex[:12]}-{final.name}")
    with output_errors(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            temporary.replace(final)
        finally:
            temporary.unlink(missing_ok=True)


def write_text_atomic(path: str | Path, text: str) -> None:
    """Write `text` (UTF-8) to `path`: the whole of it or nothing.

    Raises
    ------
    OutputError
        Names the path and the remedy.
    """
    write_bytes_atomic(path, text.encode("utf-8"))


def write_bytes_atomic(path: str | Path, content: bytes) -> None:
    """Write `content` to `path`: the whole of it or nothing.

    Raises
    ------
    OutputError
        Names the path and the remedy.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def remove_temporary(folder: str | Path) -> None:
    """Remove the temporary files that killed processes have left anywhere in `folder`."""
    for leftover in Path(folder).rglob(f"{_TEMPORARY}*"):
        with output_errors(leftover):
            leftover.unlink(missing_ok=True)


@contextmanager
def output_errors(path: str | Path) -> Iterator[None]:
    """Turn every `OSError` of the body into an `OutputError` that names `path` and the remedy."""
    try:
        yield
    except OSError as problem:
        reason = os.strerror(problem.errno) if problem.errno else " ".join(str(problem).split())
        msg = f"{path}: cannot be written ({reason}): {_remedy(problem.errno)}"
    else:
        return
    raise OutputError(msg)


def _remedy(number: int | None) -> str:
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "free some space, or choose a folder on another disk, and run again"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "choose a folder that you may write to"
    if number in (errno.ENOTDIR, errno.EEXIST, errno.EISDIR):
        return "a file is in the way: choose another name"
    return "choose another folder, or check the disk, and run again"
