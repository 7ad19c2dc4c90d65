"""HTCondor on Debian 12, which has no package of it: those of the next release, unpacked into a folder of their own.

Nothing is installed and no script of a package runs.  The binaries are told to use the C library that came with them.
"""

from __future__ import annotations

import fcntl
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE, NEXT = "bookworm", "trixie"
PLACES = (Path("/opt"), Path.home() / ".cache")
NAME = "hepml-test-condor"
LIBRARIES = "usr/lib/x86_64-linux-gnu"
PROGRAMS = ("usr/bin", "usr/sbin", "usr/libexec/condor")

APT = """
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "{folder}/lists";
Dir::State::status "/dev/null";
Dir::Cache "{folder}/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
APT::Update::Error-Mode "any";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
"""


class NoPoolError(Exception):
    """Why there can be no pool here."""


def find_release() -> Path:
    """Return the folder with HTCondor, after making it if it is not there; a half-made one is never seen.

    The folder is $HEPML_TEST_CONDOR_PREFIX, or one in /opt or ~/.cache.
    """
    prefix = _prefix()
    if not prefix.exists():
        _check_machine()
        prefix.parent.mkdir(parents=True, exist_ok=True)
        with _alone(prefix):
            if not prefix.exists():
                _make(prefix)
    if not (prefix / "usr/sbin/condor_master").is_file():
        msg = f"{prefix} is no HTCondor of these tests: remove it, or set HEPML_TEST_CONDOR_PREFIX"
        raise NoPoolError(msg)
    return prefix


def _prefix() -> Path:
    chosen = os.environ.get("HEPML_TEST_CONDOR_PREFIX")
    if chosen:
        return Path(chosen).expanduser().absolute()
    there = (place / NAME for place in PLACES if (place / NAME).is_dir() or os.access(place, os.W_OK))
    return next(there, PLACES[-1] / NAME)


def _check_machine() -> None:
    system = platform.freedesktop_os_release() if Path("/etc/os-release").exists() else {}
    if (system.get("VERSION_CODENAME"), platform.machine()) != (HERE, "x86_64"):
        found = f"{system.get('PRETTY_NAME', platform.system())} on {platform.machine()}"
        msg = (
            f"this machine is not Debian 12 on x86_64 but {found}: where it has HTCondor, set HEPML_TEST_CONDOR=system"
        )
        raise NoPoolError(msg)


@contextmanager
def _alone(prefix: Path) -> Iterator[None]:
    """Let one process at a time make the folder."""
    with Path(f"{prefix}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(prefix: Path) -> None:
    for left_over in prefix.parent.glob(f"{prefix.name}.making-*"):
        shutil.rmtree(left_over)
    making = Path(tempfile.mkdtemp(prefix=f"{prefix.name}.making-", dir=prefix.parent))
    try:
        making.chmod(0o755)
        for package in _download(making / "apt"):
            _run("dpkg-deb", "--extract", str(package), str(making))
        shutil.rmtree(making / "apt")
        _use_own_libraries(making, prefix)
        making.rename(prefix)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _download(folder: Path) -> list[Path]:
    """Return the packages of HTCondor and of all libraries that it needs, the C library too."""
    for place in ("lists/partial", "cache/archives/partial", "packages"):
        (folder / place).mkdir(parents=True)
    (folder / "sources.list").write_text(f"deb {_mirror()} {NEXT} main\n")
    (folder / "apt.conf").write_text(APT.format(folder=folder))
    apt = {"APT_CONFIG": str(folder / "apt.conf")}
    _run("apt-get", "--quiet", "update", **apt)
    needs = _run("apt-cache", "--recurse", "--important", "--no-suggests", "depends", "condor", **apt)
    libraries = set(re.findall(r"^(?:lib|zlib)\S+", needs, re.MULTILINE))
    wanted = sorted(name for name in libraries if not re.search(r"python|perl|js", name))
    _run("apt-get", "--quiet", "download", "condor", "patchelf", *wanted, cwd=folder / "packages", **apt)
    return sorted((folder / "packages").glob("*.deb"))


def _mirror() -> str:
    """Return where this machine gets its own release from, with the keyring that vouches for the next one."""
    chosen = ("Created-By: Packages", f"Codename: {HERE}", "Component: main")
    mirrors = _run("apt-get", "indextargets", "--format", "$(REPO_URI)", *chosen).split()
    if not mirrors:
        msg = f"apt knows no mirror of Debian {HERE}"
        raise NoPoolError(msg)
    return f"[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {mirrors[0]}"


def _use_own_libraries(making: Path, prefix: Path) -> None:
    """Let each program start with the loader and the libraries of its own release, at their later place."""
    loader = making / LIBRARIES / "ld-linux-x86-64.so.2"
    patchelf = [str(loader), "--library-path", str(making / LIBRARIES), str(making / "usr/bin/patchelf")]
    found = (path for folder in PROGRAMS for path in sorted((making / folder).iterdir()))
    programs = [str(path) for path in found if path.name != "patchelf" and _is_program(path)]
    interpreter = ["--set-interpreter", str(prefix / LIBRARIES / loader.name)]
    search = ["--force-rpath", "--set-rpath", f"{prefix / LIBRARIES}:{prefix / 'usr/lib'}"]
    _run(*patchelf, *interpreter, *search, *programs)


def _is_program(path: Path) -> bool:
    if path.is_symlink() or not path.is_file() or path.suffix == ".so":
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _run(*command: str, cwd: Path | None = None, **variables: str) -> str:
    try:
        done = subprocess.run(
            command, cwd=cwd, env=os.environ | {"LC_ALL": "C"} | variables, capture_output=True, text=True, timeout=600
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        msg = f"{' '.join(command[:3])}: {problem}"
        raise NoPoolError(msg) from None
    if done.returncode:
        msg = f"{' '.join(command[:3])} failed: {' '.join(done.stderr.split())[-300:]}"
        raise NoPoolError(msg)
    return done.stdout
