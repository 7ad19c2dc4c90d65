"""A headless Chromium for tests of pages: the machine's own, or Debian's, unpacked into a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from unpacked_packages import NotHereError, make_folder, own_apt, run, unpack

PLACES = (Path("/opt"), Path.home() / ".cache")
NAME = "hepml-test-chromium"
PACKAGE, PROGRAM = "chromium-headless-shell", "usr/lib/chromium/chromium-headless-shell"
COMMANDS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Browser:
    """Where a browser is and where it finds its libraries.

    Attributes
    ----------
    program : Path
        The executable.
    libraries : str
        Of LD_LIBRARY_PATH; empty where the machine has all.
    """

    program: Path
    libraries: str


def find_browser() -> Browser:
    """Return $HEPML_TEST_BROWSER, a browser on the path, or Debian's, which is fetched the first time.

    Raises
    ------
    NotHereError
        There is none, and apt brings none.
    """
    chosen = os.environ.get("HEPML_TEST_BROWSER") or next(filter(None, map(shutil.which, COMMANDS)), None)
    if chosen:
        return Browser(Path(chosen), "")
    there = (place / NAME for place in PLACES if (place / NAME).is_dir() or os.access(place, os.W_OK))
    prefix = next(there, PLACES[-1] / NAME)
    if not prefix.exists():
        make_folder(prefix, _make)
    if not (prefix / PROGRAM).is_file():
        msg = f"{prefix} holds no Chromium: remove it, or set HEPML_TEST_BROWSER"
        raise NotHereError(msg)
    libraries = prefix / "usr/lib/x86_64-linux-gnu"
    return Browser(prefix / PROGRAM, f"{libraries}:{libraries}/pulseaudio")


def _make(making: Path, _prefix: Path) -> None:
    """Fetch the browser and what this machine lacks of its libraries."""
    apt = own_apt(making / "apt")
    planned = run("apt-get", "--simulate", "--no-install-recommends", "install", PACKAGE, **apt)
    wanted = re.findall(r"^Inst (\S+)", planned, re.MULTILINE)
    (making / "packages").mkdir()
    run("apt-get", "--quiet", "download", *wanted, cwd=making / "packages", **apt)
    unpack(sorted((making / "packages").glob("*.deb")), making)
    shutil.rmtree(making / "packages")
    shutil.rmtree(making / "apt")
