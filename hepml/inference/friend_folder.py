"""A folder of friend trees: which file is the friend of which input, and of which run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pydantic

from hepml.errors import OutputError
from hepml.inference.friend_tree import Friend
from hepml.io.folder import claim_folder, write_bytes_atomic
from hepml.io.root import is_url

FRIENDS_FILE = "friends.json"


@dataclass(frozen=True)
class FriendFolder:
    """A claimed folder.

    Attributes
    ----------
    path : Path
        The folder.
    run : str
        Hash of the run whose scores it holds.
    friends : tuple of Friend
        What earlier calls have left.
    """

    path: Path
    run: str
    friends: tuple[Friend, ...] = ()

    def paths(self, sources: Sequence[str]) -> list[Path]:
        """Return ``<stem>_friend.root`` for each source, with a number where another source has that name.

        A source that has a friend from an earlier call keeps its name.

        Examples
        --------
        >>> folder = FriendFolder(Path("out"), "")
        >>> [path.name for path in folder.paths(["a/w.root", "b/w.root"])]
        ['w_friend.root', 'w_friend_2.root']
        """
        known = {_absolute(friend.source): Path(friend.path).name for friend in self.friends if friend.path}
        taken = set(known.values())
        for source in map(_absolute, sources):
            if source not in known:
                known[source] = next(name for name in _names(source) if name not in taken)
                taken.add(known[source])
        return [self.path / known[_absolute(source)] for source in sources]

    def record(self, friends: Sequence[Friend]) -> None:
        """Write ``friends.json``: these friends, and those of earlier calls for other sources.

        Sources are listed by their absolute paths, friends by the names of their files.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        new = {_absolute(friend.source): friend for friend in friends}
        old = {_absolute(friend.source): friend for friend in self.friends}
        listed = tuple(
            replace(friend, source=source, path=Path(friend.path).name if friend.path else "")
            for source, friend in (old | new).items()
        )
        content = pydantic.TypeAdapter(_FriendsFile).dump_json(_FriendsFile(1, self.run, listed), indent=1)
        write_bytes_atomic(self.path / FRIENDS_FILE, content + b"\n")


def claim_friends(output: str | Path, *, run: str) -> FriendFolder:
    """Create a folder for the friends of one run, or take one that holds friends of the same run.

    Raises
    ------
    OutputError
        The folder cannot be written, or holds something else: scores of another run, for example.
    """
    path = claim_folder(output, kind="friends", marker=FRIENDS_FILE)
    if not (path / FRIENDS_FILE).exists():
        return FriendFolder(path, run)
    before = _read(path / FRIENDS_FILE)
    if before.run != run:
        msg = f"{path}: holds the scores of another run, or of this one before it changed: choose another folder"
        raise OutputError(msg)
    return FriendFolder(path, run, before.friends)


@dataclass(frozen=True)
class _FriendsFile:
    """The content of ``friends.json``."""

    format: Literal[1]
    run: str
    friends: tuple[Friend, ...]


def _read(path: Path) -> _FriendsFile:
    try:
        return pydantic.TypeAdapter(_FriendsFile).validate_json(path.read_bytes())
    except (OSError, ValueError) as problem:
        reason = " ".join(str(problem).split())[:120]
        msg = f"{path}: not a list of friend trees that this hepml reads ({reason}): choose another folder"
    raise OutputError(msg)


def _absolute(source: str) -> str:
    return source if is_url(source) else str(Path(source).absolute())


def _names(source: str) -> Iterable[str]:
    stem = source.rstrip("/").rsplit("/", 1)[-1].removesuffix(".root")
    yield f"{stem}_friend.root"
    number = 2
    while True:
        yield f"{stem}_friend_{number}.root"
        number += 1
