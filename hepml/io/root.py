"""Reading ROOT files: which files, which trees, which branches.  TTree and RNTuple alike."""

from __future__ import annotations

import glob
import struct
import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uproot

from hepml.errors import HepmlError, InputError, MissingExtraError, nearest

_TREE_CLASSES = ("TTree", "TNtuple", "TNtupleD", "TChain", "ROOT::RNTuple", "ROOT::Experimental::RNTuple")
_HEADER_BYTES = 20


@dataclass(frozen=True)
class FileInfo:
    """What is known about one tree of one file without reading an entry.

    Attributes
    ----------
    path, tree : str
        As they were asked for.
    uuid : str
        The file's own UUID; made of the path where the file has none.
    n_entries : int
        Number of entries of the tree.
    branches : mapping of str to str
        Branch (or field) name → C++ type name as uproot gives it.
    """

    path: str
    tree: str
    uuid: str
    n_entries: int
    branches: Mapping[str, str]


def expand_files(patterns: Iterable[str]) -> list[str]:
    """Return the files that paths, globs (``**`` too) and URLs stand for: sorted, each once.

    A plain path or a URL is kept as it is, whether or not it exists.

    Raises
    ------
    InputError
        Names a glob that matches no file.
    """
    files: set[str] = set()
    for pattern in patterns:
        local = pattern if is_url(pattern) else str(Path(pattern).expanduser())
        if is_url(local) or not glob.has_magic(local) or Path(local).exists():
            files.add(local)
            continue
        matches = glob.glob(local, recursive=True)  # noqa: PTH207  (Path.glob takes no absolute pattern)
        if not matches:
            msg = f"{pattern}: the pattern matches no file: check it from the folder you run in ({Path.cwd()})"
            raise InputError(msg)
        files.update(matches)
    return sorted(files)


def is_url(path: str) -> bool:
    """Return whether `path` is a URL (``root://``, ``https://``, …) and not a local path."""
    return "://" in path


def inspect_file(path: str, tree: str) -> FileInfo:
    """Open a file and look at one tree of it.

    Raises
    ------
    InputError
        The file is missing, empty, truncated or not a ROOT file, or has no such tree (the nearest are named).
    """
    if not is_url(path):
        _check_local(Path(path))
    with reading_errors(path), uproot.open({path: None}) as file:
        found = _get_tree(file, path, tree)
        return FileInfo(path, tree, _identity(file, path), int(found.num_entries), _branch_types(found))


def bytes_per_entry(info: FileInfo, branches: Iterable[str]) -> float:
    """Return the uncompressed size of some branches per entry; 0 where there is none.

    An RNTuple does not say; there the size of the whole file stands for it.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    with reading_errors(info.path), uproot.open({info.path: None}) as file:
        tree = file[info.tree]
        found = [tree[name] for name in branches if name in info.branches]
        if found and not hasattr(found[0], "uncompressed_bytes"):
            size = Path(info.path).stat().st_size if not is_url(info.path) else 0
        else:
            size = sum(int(branch.uncompressed_bytes) for branch in found)
    return size / max(info.n_entries, 1)


@contextmanager
def reading_errors(path: str, tree: str | None = None) -> Iterator[None]:
    """Turn whatever uproot raises on damaged input into an `InputError` that names file and tree."""
    place = path if tree is None else f"{path}, tree {tree!r}"
    try:
        yield
    except HepmlError:
        raise
    except FileNotFoundError:
        msg = f"{place}: there is no such file: check the path"
    except ImportError as problem:
        missing = f"{place}: reading it needs a package that is not installed ({one_line(problem)}): pip install it"
        raise MissingExtraError(missing) from None
    except (OSError, zlib.error) as problem:
        msg = f"{place}: cannot be read ({one_line(problem)}): copy it again or leave it out"
    except Exception as problem:  # noqa: BLE001 (damaged bytes raise anything: struct.error, DeserializationError, …)
        msg = f"{place}: is damaged ({type(problem).__name__}: {one_line(problem)}): copy it again or leave it out"
    else:
        return
    raise InputError(msg)


def one_line(problem: BaseException, *, longest: int = 200) -> str:
    """Return the message of an exception on one line, cut to `longest` characters."""
    text = " ".join(str(problem).split()) or type(problem).__name__
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _check_local(path: Path) -> None:
    """Look at the header, which tells more about a broken file than the errors of a reader."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except FileNotFoundError:
        msg = f"{path}: there is no such file: check the path"
        raise InputError(msg) from None
    except OSError as problem:
        msg = f"{path}: cannot be read ({problem.strerror}): check the path and its permissions"
        raise InputError(msg) from None
    if size == 0:
        msg = f"{path}: the file is empty (0 bytes): copy it again or leave it out"
        raise InputError(msg)
    if header[:4] != b"root":
        kind = "an HTML page" if header.lstrip()[:1] == b"<" else f"it starts with {header[:8]!r}"
        msg = f"{path}: is not a ROOT file ({kind}, {size} bytes): fetch the file itself"
        raise InputError(msg)
    end = _declared_end(header)
    if size < end:
        msg = f"{path}: the file is truncated ({size} of {end} bytes): copy it again or leave it out"
        raise InputError(msg)


def _declared_end(header: bytes) -> int:
    """Return fEND of a ROOT file header: 32 bits, or 64 from version 1,000,000 on."""
    if len(header) < _HEADER_BYTES:
        return _HEADER_BYTES
    version = struct.unpack(">i", header[4:8])[0]
    layout = ">q" if version >= 1_000_000 else ">i"
    return int(struct.unpack_from(layout, header, 12)[0])


def _identity(file: Any, path: str) -> str:
    """Return the file's UUID; where a writer left it empty, one made of the path stands in, so that files differ."""
    own = uuid.UUID(str(file.file.uuid))
    return str(own if own.int else uuid.uuid5(uuid.NAMESPACE_URL, path))


def _get_tree(file: Any, path: str, tree: str) -> Any:
    classes = {name.rpartition(";")[0] or name: kind for name, kind in file.classnames(recursive=True).items()}
    name = tree.rpartition(";")[0] or tree
    if name not in classes:
        trees = [key for key, kind in classes.items() if kind in _TREE_CLASSES]
        hint = nearest(name, trees) if trees else "the file holds no tree at all"
        msg = f"{path}: there is no tree {tree!r}: {hint}"
        raise InputError(msg)
    if classes[name] not in _TREE_CLASSES:
        trees = [key for key, kind in classes.items() if kind in _TREE_CLASSES]
        msg = f"{path}: {tree!r} is a {classes[name]} and not a tree: {nearest(name, trees)}"
        raise InputError(msg)
    return file[tree]


def _branch_types(tree: Any) -> dict[str, str]:
    """Return name → type of all branches; sub-branches by their own short names, as a reader asks for them."""
    return {str(name): str(kind) for name, kind in tree.typenames(full_paths=False).items()}
