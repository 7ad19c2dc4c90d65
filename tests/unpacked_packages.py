"""Packages of Debian that tests need and machines lack, unpacked into a folder of their own; nothing is installed.

No script of a package runs, and no rights of an administrator are needed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

APT = """
Dir::State::lists "{folder}/lists";
Dir::Cache "{folder}/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
APT::Update::Error-Mode "any";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
"""


class NotHereError(Exception):
    """Why there can be no such programs here."""


def make_folder(prefix: Path, make: Callable[[Path, Path], None]) -> None:
    """Let `make` fill a folder that becomes `prefix`, once for all processes; a half-made one is never seen."""
    prefix.parent.mkdir(parents=True, exist_ok=True)
    with _alone(prefix):
        if prefix.exists():
            return
        for left_over in prefix.parent.glob(f"{prefix.name}.making-*"):
            shutil.rmtree(left_over)
        making = Path(tempfile.mkdtemp(prefix=f"{prefix.name}.making-", dir=prefix.parent))
        try:
            making.chmod(0o755)
            make(making, prefix)
            making.rename(prefix)
        finally:
            shutil.rmtree(making, ignore_errors=True)


@contextmanager
def _alone(prefix: Path) -> Iterator[None]:
    """Let one process at a time make the folder."""
    with Path(f"{prefix}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def own_apt(folder: Path, settings: str = "") -> Mapping[str, str]:
    """Return the environment of apt with lists of packages of its own below `folder`, just fetched."""
    for place in ("lists/partial", "cache/archives/partial"):
        (folder / place).mkdir(parents=True)
    (folder / "apt.conf").write_text(settings + APT.format(folder=folder))
    apt = {"APT_CONFIG": str(folder / "apt.conf")}
    run("apt-get", "--quiet", "update", **apt)
    return apt


def unpack(packages: Sequence[Path], folder: Path) -> None:
    """Put the files of packages below `folder`."""
    for package in packages:
        run("dpkg-deb", "--extract", str(package), str(folder))


def run(*command: str, cwd: Path | None = None, **variables: str) -> str:
    """Return what a command prints, or say why not."""
    try:
        done = subprocess.run(
            command, cwd=cwd, env=os.environ | {"LC_ALL": "C"} | variables, capture_output=True, text=True, timeout=600
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        msg = f"{' '.join(command[:3])}: {problem}"
        raise NotHereError(msg) from None
    if done.returncode:
        msg = f"{' '.join(command[:3])} failed: {' '.join(done.stderr.split())[-300:]}"
        raise NotHereError(msg)
    return done.stdout
