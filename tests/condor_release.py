"""HTCondor on Debian 12, which has no package of it: those of the next release, unpacked into a folder of their own.

Nothing is installed and no script of a package runs.  The binaries are told to use the C library that came with them.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
from pathlib import Path

from unpacked_packages import NotHereError as NoPoolError
from unpacked_packages import make_folder, own_apt, run, unpack

HERE, NEXT = "bookworm", "trixie"
PLACES = (Path("/opt"), Path.home() / ".cache")
NAME = "hepml-test-condor"
LIBRARIES = "usr/lib/x86_64-linux-gnu"
PROGRAMS = ("usr/bin", "usr/sbin", "usr/libexec/condor")


def find_release() -> Path:
    """Return the folder with HTCondor, after making it if it is not there; a half-made one is never seen.

    The folder is $HEPML_TEST_CONDOR_PREFIX, or one in /opt or ~/.cache.
    """
    prefix = _prefix()
    if not prefix.exists():
        _check_machine()
        make_folder(prefix, _make)
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


def _make(making: Path, prefix: Path) -> None:
    unpack(_download(making / "apt"), making)
    shutil.rmtree(making / "apt")
    _use_own_libraries(making, prefix)


def _download(folder: Path) -> list[Path]:
    """Return the packages of HTCondor and of all libraries that it needs, the C library too."""
    (folder / "packages").mkdir(parents=True)
    (folder / "sources.list").write_text(f"deb {_mirror()} {NEXT} main\n")
    foreign = f'Dir::Etc::sourcelist "{folder}/sources.list";\nDir::Etc::sourceparts "/dev/null";\n'
    apt = own_apt(folder, foreign + 'Dir::State::status "/dev/null";\n')
    needs = run("apt-cache", "--recurse", "--important", "--no-suggests", "depends", "condor", **apt)
    libraries = set(re.findall(r"^(?:lib|zlib)\S+", needs, re.MULTILINE))
    wanted = sorted(name for name in libraries if not re.search(r"python|perl|js", name))
    run("apt-get", "--quiet", "download", "condor", "patchelf", *wanted, cwd=folder / "packages", **apt)
    return sorted((folder / "packages").glob("*.deb"))


def _mirror() -> str:
    """Return where this machine gets its own release from, with the keyring that vouches for the next one."""
    chosen = ("Created-By: Packages", f"Codename: {HERE}", "Component: main")
    mirrors = run("apt-get", "indextargets", "--format", "$(REPO_URI)", *chosen).split()
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
    run(*patchelf, *interpreter, *search, *programs)


def _is_program(path: Path) -> bool:
    if path.is_symlink() or not path.is_file() or path.suffix == ".so":
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"
